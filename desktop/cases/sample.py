"""The sample community's work: assets, parts, routes and plans, and cases in every state, done by the real services.

A case is walked by its own definition: what a step needs is filled in by the type of each field, so that a kind that is
changed or new needs no code here. What could not be done is told (`Filled.left_out`), never passed over.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any, Literal

import msgspec
from sqlalchemy.orm import Session

from db.store import Records
from desktop.assets.service import Assets
from desktop.assets.stock import Stock
from desktop.assets.views import AssetDraft
from desktop.cases import rows
from desktop.cases.acts import CaseActs
from desktop.cases.definition import Every, Move
from desktop.cases.filling import Filler, Look
from desktop.cases.patterns import Pattern
from desktop.cases.planned import PlanDraft
from desktop.cases.routes import points_field
from desktop.cases.schedules import Schedules
from desktop.cases.service import Cases
from desktop.cases.views import Point
from desktop.kernel.errors import LinliError
from desktop.kernel.ids import NewId
from desktop.places.service import Places
from desktop.security.principal import Principal
from desktop.security.roles import permissions_of
from desktop.security.service import Accounts
from resources.loader import folder, load

DAYS = 4
"""For how many days back plans have opened their cases."""
STEP = timedelta(hours=1)
"""Between two steps of a case, where there is time for that."""
WALK = timedelta(seconds=80)
"""Between two points of a round."""
MOST_STEPS = 20


class _Asset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    name: str
    kind: str
    place: str
    thing: str = ""
    facts: dict[str, str] = {}


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    name: str
    unit: str
    price: int
    stock: int
    carried: int


class _Stop(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    code: str
    name: str
    place: str
    check: str


class _Route(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    points: tuple[_Stop, ...]
    ordered: bool = True
    patrol: bool = False


class _Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    every: Every
    n: int = 1
    at: tuple[str, ...] = ("09:00",)
    weekdays: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    basis: Literal["scheduled", "completed"] = "scheduled"
    workdays: bool = False
    hours: float = 0.0
    point: str = ""
    route: str = ""
    asset: str = ""
    thing: str = ""
    kind: str = ""
    who: str = ""
    steps: int = MOST_STEPS
    """How far its cases go; those of today are only begun."""
    last: float = DAYS
    """How many days ago it was done last, or the plan began."""


class _Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    title: str
    days: float
    steps: int
    place: str = ""
    asset: str = ""
    thing: str = ""
    urgency: str = "normal"
    fields: dict[str, Any] = {}
    begins: float | None = None
    ends: float | None = None
    buildings: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    reopen: bool = False
    void: str = ""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    assets: tuple[_Asset, ...]
    parts: tuple[_Part, ...]
    routes: tuple[_Route, ...]
    plans: tuple[_Plan, ...]
    cases: tuple[_Case, ...]
    texts: dict[str, str]


@dataclass
class Filled:
    """What was made, and in words what could not be."""

    cases: int = 0
    left_out: list[str] = field(default_factory=list)


class _Then:
    """A clock that stands where the sample's story is."""

    def __init__(self, now: datetime) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


def fill_sample(
    records: Records, accounts: Accounts, new_id: NewId, terminal: str, who: Principal, now: datetime
) -> Filled:
    """Makes the sample's work as it would stand at `now`. `who` plans; the staff do the rest, each what they may."""
    story = _Story(records, accounts, new_id, terminal, who, now)
    story.stage()
    story.run()
    return story.filled


