"""Making and changing a plan, with what it means in plain words under it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal, cast

from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from desktop.cases.definition import CaseDefinition, Every
from desktop.cases.patterns import MOST_LEAD, MOST_N, Pattern, problem
from desktop.cases.planned import PlanDraft, PlanView
from desktop.cases.values import is_blank
from desktop.kernel.errors import Invalid
from ui.aio import in_background, slot
from ui.cases.fields import Input
from ui.cases.known import Known, field_for
from ui.cases.picking import Picker
from ui.parts.detail import notice_card
from ui.parts.form import FormField
from ui.parts.layout import clear, column
from ui.parts.text import Label
from ui.parts.when import local, midnight, read_day
from ui.planned.choices import Choices
from ui.planned.inputs import WeekdayField, read_days, read_times, read_whole, rule
from ui.planned.words import pattern_words, time_words
from ui.shell.context import Context
from ui.things.forms import SideForm

BEFOREHAND = ("text", "choice", "category", "number", "money")
"""Types of fields that a plan can fill in for every case it will open."""


class PlanForm(SideForm):
    """A new plan, or `plan` to be changed. Only what the kind and the pattern ask for is shown."""

    def __init__(self, host: QWidget, context: Context, choices: Choices, plan: PlanDraft | None = None) -> None:
        self._choices, self._plan = choices, plan
        self.words = words = context.words
        pattern = plan.pattern if plan else Pattern(every="week")
        self._kind = _combo(
            [(name, words.of(kind.title)) for name, kind in choices.kinds.items()], plan.definition if plan else None
        )
        self._every, self._route, self._point, self._who = QComboBox(), QComboBox(), QComboBox(), QComboBox()
        self._basis = _combo(
            [(basis, words(f"planned.form.basis_{basis}")) for basis in ("scheduled", "completed")], pattern.basis
        )
        self._workdays = _combo(
            [("", words("planned.form.all_days")), ("only", words("planned.form.only_workdays"))],
            "only" if pattern.workdays else "",
        )
        self._lines = self._typed(pattern)
        self._weekdays = WeekdayField(words, pattern.weekdays)
        place, asset, thing = (
            Picker(words, words(f"planned.form.{name}"), False, options, browse=True)
            for name, options in (("place", choices.places), ("asset", choices.assets), ("thing", choices.things))
        )
        self._pickers = {"place": place, "asset": asset, "thing": thing}
        self._boxes = {
            "definition": FormField(words("planned.form.definition"), self._kind),
            "every": FormField(words("planned.form.every"), self._every),
            "route": FormField(words("planned.form.route"), self._route),
            "point": FormField(words("planned.form.point"), self._point, hint=words("planned.form.point_hint")),
            "basis": FormField(words("planned.form.basis"), self._basis),
            "workdays": FormField(words("planned.form.workdays"), self._workdays),
            "assignee": FormField(words("planned.form.assignee"), self._who),
        }
        self._asked: dict[str, Input] = {}
        self._more = column(spacing=10)
        more = QWidget()
        more.setLayout(self._more)
        self._preview = Label("", "strong", wrap=True)
        self._then = Label("", "secondary", wrap=True, tabular=True)
        boxes, lines = self._boxes, self._lines
        order: list[QWidget] = [
            boxes["definition"], lines["title"], notice_card(self._preview, self._then), boxes["every"], lines["n"],
            self._weekdays, lines["month_days"], thing, boxes["point"], lines["hours"], lines["at"], boxes["basis"],
            boxes["workdays"], boxes["route"], place, asset, more, boxes["assignee"], lines["since"],
            lines["lead_minutes"],
        ]  # fmt: skip
        title = words("planned.form.change_title" if plan else "planned.form.add_title")
        super().__init__(
            host, context, title, words("planned.form.save" if plan else "planned.form.add"), "", [], order
        )
        self._begin(plan)

    def _typed(self, pattern: Pattern) -> dict[str, FormField]:
        words, plan = self.words, self._plan
        number = words("planned.form.no_number")
        since = f"{local(plan.since):%Y-%m-%d}" if plan and plan.since else ""
        texts: dict[str, tuple[str, str, Callable[[str], str]]] = {
            "title": (
                plan.title if plan else "", "", lambda text: "" if text.strip() else words("planned.form.no_title"),
            ),
            "n": (str(pattern.n), "", rule(lambda text: read_whole(text, MOST_N) or None, number)),
            "month_days": (
                ", ".join(map(str, pattern.month_days)), words("planned.form.month_days_hint"),
                rule(read_days, words("planned.form.no_days")),
            ),
            "hours": (
                f"{pattern.hours:g}" if pattern.hours else "", "", rule(lambda t: read_whole(t, 10**6) or None, number),
            ),
            "at": (", ".join(pattern.at), words("planned.form.at_hint"), rule(read_times, words("planned.form.no_times"))),
            "since": (
                since, words("planned.form.since_hint"),
                lambda text: "" if not text.strip() or read_day(text) else words("planned.form.no_day"),
            ),
            "lead_minutes": (
                str(pattern.lead_minutes), words("planned.form.lead_hint"), rule(lambda t: read_whole(t, MOST_LEAD), number),
            ),
        }  # fmt: skip
        return {
            name: FormField(words(f"planned.form.{name}"), QLineEdit(text), hint=hint, rule=wrong)
            for name, (text, hint, wrong) in texts.items()
        }

    def _begin(self, plan: PlanDraft | None) -> None:
        for name, id_ in (
            ("place", plan and plan.place_id),
            ("asset", plan and plan.asset_id),
            ("thing", plan and plan.thing_id),
        ):
            if id_:
                self._pickers[name].choose([id_])
        _fill(
            self._who,
            [("", self.words("planned.form.nobody")), *((one.operator_id, one.name) for one in self._choices.staff)],
            (plan and plan.assignee_id) or "",
        )
        self._kind_changed()
        if plan:
            _choose(self._every, plan.pattern.every)
            _choose(self._route, plan.route_id or "")
            self._thing_changed()
            _choose(self._point, plan.pattern.point)
        self._kind.currentIndexChanged.connect(self._kind_changed)
        self._pickers["thing"].changed.connect(self._thing_changed)
        for box in (self._every, self._basis, self._workdays, self._point):
            box.currentIndexChanged.connect(self._shown)
        for name in ("n", "month_days", "hours", "at", "since"):
            self._lines[name].changed.connect(self._say)
        self._weekdays.changed.connect(self._say)
        self._shown()

    # What is asked

    def kind(self) -> CaseDefinition:
        return self._choices.kinds[str(self._kind.currentData())]

    def every(self) -> Every:
        return cast(Every, self._every.currentData() or self.kind().recurrence[0])

    def _kind_changed(self) -> None:
        kind, before = self.kind(), self._every.currentData()
        _fill(self._every, [(every, self.words(f"planned.form.every_{every}")) for every in kind.recurrence], before)
        routes = [(route.id, route.name) for route in self._choices.routes if route.definition == kind.name]
        _fill(self._route, routes, self._route.currentData())
        self._ask_more(kind)
        self._shown()

    def _ask_more(self, kind: CaseDefinition) -> None:
        """What the kind asks for when a case of it is opened, as far as a plan can know it beforehand."""
        clear(self._more)
        self._asked = {}
        same = self._plan is not None and self._plan.definition == kind.name
        now = self.context.console.clock.now()
        for name in (*kind.opening.needs, *kind.opening.takes):
            field = kind.field(name)
            if field is None or field.type not in BEFOREHAND or field.personal:
                continue
            before = self._plan.fields.get(name) if same and self._plan else None
            made = field_for(self.context, field, name in kind.opening.needs, now, Known(), before)
            if made is not None:
                self._asked[name] = made
                self._more.addWidget(made)

    def _thing_changed(self) -> None:
        counters = self._choices.counters.get(str(self._pickers["thing"].value() or ""), ())
        _fill(self._point, list(counters), self._point.currentData())
        self._say()

    def _shown(self) -> None:
        kind, every = self.kind(), self.every()
        opening, hours, basis = kind.opening, every == "run_hours", self._basis.currentData()
        shown = {
            self._lines["n"]: not hours,
            self._weekdays: every == "week" and basis == "scheduled",
            self._lines["month_days"]: every == "month" and basis == "scheduled",
            self._lines["hours"]: hours,
            self._boxes["point"]: hours,
            self._lines["at"]: not hours,
            self._boxes["workdays"]: not hours,
            self._boxes["route"]: kind.name in self._choices.rounds,
            self._pickers["place"]: opening.place != "no",
            self._pickers["asset"]: opening.asset != "no",
            self._pickers["thing"]: opening.thing != "no" or hours,
            self._lines["since"]: not hours,
            self._lines["lead_minutes"]: not hours,
        }
        for widget, on in shown.items():
            widget.setVisible(on)
        self._lines["since"].set_label(
            self.words("planned.form.last_done" if every == "days" else "planned.form.since")
        )
        self._lines["n"].set_label(self.words(f"planned.form.n_{every}") if not hours else "")
        self._say()

    def pattern(self) -> Pattern | None:
        """What is filled in, as far as it can be read."""
        every, lines = self.every(), {name: field.text() for name, field in self._lines.items()}
        n, at = read_whole(lines["n"], MOST_N), read_times(lines["at"])
        basis = cast(Literal["scheduled", "completed"], self._basis.currentData())
        if every == "run_hours":
            hours = read_whole(lines["hours"], 10**6) or 0
            return Pattern(every=every, hours=hours, point=str(self._point.currentData() or ""), basis=basis)
        days = read_days(lines["month_days"]) if every == "month" else ()
        lead = read_whole(lines["lead_minutes"], MOST_LEAD)
        if n is None or at is None or days is None or lead is None:
            return None
        return Pattern(
            every=every, n=n, at=at, basis=basis, lead_minutes=lead, workdays=self._workdays.currentData() == "only",
            weekdays=self._weekdays.value() if every == "week" and basis == "scheduled" else (),
            month_days=days if basis == "scheduled" else (),
        )  # fmt: skip

    def draft(self) -> PlanDraft | None:
        pattern = self.pattern()
        if pattern is None:
            return None
        day = read_day(self._lines["since"].text())
        about = {
            f"{name}_id": str(picker.value() or "") or None
            for name, picker in self._pickers.items()
            if not picker.isHidden()
        }
        route = str(self._route.currentData() or "") or None
        fields = {name: value for name, field in self._asked.items() if not is_blank(value := field.value())}
        return PlanDraft(
            definition=self.kind().name, title=self._lines["title"].text(), pattern=pattern,
            route_id=route if self.kind().name in self._choices.rounds else None,
            assignee_id=str(self._who.currentData() or "") or None, since=midnight(day) if day else None,
            urgency=self._urgency(), fields=fields, **about,
        )  # fmt: skip

    def _urgency(self) -> str:
        names = [urgency.name for urgency in self.kind().urgencies]
        kept = self._plan.urgency if self._plan else "normal"
        return kept if kept in names else names[-1]

    @slot
    async def _say(self) -> None:
        """What it means, and when it would be due next."""
        draft = self.draft()
        if draft is None or problem(draft.pattern):
            self._preview.setText(self.words("planned.form.not_yet"))
            self._then.setText("")
            return
        self._preview.setText(pattern_words(self.words, draft.pattern))
        times = await in_background(self.context.console.schedules.next_times, draft)
        if draft != self.draft():
            # An answer to what was chosen before is none.
            return
        self._then.setText(self._next(times))

    def _next(self, times: Iterable[datetime]) -> str:
        now = self.context.console.clock.now()
        said = "；" if self.words.lang == "zh" else "; "
        found = said.join(time_words(self.words, at, now) for at in times)
        return self.words("planned.form.next", times=found) if found else ""

    # Sending

    def ready(self) -> bool:
        wrong = [field for field in self._lines.values() if not field.isHidden() and not field.check()]
        if wrong:
            wrong[0].input.setFocus()
        others = [*(one for one in self._pickers.values() if not one.isHidden()), *self._asked.values()]
        return not wrong and sum(not one.check() for one in others) == 0

    def work(self) -> Callable[[], None]:
        draft, plan = self.draft(), self._plan
        schedules, who = self.context.console.schedules, self.context.who

        def run() -> None:
            if draft is None:
                raise Invalid("the pattern cannot be read", "at", why="missing")
            if isinstance(plan, PlanView):
                schedules.change(who, plan.id, draft)
            else:
                schedules.add(who, draft)

        return run

    def said(self) -> str:
        key = "planned.changed" if isinstance(self._plan, PlanView) else "planned.added"
        return self.words(key, title=self._lines["title"].text().strip())

    def refused(self, error: Invalid) -> None:
        """Beside the field it is about."""
        told = self.words(f"planned.form.wrong_{error.facts.get('why', 'missing')}")
        if error.field in self._lines:
            self._lines[error.field].set_error(told)
        elif error.field in self._boxes:
            self._boxes[error.field].set_error(told)
        elif error.field in (others := {**self._pickers, **self._asked}):
            others[error.field].set_error(told)
        else:
            self.panel.set_problem(self.words("planned.form.needs_more", field=error.field))


def _combo(options: list[tuple[str, str]], chosen: str | None = None) -> QComboBox:
    box = QComboBox()
    _fill(box, options, chosen)
    return box


def _fill(box: QComboBox, options: list[tuple[str, str]], chosen: str | None = None) -> None:
    box.blockSignals(True)
    box.clear()
    for data, text in options:
        box.addItem(text, data)
    box.blockSignals(False)
    _choose(box, chosen)


def _choose(box: QComboBox, data: str | None) -> None:
    found = box.findData(data)
    box.setCurrentIndex(found if found >= 0 else 0)
