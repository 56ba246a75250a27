"""The inputs of a case's fields, drawn from its definition: no kind has a form of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypedDict

from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit

from desktop.cases.definition import CaseField
from desktop.cases.values import problem_with
from desktop.kernel.words import Words
from ui.cases import reading
from ui.cases.checklist import ChecklistField
from ui.parts.entry import Entry
from ui.parts.form import FormField, Rule

ONE_LINE = 200
"""A text that may be longer is written in a box of several lines."""


class Typed(FormField):
    """A field of text or a choice with what it means to the service.

    Signals:
        changed: the content changed.
    """

    def __init__(
        self,
        words: Words,
        title: str,
        input_: QLineEdit | QPlainTextEdit | QComboBox,
        needed: bool,
        *,
        hint: str = "",
        unit: str = "",
        read: Callable[[str], object] = lambda text: text.strip() or None,
        wrong: Rule | None = None,
        neat: Callable[[object], str] | None = None,
    ) -> None:
        """`read` gives the value of a text, `wrong` says what is wrong with one that is not empty; `neat` is how a value
        is written out when the field is left."""
        self._words, self._title = words, title
        self._read, self._wrong, self._neat = read, wrong, neat
        self._needed = needed
        super().__init__(named(words, title, needed), input_, hint=hint, unit=unit, rule=self._rule_of_all)
        if neat is not None and isinstance(input_, QLineEdit):
            input_.editingFinished.connect(self._tidy)

    def value(self) -> object:
        """What the service is given; None for what was left empty."""
        return self._read(self.text()) if self.text().strip() else None

    def set_needed(self, needed: bool) -> None:
        """Whether the field must be filled in, from now on."""
        if needed != self._needed:
            self._needed = needed
            self.set_label(named(self._words, self._title, needed))
            if self.error():
                self.check()

    def _rule_of_all(self, text: str) -> str:
        if not text.strip():
            return self._words("cases.problem.missing") if self._needed else ""
        return self._wrong(text) if self._wrong else ""

    def _tidy(self) -> None:
        value = self.value()
        if value is not None and self._neat is not None and isinstance(self.input, QLineEdit):
            text = self._neat(value)
            if text != self.input.text():
                self.input.setText(text)


Input = Typed | ChecklistField | Entry


def typed(words: Words, field: CaseField, needed: bool, now: datetime, before: object = None) -> Typed:
    """The input of a text, number, money, date-time or choice. A moment that is needed begins as now: who notes it is
    mostly there. It begins with what was there `before`."""
    title, hint = words.of(field.title), words.of(field.hint) if field.hint else ""
    if field.type == "choice":
        options = {name: words.of(title_) for name, title_ in field.options.items()}
        return choice(words, title, options, needed, str(before or ""), hint=hint)
    text = reading.shown(field, before)
    if field.type == "date-time" and needed and before is None:
        text = reading.said(now)
    input_: QLineEdit | QPlainTextEdit
    if field.type == "text" and field.max_length > ONE_LINE:
        input_ = paragraphs()
        input_.setPlainText(text)
    else:
        input_ = QLineEdit(text)
    if field.type == "date-time" and not hint:
        hint = words("casework.field.moment_hint")

    def wrong(text: str) -> str:
        value = reading.value_of(field, text, now)
        why = _WRONG.get(field.type) if value is None else problem_with(field, value)
        return words(f"cases.problem.{why}") if why else ""

    return Typed(
        words, title, input_, needed, hint=hint, unit="¥" if field.type == "money" else field.unit,
        read=lambda text: reading.value_of(field, text, now), wrong=wrong,
        neat=(lambda value: reading.shown(field, value)) if field.type in ("money", "date-time") else None,
    )  # fmt: skip


_WRONG = {"number": "not_a_number", "money": "not_a_number", "date-time": "not_a_time"}


def choice(
    words: Words, title: str, options: Mapping[str, str], needed: bool, chosen: str = "", *, hint: str = ""
) -> Typed:
    """One of a few. Nothing is chosen beforehand, so that nobody confirms what merely stood first."""
    box = QComboBox()
    box.addItem(words("parts.choose") if needed else "—", "")
    for name, text in options.items():
        box.addItem(text, name)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    return Typed(words, title, box, needed, hint=hint)


def text_field(words: Words, title: str, needed: bool, *, lines: bool = False, hint: str = "") -> Typed:
    """A title or a reason."""
    return Typed(words, title, paragraphs() if lines else QLineEdit(), needed, hint=hint)


def paragraphs() -> QPlainTextEdit:
    """A box for a few lines."""
    box = QPlainTextEdit()
    box.setFixedHeight(84)
    return box


def named(words: Words, title: str, needed: bool) -> str:
    """A field's label, saying where it need not be filled in."""
    return title if needed else title + words("cases.page.optional")


class Blank(TypedDict):
    """What an entry says where nothing was given."""

    optional: str
    missing: str


def blank_words(words: Words) -> Blank:
    return {"optional": words("cases.page.optional"), "missing": words("cases.problem.missing")}


def first_wrong(*fields: Input) -> Input | None:
    """Checks every field that is shown; the first that is wrong, or None when all will do."""
    wrong = [field for field in fields if not field.isHidden() and not field.check()]
    return wrong[0] if wrong else None


def all_will_do(*fields: Input) -> bool:
    """Checks every field that is shown, puts the cursor into the first that is wrong; true when all will do."""
    wrong = first_wrong(*fields)
    if wrong is not None:
        wrong.input.setFocus()
    return wrong is None