class _Story:
    """What happens, in order of time over all cases, so that the journal reads as it would have been written."""

    def __init__(
        self, records: Records, accounts: Accounts, new_id: NewId, terminal: str, who: Principal, now: datetime
    ) -> None:
        self.file = load(folder("sample", "cases.toml"), _File)
        self.now, self.who, self.filled = now, who, Filled()
        self._records = records
        self.clock = _Then(now - timedelta(days=max(one.days for one in self.file.cases) + 1))
        self.cases = Cases(records, self.clock, new_id, terminal)
        self.acts = CaseActs(records, self.clock, new_id, self.cases, terminal)
        self.schedules = Schedules(records, self.clock, new_id, terminal, self.cases)
        self.assets, self.stock = Assets(records, self.clock, new_id, self.cases), Stock(records, self.clock, new_id)
        self.cases.parts_used, self.acts.stock_back = self.stock.use_in, self.stock.undo_in
        self.places = Places(records, self.clock, new_id)
        self.staff = {
            one.login: Principal(one.id, one.login, one.name, frozenset(one.roles), permissions_of(one.roles), terminal)
            for one in accounts.operators()
        }
        self._events: list[tuple[datetime, int, Callable[[], object]]] = []
        self._order = count()
        self.asset_ids: dict[str, str] = {}
        self.filler: Filler | None = None
        self._begun: set[str] = set()

    def stage(self) -> None:
        """Assets, parts, routes and plans, and everything that is going to happen."""
        for asset in self.file.assets:
            place = self.place(asset.place)
            draft = AssetDraft(
                code=asset.code, name=asset.name, kind=asset.kind, place_id=place, thing_id=asset.thing or None,
                facts=asset.facts,
            )  # fmt: skip
            self.asset_ids[asset.code] = self.assets.add(self.who, draft).id
        fitter = self.staff["gao.engineer"]
        for part in self.file.parts:
            made = self.stock.add_part(self.who, part.code, part.name, part.unit, part.price)
            self.stock.receive(self.who, made.id, part.stock, "首批入库")
            if part.carried:
                self.stock.hand_out(self.who, made.id, fitter.id, part.carried)
        first = self.stock.parts()[0]
        self.filler = Filler(self.cases, self.clock, self.file.texts, fitter, first.id)
        for one in self.file.cases:
            self._at(self.now - timedelta(days=one.days), lambda one=one: self._open(one))  # type: ignore[misc]
        self._at(self.now - timedelta(days=DAYS), self._plan)
        for half in range(1, 2 * DAYS + 1):
            at = self.now - timedelta(days=DAYS) + half * timedelta(hours=12) - STEP
            self._at(at, lambda: self._tried("plans", self._open_due))

    def run(self) -> None:
        while self._events:
            at, _, happen = heapq.heappop(self._events)
            self.clock.at = max(self.clock.at, at)
            happen()

    def _at(self, at: datetime, happen: Callable[[], object]) -> None:
        heapq.heappush(self._events, (min(at, self.now), next(self._order), happen))

    def _tried(self, what: str, work: Callable[[], object]) -> bool:
        try:
            work()
        except LinliError as error:
            self.filled.left_out.append(f"{what}: {error}")
            return False
        return True

    def place(self, code: str) -> str | None:
        """The place with this code, or the nearest that it is in: sample homes may be fewer than the file thinks."""
        while code:
            if found := self.places.by_code(code):
                return found.id
            code = code.rpartition("-")[0]
        return None

    # Plans

    def _plan(self) -> None:
        kinds = self.cases.definitions()
        rounds = [name for name, kind in kinds.items() if points_field(kind) and kind.recurrence]
        routes: dict[str, tuple[str, str]] = {}
        for route in self.file.routes:
            if not rounds:
                self.filled.left_out.append(f"{route.name}: no kind of case walks points")
                continue
            teams = {name: kinds[name].dispatch.team for name in rounds}
            kind = next((name for name in rounds if (teams[name] == "cases.gate") == route.patrol), rounds[0])
            points = [Point(one.code, one.name, self.place(one.place), None, None, one.check) for one in route.points]
            made = self.schedules.add_route(self.who, route.name, kind, points, ordered=route.ordered)
            routes[route.name] = (kind, made.id)
        for plan in self.file.plans:
            self._tried(plan.title, lambda plan=plan: self._add_plan(plan, routes))  # type: ignore[misc]

    def _add_plan(self, plan: _Plan, routes: Mapping[str, tuple[str, str]]) -> None:
        definition, route_id = routes.get(plan.route, ("maintenance", ""))
        pattern = Pattern(
            every=plan.every, n=plan.n, at=plan.at, weekdays=plan.weekdays, month_days=plan.month_days, basis=plan.basis,
            workdays=plan.workdays, hours=plan.hours, point=plan.point,
        )  # fmt: skip
        self.schedules.add(
            self.who,
            PlanDraft(
                definition=definition, title=plan.title, pattern=pattern, route_id=route_id or None,
                asset_id=self.asset_ids.get(plan.asset), thing_id=plan.thing or None,
                assignee_id=self.staff[plan.who].id if plan.who else None,
                fields={"kind": plan.kind} if plan.kind else {}, since=self.now - timedelta(days=plan.last),
            ),
        )  # fmt: skip

    def _open_due(self) -> None:
        """Opens what is due and lets most of it be done: the last of each plan stays as it was begun."""
        self.schedules.open_due()
        today = [
            one for one in self.schedules.occurrences(self.clock.at - timedelta(days=1), self.clock.at) if one.case_id
        ]
        for one in today:
            if one.standing != "open" or one.case_id is None or one.case_id in self._begun:
                continue
            self._begun.add(one.case_id)
            self.filled.cases += 1
            far = next((plan.steps for plan in self.file.plans if plan.title == one.title), MOST_STEPS)
            steps = min(far, 2) if self.now - self.clock.at < timedelta(hours=14) else far
            self._go_on(one.case_id, one.title, steps)

    # Cases

    def _open(self, one: _Case) -> None:
        if one.kind not in self.cases.definitions() or self.filler is None:
            self.filled.left_out.append(f"{one.title}: there is no kind {one.kind}")
            return
        kind, filler = self.cases.definition(one.kind), self.filler
        opener = next((who for who in self._people(kind.opening.permission)), self.who)
        times = {
            name: (self.now - timedelta(days=days)).isoformat()
            for name, days in (("begins", one.begins), ("ends", one.ends))
            if days is not None
        }
        places: dict[str, Any] = {"buildings": [self.place(code) for code in one.buildings]} if one.buildings else {}
        given = {name: value for name, value in {**one.fields, **times, **places}.items() if kind.field(name)}
        given = filler.opening(kind, given)

        def make() -> None:
            urgency = one.urgency if kind.urgency(one.urgency) else kind.urgencies[-1].name
            case = self.cases.open(
                opener, one.kind, one.title, place_id=self.place(one.place), fields=given, urgency=urgency,
                asset_id=self.asset_ids.get(one.asset), thing_id=one.thing or None,
            )  # fmt: skip
            self.filled.cases += 1
            if one.void:
                move = next(m.name for m in kind.moves if kind.void and m.to == kind.void.name)
                self._tried(
                    one.title, lambda: self.cases.move(self.staff["lin.manager"], case.id, move, reason=one.void)
                )
            else:
                self._go_on(case.id, one.title, min(one.steps, MOST_STEPS), one)

        self._tried(one.title, make)

    def _go_on(self, case_id: str, title: str, steps: int, one: _Case | None = None) -> None:
        """The next step an hour later, or sooner where the day is short; then the acts."""
        if steps > 0:
            left = (self.now - self.clock.at) / (steps + 2)
            self._at(self.clock.at + min(STEP, left), lambda: self._step(case_id, title, steps, one))
        elif one is not None:
            for act in one.acts:
                self._tried(f"{title}: {act}", lambda act=act: self._act(case_id, act))  # type: ignore[misc]

    def _step(self, case_id: str, title: str, steps: int, one: _Case | None) -> None:
        filler, look = self.filler, self._look(case_id)
        if filler is None or look.closed:
            return
        reopens = one is not None and one.reopen and look.round == 1
        for who in self._people_of(look.assignee_id):
            move = filler.next_move(look, who, reopens)
            if move is not None:
                if self._tried(f"{title}: {move.name}", partial(self._take, who, look, move, reopens)):
                    self._go_on(case_id, title, steps - 1, one)
                return

    def _take(self, who: Principal, look: Look, move: Move, reopens: bool) -> None:
        """Takes a step with everything that it needs."""
        if self.filler is None:
            return
        if self.filler.visit_points(self.acts, who, look, move, self._walk):
            look = self._look(look.id)
        reason = "住户反映仍有问题。" if move.again else "按安排办理。" if move.needs.reason else None
        self.cases.move(
            who, look.id, move.name, fields=self.filler.fields(look, move, reopens), reason=reason,
            assignee_id=self.staff["gao.engineer"].id if move.needs.assignee else None,
        )  # fmt: skip

    def _walk(self) -> None:
        """The way to the next point of a round."""
        self.clock.at = min(self.clock.at + WALK, max(self.now, self.clock.at))

    def _look(self, case_id: str) -> Look:
        def work(session: Session) -> Look:
            row = rows.row_of(session, case_id)
            kind = self.cases.definition_of(row.definition, row.version, row.state)
            closed = row.closed_at is not None
            return Look(row.id, kind, row.state, row.round, closed, row.assignee_id, dict(row.fields))

        return self._records.read(work)

    def _act(self, case_id: str, act: str) -> None:
        name, _, what = act.partition(":")
        manager, fitter = self.staff["lin.manager"], self.staff["gao.engineer"]
        match name:
            case "urge":
                self.acts.urge(self.staff["zhou.desk"], case_id, "住户来电催问。")
            case "escalate":
                self.acts.escalate(fitter, case_id, "需要主管协调停水时间。")
            case "pause":
                until = self.now + timedelta(days=2)
                self.acts.suspend(manager, case_id, what, until=until, reason="等待期间计时暂停。")  # type: ignore[arg-type]

    def _people(self, permission: str) -> Iterator[Principal]:
        return (who for who in self._staff() if who.may(permission))

    def _people_of(self, assignee_id: str | None) -> Iterator[Principal]:
        """Who has it first, then the office by its desks."""
        yield from (who for who in self.staff.values() if who.id == assignee_id)
        yield from self._staff()

    def _staff(self) -> Iterator[Principal]:
        return (
            self.staff[login]
            for login in ("zhou.desk", "gao.engineer", "feng.guard", "lin.manager")
            if login in self.staff
        )
