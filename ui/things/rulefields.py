"""One alarm rule of a thing as fields: what the model says and why, and this site's own beside it."""

from __future__ import annotations

from math import isfinite
from typing import get_args

import msgspec
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from desktop.kernel.words import Words
from desktop.things.model import AlarmRule, Condition, Severity, ThingModel
from desktop.things.overrides import RuleOverride, limit_of
from desktop.things.priority import priority_of
from ui.parts.badge import PriorityMark
from ui.parts.layout import column, framed, row
from ui.parts.text import Label, repolish
from ui.parts.value import unit_words

MORE = ("off_delay", "re_alarm", "respond_within")
CHOICES = ("severity", "latch")
"""What few people come for: folded away until asked for."""
SECONDS = ("on_delay", "off_delay", "re_alarm")


class RuleFields(QWidget):
    """Its title, what the model says and why, and a field for each number. An empty field is the model's."""

    def __init__(self, model: ThingModel, rule: AlarmRule, own: RuleOverride, words: Words) -> None:
        super().__init__()
        self.rule, self._model, self._words = rule, model, words
        self._kept = own
        self._inputs: dict[str, QLineEdit] = {}
        self._choices: dict[str, QComboBox] = {}
        self._off = QCheckBox(words("things.limits.off"))
        self._off.setAccessibleName(f"{words.of(rule.title)} {words('things.limits.off')}")
        self._off.setChecked(own.off)
        # What protects lives is not switched off here, and that is said before anybody tries.
        self._off.setEnabled(not rule.life_safety)
        mark = PriorityMark(rule.priority, words(f"things.priority.{rule.priority}"))
        head = row(mark, Label(words.of(rule.title), "body", weight=500, elide=True), self._off, spacing=8)
        head.setStretch(1, 1)
        source = Label(words("things.limits.source", source=words.of(rule.source)), "caption", wrap=True)
        self._error = Label("", "caption", tone="critical", wrap=True)
        self._error.hide()
        fields = row(spacing=8)
        for name in _numbers(rule):
            fields.addLayout(self._field(name, own), 1)
        if fields.count() < 3:
            fields.addStretch(3 - fields.count())
        self._more = self._folded(own)
        safety = [Label(words("things.limits.life_safety"), "caption", wrap=True)] if rule.life_safety else []
        inside = column(head, source, *safety, fields, self._more, self._error, spacing=6, margins=(12, 10, 12, 10))
        self.setLayout(column(framed("card", inside)))
        self._say_priority()

    def show_more(self, on: bool) -> None:
        """Unfolds what few people come for, or folds it away."""
        self._more.setVisible(on)

    @property
    def has_more(self) -> bool:
        """Whether something of what is folded away is this site's own."""
        return any(getattr(self._kept, name) is not None for name in (*MORE, *CHOICES))

    def own(self) -> RuleOverride:
        """What is typed and chosen. Raises ValueError for what is no number, after marking it."""
        numbers: dict[str, float | None] = {}
        for name, edit in self._inputs.items():
            try:
                numbers[name] = number_of(edit.text())
                wrong = (
                    "" if _sound(name, numbers[name]) else "not_positive" if name == "respond_within" else "negative"
                )
            except ValueError:
                wrong = "no_number"
            if wrong:
                self.set_error(name, self._words(f"things.limits.{wrong}"))
                raise ValueError(name)
        chosen = {name: choice.currentData() for name, choice in self._choices.items()}
        return msgspec.structs.replace(self._kept, off=self._off.isChecked(), **numbers, **chosen)

    def refuse(self, name: str) -> None:
        """The model does not allow what stands in a field: says what it would allow."""
        self.set_error(name, _allowed(self._model, self.rule, name, self._words))

    def set_error(self, name: str, text: str) -> None:
        """Marks a field as wrong and says why under the rule; without text nothing is wrong any more."""
        if not text and not self._error.isVisibleTo(self):
            return
        fields: dict[str, QWidget] = {**self._inputs, **self._choices}
        for other, field in fields.items():
            field.setProperty("wrong", bool(text) and other == name)
            field.setAccessibleDescription(text if other == name else "")
            repolish(field)
        self._error.setText(text)
        self._error.setVisible(bool(text))
        if text and name in fields:
            if name in (*MORE, *CHOICES):
                self.show_more(True)
            fields[name].setFocus()

    def error(self) -> str:
        """Why a field is refused; empty while none is."""
        return self._error.text()

    def input(self, name: str) -> QLineEdit:
        return self._inputs[name]

    def choice(self, name: str) -> QComboBox:
        return self._choices[name]

    def priority(self) -> str:
        """What the severity and the time that stand there make of it, in words; empty where the model's holds."""
        return self._made.text()

    # Building

    def _field(self, name: str, own: RuleOverride) -> QVBoxLayout:
        words, value = self._words, getattr(own, name)
        unit = unit_words(_unit(self._model, self.rule, name), words)
        models = _of_model(self.rule, name)
        # As it was typed: six digits would change what stands by saving it untouched.
        edit = QLineEdit("" if value is None else plain_number(value))
        edit.setPlaceholderText("" if models is None else plain_number(models))
        title = words(f"things.limits.{name}", unit=f" {unit}" if unit else "").strip()
        edit.setAccessibleName(f"{words.of(self.rule.title)} {title}")
        edit.textChanged.connect(lambda _text: self._typed())
        self._inputs[name] = edit
        said = words("things.limits.none") if models is None else f"{plain_number(models)} {unit}".strip()
        of_model = Label(words("things.limits.model", value=said), "caption", tone="hint", elide=True)
        return column(Label(title, "caption", tone="quiet", elide=True), edit, of_model, spacing=2)

    def _folded(self, own: RuleOverride) -> QWidget:
        words, rule = self._words, self.rule
        numbers = row(*(self._field(name, own) for name in MORE), spacing=8)
        severities = [(words(f"things.severity.{name}"), name) for name in get_args(Severity)]
        models = words(f"things.severity.{rule.severity}") if rule.severity else words("things.limits.none")
        latches = [(words("things.yes"), True), (words("things.no"), False)]
        latched = words("things.yes" if rule.latch else "things.no")
        choices = row(
            self._choice("severity", models, severities, own.severity), self._choice("latch", latched, latches, own.latch),
            spacing=8,
        )  # fmt: skip
        for n in range(3):
            numbers.setStretch(n, 1)
        # A consequence is a sentence, the other a yes or no.
        choices.setStretch(0, 2)
        choices.setStretch(1, 1)
        self._made = Label("", "caption", wrap=True)
        whole = QWidget()
        whole.setLayout(column(numbers, choices, self._made, spacing=6))
        whole.hide()
        return whole

    def _choice(
        self, name: str, models: str, entries: list[tuple[str, Severity]] | list[tuple[str, bool]], now: object
    ) -> QVBoxLayout:
        words = self._words
        box = QComboBox()
        # As wide as there is room, not as its longest entry: a side panel is narrow.
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(6)
        box.addItem(words("things.limits.model", value=models), None)
        for text, data in entries:
            box.addItem(text, data)
        box.setCurrentIndex(max(0, box.findData(now)) if now is not None else 0)
        title = words(f"things.limits.{name}")
        box.setAccessibleName(f"{words.of(self.rule.title)} {title}")
        box.currentIndexChanged.connect(lambda _index: self._typed())
        self._choices[name] = box
        return column(Label(title, "caption", tone="quiet", elide=True), box, spacing=2)

    def _typed(self) -> None:
        self.set_error("", "")
        self._say_priority()

    def _say_priority(self) -> None:
        """What a person chooses are severity and time; what comes of it is the priority."""
        severity = self._choices["severity"].currentData() or self.rule.severity
        try:
            typed = number_of(self._inputs["respond_within"].text())
        except ValueError:
            typed = None
        minutes = typed or self.rule.respond_within
        changed = typed is not None or self._choices["severity"].currentData() is not None
        if changed and severity is not None and minutes is not None and minutes > 0:
            name = self._words(f"things.priority.{priority_of(severity, minutes)}")
            self._made.setText(self._words("things.limits.priority", name=name))
        else:
            self._made.setText("")


