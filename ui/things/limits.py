"""The limits of one thing: every alarm rule with the model's numbers, and this site's own beside them."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite

import msgspec
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from desktop.kernel.errors import Invalid
from desktop.kernel.words import Words
from desktop.things.model import AlarmRule, Condition, ThingModel
from desktop.things.overrides import Overrides, RuleOverride, problems
from desktop.things.views import ThingView
from ui.parts.badge import PriorityMark
from ui.parts.form import FormField
from ui.parts.layout import column, framed, row
from ui.parts.text import Label, repolish
from ui.shell.context import Context
from ui.things.forms import SideForm


class RuleFields(QWidget):
    """One rule: its title, what the model says and why, and a field for each number. An empty field is the model's."""

    def __init__(self, model: ThingModel, rule: AlarmRule, own: RuleOverride, words: Words) -> None:
        super().__init__()
        self.rule, self._model, self._words = rule, model, words
        self._kept = own
        self._inputs: dict[str, QLineEdit] = {}
        self._off = QCheckBox(words("things.limits.off"))
        self._off.setAccessibleName(f"{words.of(rule.title)} {words('things.limits.off')}")
        self._off.setChecked(own.off)
        # What protects lives is not switched off here, and that is said before anybody tries.
        self._off.setEnabled(not rule.life_safety)
        mark = PriorityMark(rule.priority, words(f"things.priority.{rule.priority}"))
        head = row(mark, Label(words.of(rule.title), "body", weight=500, elide=True), self._off, spacing=8)
        head.setStretch(1, 1)
        source = Label(words("things.limits.source", source=rule.source), "caption", wrap=True)
        self._error = Label("", "caption", tone="critical", wrap=True)
        self._error.hide()
        fields = row(spacing=8)
        for name in _numbers(rule):
            fields.addLayout(self._field(name, own), 1)
        if fields.count() < 3:
            fields.addStretch(3 - fields.count())
        safety = [Label(words("things.limits.life_safety"), "caption", wrap=True)] if rule.life_safety else []
        box = column(head, source, *safety, fields, self._error, spacing=6, margins=(12, 10, 12, 10))
        self.setLayout(column(framed("card", box)))

    def _field(self, name: str, own: RuleOverride) -> QVBoxLayout:
        words, value = self._words, getattr(own, name)
        unit = _unit(self._model, self.rule, name)
        models = f"{_of_model(self.rule, name):g}"
        edit = QLineEdit("" if value is None else f"{value:g}")
        edit.setPlaceholderText(models)
        title = words(f"things.limits.{name}", unit=f" {unit}" if unit else "").strip()
        edit.setAccessibleName(f"{words.of(self.rule.title)} {title}")
        edit.textChanged.connect(lambda _text: self.set_error("", ""))
        self._inputs[name] = edit
        of_model = Label(
            words("things.limits.model", value=f"{models} {unit}".strip()), "caption", tone="hint", elide=True
        )
        return column(Label(title, "caption", tone="quiet", elide=True), edit, of_model, spacing=2)

    def own(self) -> RuleOverride:
        """What is typed. Raises ValueError for what is no number, after marking it."""
        numbers: dict[str, float | None] = {}
        for name, edit in self._inputs.items():
            text = edit.text().strip().replace("，", ".").replace("−", "-")
            try:
                numbers[name] = float(text) if text else None
                wrong = "" if _sound(name, numbers[name]) else "negative"
            except ValueError:
                wrong = "no_number"
            if wrong:
                self.set_error(name, self._words(f"things.limits.{wrong}"))
                raise ValueError(name)
        return msgspec.structs.replace(self._kept, off=self._off.isChecked(), **numbers)

    def refuse(self, name: str) -> None:
        """The model does not allow what stands in a field: says what it would allow."""
        self.set_error(name, _allowed(self._model, self.rule, name, self._words))

    def set_error(self, name: str, text: str) -> None:
        """Marks a field as wrong and says why under the rule; without text nothing is wrong any more."""
        if not text and not self._error.isVisibleTo(self):
            return
        for other, edit in self._inputs.items():
            edit.setProperty("wrong", bool(text) and other == name)
            edit.setAccessibleDescription(text if other == name else "")
            repolish(edit)
        self._error.setText(text)
        self._error.setVisible(bool(text))
        if text and name in self._inputs:
            self._inputs[name].setFocus()

    def error(self) -> str:
        """Why a field is refused; empty while none is."""
        return self._error.text()

    def input(self, name: str) -> QLineEdit:
        return self._inputs[name]


