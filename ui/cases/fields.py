"""The inputs of a case's fields, drawn from its definition: no kind has a form of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QPlainTextEdit

from desktop.cases.definition import CaseField
from desktop.kernel.words import Words
from ui.cases.checklist import ChecklistField, Input
from ui.parts.form import FormField, Rule
from ui.parts.when import local, read_local

TIME_FORM = "%Y-%m-%d %H:%M"
ONE_LINE = 200
"""A text that may be longer is written in a box of several lines."""


def field_for(words: Words, field: CaseField, needed: bool, now: datetime, before: object = None) -> Input:
    """The input of one field, with its rule. A moment that is needed begins as now: who notes it is mostly there. A
    checklist begins with what was done `before`."""
    if field.type == "checklist":
        return ChecklistField(words, field, needed, before if isinstance(before, list) else ())
    if field.type == "choice":
        options = {name: words.of(title) for name, title in field.options.items()}
        return choice(words, words.of(field.title), options, needed)
    if field.type == "text" and field.max_length > ONE_LINE:
        input_: QLineEdit | QPlainTextEdit = paragraphs()
    else:
        input_ = QLineEdit(f"{local(now):{TIME_FORM}}" if field.type == "date-time" and needed else "")

    def rule(text: str) -> str:
        if not text.strip():
            return words("cases.problem.missing") if needed else ""
        if field.type == "number" and _number(text) is None:
            return words("cases.problem.not_a_number")
        if field.type == "date-time" and read_local(text) is None:
            return words("cases.problem.not_a_time")
        return words("cases.problem.too_long") if len(text) > field.max_length else ""

    hint = words.of(field.hint) if field.hint else ""
    return FormField(_label(words, words.of(field.title), needed), input_, hint=hint, unit=field.unit, rule=rule)


def given_by(field: CaseField, form: Input) -> object:
    """What the service is given; None for what was left empty."""
    return (form.done() or None) if isinstance(form, ChecklistField) else value_of(field, form)


def text_of(form: Input) -> str:
    """What stands in a field of text; a checklist has none."""
    return "" if isinstance(form, ChecklistField) else form.text()


def value_of(field: CaseField, form: FormField) -> object:
    """What the service is given; None for what was left empty."""
    text = form.text().strip()
    if not text:
        return None
    if field.type == "number":
        return _number(text)
    if field.type == "date-time":
        at = read_local(text)
        return at.astimezone(UTC).isoformat() if at else None
    return text


def choice(words: Words, title: str, options: Mapping[str, str], needed: bool, chosen: str = "") -> FormField:
    """One of a few. Nothing is chosen beforehand, so that nobody confirms what merely stood first."""
    box = QComboBox()
    box.addItem(words("parts.choose") if needed else "—", "")
    for name, text in options.items():
        box.addItem(text, name)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    missing = words("cases.problem.missing")
    return FormField(_label(words, title, needed), box, rule=(lambda text: "" if text else missing) if needed else None)


def text_field(words: Words, title: str, needed: bool, *, lines: bool = False) -> FormField:
    """A title or a reason."""
    missing = words("cases.problem.missing")
    rule: Rule | None = (lambda text: "" if text.strip() else missing) if needed else None
    return FormField(_label(words, title, needed), paragraphs() if lines else QLineEdit(), rule=rule)


class Finder:
    """A field that finds one of many by any part of its name. What is typed must be one of them, or nothing."""

    def __init__(self, words: Words, title: str, hint: str, known: Mapping[str, str]) -> None:
        """`known` are ids by what is shown and searched."""
        self._ids = {shown.casefold(): id_ for shown, id_ in known.items()}
        line = QLineEdit()
        completer = QCompleter(list(known), line)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(8)
        line.setCompleter(completer)
        self.field = FormField(_label(words, title, False), line, hint=hint, rule=self._judge)
        self._wrong = words("parts.not_in_list")

    def chosen(self) -> str | None:
        """The id of what stands in the field. A part that only one of them begins with will do."""
        text = self.field.text().strip().casefold()
        if not text:
            return None
        if text in self._ids:
            return self._ids[text]
        found = {id_ for shown, id_ in self._ids.items() if shown.startswith(f"{text} ") or shown == text}
        return found.pop() if len(found) == 1 else None

    def _judge(self, text: str) -> str:
        return self._wrong if text.strip() and self.chosen() is None else ""


def paragraphs() -> QPlainTextEdit:
    """A box for a few lines."""
    box = QPlainTextEdit()
    box.setFixedHeight(84)
    return box


def _label(words: Words, title: str, needed: bool) -> str:
    return title if needed else title + words("cases.page.optional")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
