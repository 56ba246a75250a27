"""The limits of one thing: every alarm rule with the model's numbers, and this site's own beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from desktop.kernel.errors import Invalid, LinliError
from desktop.things.overrides import Overrides, RuleOverride, problems
from desktop.things.views import ThingView
from ui.parts.buttons import Button
from ui.parts.form import FormField
from ui.parts.layout import row
from ui.shell.context import Context
from ui.things.forms import SideForm
from ui.things.rulefields import RuleFields
from ui.things.thingfields import ThingFields


class LimitsForm(SideForm):
    """Own values of one thing, with a reason that goes to the journal. What few people come for is folded away (Alt+M);
    it is open from the start where something of it is this site's own."""

    def __init__(
        self, host: QWidget, context: Context, view: ThingView, own: Overrides, others: Sequence[ThingView] = ()
    ) -> None:
        """`others` are the things that it may speak through."""
        words = context.words
        self._view, self._own = view, own
        self._model = view.thing.unchanged or view.thing.model
        self._wanted = own
        self.rules = [
            RuleFields(self._model, rule, own.rules.get(rule.name, RuleOverride()), words)
            for rule in self._model.alarms
        ]
        self.thing = ThingFields(view, self._model, own, others, words)
        self._more = Button(words("things.limits.more"), "link", key="Alt+M", on=lambda: self.show_more(not self._open))
        reason = QPlainTextEdit()
        reason.setFixedHeight(64)
        self._reason = FormField(
            words("things.form.reason"), reason, hint=words("things.limits.reason_hint"),
            rule=lambda text: "" if text.strip() else words("things.limits.reason_missing"),
        )  # fmt: skip
        head = QWidget()
        head.setLayout(row(self._more, None))
        note = words("things.limits.note", name=view.name)
        super().__init__(
            host, context, words("things.limits.title"), words("things.form.save"), note, [self._reason],
            [head, *self.rules, self.thing],
        )  # fmt: skip
        self.show_more(self.thing.has_own or any(fields.has_more for fields in self.rules))

    def show_more(self, on: bool) -> None:
        """Unfolds everything that can be set, or folds away what few people come for."""
        self._open = on
        for fields in self.rules:
            fields.show_more(on)
        self.thing.setVisible(on)
        self._more.set_label(self.words("things.limits.less" if on else "things.limits.more"))

    def ready(self) -> bool:
        try:
            rules = {fields.rule.name: fields.own() for fields in self.rules}
            rules = {name: own for name, own in rules.items() if own != RuleOverride()}
            self._wanted = self.thing.own(msgspec.structs.replace(self._own, rules=rules))
        except ValueError:
            return False
        found = problems(self._model, self._wanted)
        if found:
            self._refuse(found[0].at)
            return False
        return super().ready()

    def refused(self, error: Invalid) -> None:
        if error.field == "reason":
            self._reason.set_error(self.words("things.limits.reason_missing"))
        elif error.field == "parent":
            self.thing.refuse_parent()
        else:
            self._refuse(error.field)

    def work(self) -> Callable[[], None]:
        things, who, id_ = self.context.console.things, self.context.who, self._view.id
        wanted, reason, read = self._wanted, self._reason.text(), self._own
        return lambda: things.override(who, id_, wanted, reason, read=read)

    def told(self, error: LinliError) -> str:
        """That somebody else was faster: what was typed stays to be read, and nothing of theirs is lost."""
        if error.facts.get("rule") == "changed":
            return self.words("things.limits.changed")
        return super().told(error)

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