class LimitsForm(SideForm):
    """Own values of one thing, with a reason that goes to the journal."""

    def __init__(self, host: QWidget, context: Context, view: ThingView, own: Overrides) -> None:
        words = context.words
        self._view, self._own = view, own
        self._model = view.thing.unchanged or view.thing.model
        self._wanted = own
        self.rules = [
            # Those with a limit first: that is what people come for.
            RuleFields(self._model, rule, own.rules.get(rule.name, RuleOverride()), words)
            for rule in self._model.alarms
        ]
        reason = QPlainTextEdit()
        reason.setFixedHeight(64)
        self._reason = FormField(
            words("things.form.reason"), reason, hint=words("things.limits.reason_hint"),
            rule=lambda text: "" if text.strip() else words("things.limits.reason_missing"),
        )  # fmt: skip
        note = words("things.limits.note", name=view.name)
        super().__init__(
            host, context, words("things.limits.title"), words("things.form.save"), note, [self._reason], self.rules
        )

    def ready(self) -> bool:
        try:
            rules = {fields.rule.name: fields.own() for fields in self.rules}
        except ValueError:
            return False
        rules = {name: own for name, own in rules.items() if own != RuleOverride()}
        self._wanted = msgspec.structs.replace(self._own, rules=rules)
        found = problems(self._model, self._wanted)
        if found:
            self._refuse(found[0].at)
            return False
        return super().ready()

    def refused(self, error: Invalid) -> None:
        if error.field == "reason":
            self._reason.set_error(self.words("things.limits.reason_missing"))
        else:
            self._refuse(error.field)

    def work(self) -> Callable[[], None]:
        things, who, id_ = self.context.console.things, self.context.who, self._view.id
        wanted, reason = self._wanted, self._reason.text()
        return lambda: things.override(who, id_, wanted, reason)

    def said(self) -> str:
        return self.words("things.limits.saved", name=self._view.name)

    def _refuse(self, at: str) -> None:
        """`at` as the service tells it: "rules.<name>.<number>"."""
        _, _, rest = at.partition(".")
        name, _, number = rest.partition(".")
        fields = next((each for each in self.rules if each.rule.name == name), None)
        if fields is None:
            self.panel.set_problem(self.words("things.limits.refused", at=at))
        else:
            fields.refuse(number)


def _numbers(rule: AlarmRule) -> tuple[str, ...]:
    """A rule on a state has no limit, and so no deadband."""
    limits = tuple(name for name in ("above", "below") if _condition(rule, name) is not None)
    return (*limits, "on_delay", *(("deadband",) if limits else ()))


def _sound(name: str, number: float | None) -> bool:
    """Times and deadbands are not below zero."""
    return number is None or (isfinite(number) and (name in ("above", "below") or number >= 0))


def _condition(rule: AlarmRule, name: str) -> Condition | None:
    """The condition that holds the limit on this side."""
    return next((each for each in rule.when if getattr(each, name) is not None), None)


def _of_model(rule: AlarmRule, name: str) -> float:
    if name in ("above", "below"):
        condition = _condition(rule, name)
        return float(getattr(condition, name)) if condition is not None else 0.0
    return float(getattr(rule, name))


def _unit(model: ThingModel, rule: AlarmRule, name: str) -> str:
    if name == "on_delay":
        return "s"
    sides = (name,) if name in ("above", "below") else ("above", "below")
    condition = next((found for side in sides if (found := _condition(rule, side)) is not None), None)
    point = model.point(condition.point) if condition is not None else None
    return point.symbol if point is not None else ""


def _allowed(model: ThingModel, rule: AlarmRule, name: str, words: Words) -> str:
    """Why a value is refused, as what would be taken."""
    if name not in ("above", "below"):
        return words("things.limits.life_safety" if rule.life_safety else "things.limits.refused", at=name)
    condition = _condition(rule, name)
    point = model.point(condition.point) if condition is not None else None
    low, high = (point.minimum, point.maximum) if point is not None else (None, None)
    capped = name == "above" and rule.maximum_limit is not None
    if capped and rule.maximum_limit is not None:
        high = rule.maximum_limit if high is None else min(high, rule.maximum_limit)
    unit = _unit(model, rule, name)
    said = words(
        "things.limits.between",
        low="−∞" if low is None else f"{low:g}",
        high="∞" if high is None else f"{high:g}",
        unit=unit,
    ).strip()
    return said + (words("things.limits.capped", source=rule.source) if capped else "")