_AS_TYPED = str.maketrans("。．−－", "..--")


def number_of(text: str) -> float | None:
    """What is typed as a number, None for nothing. Raises ValueError."""
    # A full stop of the Chinese keyboard is the point; a comma may part thousands or mean the point, so nobody guesses.
    text = text.strip().translate(_AS_TYPED)
    return float(text) if text else None


def plain_number(value: float) -> str:
    """Every digit of it, and no ".0"."""
    return f"{value:.0f}" if value == int(value) and abs(value) < 1e15 else repr(value)


def _numbers(rule: AlarmRule) -> tuple[str, ...]:
    """A rule on a state has no limit, and so no deadband."""
    limits = tuple(name for name in ("above", "below") if _condition(rule, name) is not None)
    return (*limits, "on_delay", *(("deadband",) if limits else ()))


def _sound(name: str, number: float | None) -> bool:
    """Times and deadbands are not below zero, and there is no answering within no time."""
    if number is None or name in ("above", "below"):
        return number is None or isfinite(number)
    return isfinite(number) and (number > 0 if name == "respond_within" else number >= 0)


def _condition(rule: AlarmRule, name: str) -> Condition | None:
    """The condition that holds the limit on this side."""
    return next((each for each in rule.limits if getattr(each, name) is not None), None)


def _of_model(rule: AlarmRule, name: str) -> float | None:
    if name in ("above", "below"):
        condition = _condition(rule, name)
        return float(getattr(condition, name)) if condition is not None else 0.0
    value = getattr(rule, name)
    return None if value is None else float(value)


def _unit(model: ThingModel, rule: AlarmRule, name: str) -> str:
    if name in SECONDS:
        return "s"
    if name == "respond_within":
        return "min"
    sides = (name,) if name in ("above", "below") else ("above", "below")
    condition = next((found for side in sides if (found := _condition(rule, side)) is not None), None)
    point = model.point(condition.point) if condition is not None else None
    return point.symbol if point is not None else ""


def _allowed(model: ThingModel, rule: AlarmRule, name: str, words: Words) -> str:
    """Why a value is refused, as what would be taken."""
    if name == "severity" and (rule.severity is None or rule.respond_within is None):
        return words("things.limits.both")
    if name not in ("above", "below"):
        key = "stricter" if name in ("on_delay", "re_alarm", "latch") else "life_safety"
        return words(f"things.limits.{key}" if rule.life_safety else "things.limits.refused", at=name)
    condition = _condition(rule, name)
    point = model.point(condition.point) if condition is not None else None
    low, high = (point.minimum, point.maximum) if point is not None else (None, None)
    far = rule.far_end(condition) if condition is not None else None
    if far is not None:
        low, high = (far.above, high) if name == "below" else (low, far.below)
    capped = name == "above" and rule.maximum_limit is not None
    own = limit_of(rule, name)
    if name == "above":
        most = rule.maximum_limit if capped else own if rule.life_safety else None
        high = min((each for each in (high, most) if each is not None), default=None)
    elif rule.life_safety:
        low = max((each for each in (low, own) if each is not None), default=None)
    said = words(
        "things.limits.between",
        low="−∞" if low is None else plain_number(low),
        high="∞" if high is None else plain_number(high),
        unit=unit_words(_unit(model, rule, name), words),
    ).strip()
    if capped:
        return said + words("things.limits.capped", source=words.of(rule.source))
    return said + (words("things.limits.stricter") if rule.life_safety else "")
