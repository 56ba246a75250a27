"""Cases as lists, boards and counts, and the filters people keep: projected and batched, never a row object a line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Protocol

import msgspec
from sqlalchemy import ColumnElement, Row, and_, case, false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from db.store import Records, Transaction
from db.tables.cases import CaseRow, SavedFilter
from desktop.cases import asking, rules
from desktop.cases.calendar import Calendar
from desktop.cases.definition import CaseDefinition, stand_in
from desktop.cases.figures import Figures, Reckoner
from desktop.cases.lines import lines
from desktop.cases.measured import measured
from desktop.cases.naming import community_offset, operator_names
from desktop.cases.values import instant
from desktop.cases.views import CaseQuery, CaseView, Column, Counts, Notice, SavedView, Today
from desktop.kernel.clock import Clock
from desktop.kernel.errors import Invalid, NotFound
from desktop.kernel.ids import NewId
from desktop.kernel.words import Text
from desktop.security.principal import Principal, act, require

MOST_NEAR = 50
MOST_TODAY = 500
MAX_NAME = 40
"""Characters of a saved filter's name."""

AHEAD = timedelta(hours=24)
"""How long before it begins a notice is told: who calls today asks about tomorrow's water. Our own default."""

COLUMNS = (
    CaseRow.id, CaseRow.number, CaseRow.definition, CaseRow.version, CaseRow.title, CaseRow.state, CaseRow.urgency,
    CaseRow.thing_id, CaseRow.place_id, CaseRow.assignee_id, CaseRow.opened_at, CaseRow.due_at, CaseRow.warn_at,
    CaseRow.closed_at, CaseRow.round, CaseRow.paused, CaseRow.person_id, CaseRow.asset_id, CaseRow.parent_id,
    CaseRow.urged, CaseRow.escalated, CaseRow.fields, CaseRow.spans,
)  # fmt: skip
Projected = Row[Any]


class Definitions(Protocol):
    """What lists need of the cases' service."""

    def definitions(self) -> Mapping[str, CaseDefinition]: ...

    def definition(self, name: str, version: int | None = None) -> CaseDefinition: ...

    def calendars(self) -> Mapping[str, Calendar]: ...


class CaseLists:
    """Everything that shows many cases at once. Reads wait for the disk and are cheap."""

    def __init__(self, records: Records, clock: Clock, new_id: NewId, definitions: Definitions) -> None:
        self._records = records
        self._clock = clock
        self._new_id = new_id
        self._known = definitions

    def page(self, query: CaseQuery, *, limit: int = 200, offset: int = 0) -> tuple[CaseView, ...]:
        """The cases that are found, the most pressing first."""

        def work(session: Session) -> tuple[CaseView, ...]:
            found = asking.conditions(query, self._clock.now())
            return self._found(session, and_(True, *found), limit, offset)

        return self._records.read(work)

    def count(self, query: CaseQuery) -> Counts:
        """How many cases the query finds, by state and by what presses."""
        return self._records.read(lambda session: self._count(session, query))

    def board(self, query: CaseQuery, definition: str, most: int = 50) -> tuple[Column, ...]:
        """A column for each state of the newest version, in its order, with at most `most` cases in each; states that
        only older versions know follow where cases stand there. Ends have a column unless only open cases are asked for.
        """
        query = msgspec.structs.replace(query, definitions=(definition,))

        def work(session: Session) -> tuple[Column, ...]:
            totals = {state: n for (_, state), n in self._count(session, query).by_state.items()}
            cases: defaultdict[str, list[CaseView]] = defaultdict(list)
            for view in self._first_of_each_state(session, query, most):
                cases[view.state].append(view)
            titles = self._states(definition, query, cases)
            return tuple(
                Column(state, title, totals.get(state, 0), tuple(cases.get(state, ())))
                for state, title in titles.items()
            )

        return self._records.read(work)

    def grouped(
        self, query: CaseQuery, group_of: Callable[[str, str], str], most: int = 50
    ) -> dict[str, tuple[int, tuple[CaseView, ...]]]:
        """How many cases stand in each group and the most pressing `most` of them; `group_of` says which group a
        definition's state belongs to. Groups without cases are not there."""

        def work(session: Session) -> dict[str, tuple[int, tuple[CaseView, ...]]]:
            found = asking.conditions(query, self._clock.now())
            totals: defaultdict[str, int] = defaultdict(int)
            states: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
            for state, n in self._count(session, query).by_state.items():
                totals[group_of(*state)] += n
                states[group_of(*state)].append(state)
            stands = tuple_(CaseRow.definition, CaseRow.state)
            return {
                group: (totals[group], self._found(session, and_(stands.in_(some), *found), most))
                for group, some in states.items()
            }

        return self._records.read(work)

    def near(
        self, *, place_id: str | None = None, person_id: str | None = None, thing_id: str | None = None
    ) -> tuple[CaseView, ...]:
        """Open cases of that person, of that thing, and at that place: in it, and of what it is in (a home's unit and
        building), so that nobody files a fault twice."""
        here: list[ColumnElement[bool]] = []
        if place_id:
            here += [CaseRow.place_id.in_(asking.below(place_id)), CaseRow.place_id.in_(asking.above(place_id))]
        if person_id:
            here.append(CaseRow.person_id == person_id)
        if thing_id:
            here.append(CaseRow.thing_id == thing_id)
        if not here:
            return ()
        wanted = and_(CaseRow.closed_at.is_(None), or_(*here))
        return self._records.read(lambda session: self._found(session, wanted, MOST_NEAR))

    def notices(self, place_id: str) -> tuple[Notice, ...]:
        """What whoever calls about the place is told: open cases of definitions with `tells` that name the place or what
        it is in (or no place at all: everybody's), from a day before they begin until they end, the next first."""
        telling = [name for name, one in self._known.definitions().items() if one.tells]
        if not telling:
            return ()

        def work(session: Session) -> tuple[Notice, ...]:
            wanted = and_(CaseRow.closed_at.is_(None), CaseRow.definition.in_(telling))
            around: set[str] = set(session.scalars(asking.above(place_id)).all())
            rows = session.execute(select(*COLUMNS).where(wanted).order_by(*asking.PRESSING)).all()
            told = [row for row in rows if self._tells(row, around)]
            return tuple(map(self._notice, told, self._views(session, told)))

        far = datetime.min.replace(tzinfo=UTC)
        return tuple(sorted(self._records.read(work), key=lambda notice: (notice.begins or far, notice.case.number)))

    def today(self, who: Principal) -> Today:
        """What `who` has to do and could take, the most pressing first."""
        now = self._clock.now()

        def work(session: Session) -> Today:
            mine = and_(CaseRow.assignee_id == who.id, CaseRow.closed_at.is_(None))
            have = self._found(session, and_(mine, self._in_hand(session, mine)), MOST_TODAY)
            midnight = _next_midnight(now, community_offset(session))
            due = [view for view in have if not view.overdue and view.due_at and view.due_at < midnight]
            return Today(
                late=tuple(view for view in have if view.overdue),
                due_today=tuple(due),
                later=tuple(view for view in have if not view.overdue and view not in due),
                free=self._free(session, who),
            )

        return self._records.read(work)

    def figures(self, since: datetime, until: datetime, definitions: Collection[str] = ()) -> Figures:
        """How promises were kept from `since` to before `until`, of these definitions or of all. Raises Invalid("until")
        for an empty period. A year of a large community takes a second or two."""
        if until <= since:
            raise Invalid("the period ends before it begins", "until")
        now = self._clock.now()

        def work(session: Session) -> Figures:
            cases = list(measured(session, since, until, definitions, self._definition))
            names = operator_names(session, {case.assignee_id for case in cases if case.assignee_id})
            return Reckoner(self._known.calendars(), now, community_offset(session), names).figures(cases, since, until)

        return self._records.read(work)

    # Kept filters

    def saved(self, who: Principal) -> tuple[SavedView, ...]:
        """The filters `who` keeps, by name."""

        def work(session: Session) -> tuple[SavedView, ...]:
            mine = select(SavedFilter.id, SavedFilter.name, SavedFilter.query).where(
                SavedFilter.operator_id == who.id, SavedFilter.state == "active"
            )
            rows = session.execute(mine.order_by(SavedFilter.name, SavedFilter.id))
            return tuple(SavedView(id_, name, msgspec.convert(query, CaseQuery)) for id_, name, query in rows)

        return self._records.read(work)

    def save(self, who: Principal, name: str, query: CaseQuery) -> SavedView:
        """Keeps a filter; one of the same name is replaced. Raises NotAllowed, Invalid("name")."""
        require(who, "cases.see")
        problems = rules.check_text("name", name, MAX_NAME, needed=True)
        if problems:
            raise Invalid(f"name: {problems[0].why}", "name", why=problems[0].why)
        name, kept = name.strip(), msgspec.to_builtins(query)

        def work(tx: Transaction) -> SavedView:
            same = select(SavedFilter).where(
                SavedFilter.operator_id == who.id, SavedFilter.name == name, SavedFilter.state == "active"
            )
            row = tx.session.scalars(same).first()
            if row is None:
                row = tx.add(SavedFilter(id=self._new_id(), operator_id=who.id, name=name, query=kept))
            row.query = kept
            return SavedView(row.id, name, query)

        return self._records.write(act(who, "cases.filter.save", self._clock), work)

    def forget(self, who: Principal, filter_id: str) -> None:
        """Puts a filter away. Raises NotFound unless it is one of `who`'s."""

        def work(tx: Transaction) -> None:
            row = tx.get(SavedFilter, filter_id)
            if row is None or row.operator_id != who.id or row.state != "active":
                raise NotFound("there is no such filter", id=filter_id)
            row.state = "forgotten"

        self._records.write(act(who, "cases.filter.forget", self._clock), work)

    # Reading

    def _count(self, session: Session, query: CaseQuery) -> Counts:
        now = self._clock.now()
        parts = (asking.is_overdue(now), asking.is_warned(now), asking.is_paused(), asking.is_free())
        sums = [func.sum(case((part, 1), else_=0)) for part in parts]
        wanted = select(CaseRow.definition, CaseRow.state, func.count(), *sums)
        rows = session.execute(
            wanted.where(*asking.conditions(query, now)).group_by(CaseRow.definition, CaseRow.state)
        ).all()
        total, overdue, warned, paused, unassigned = (sum(row[n] for row in rows) for n in range(2, 7))
        return Counts(
            total=total,
            by_state={(row[0], row[1]): row[2] for row in rows},
            overdue=overdue,
            warned=warned,
            paused=paused,
            unassigned=unassigned,
        )

    def _found(
        self, session: Session, wanted: ColumnElement[bool], limit: int, offset: int = 0
    ) -> tuple[CaseView, ...]:
        # Sorted by what the order needs alone, and then only the lines of the page are read whole.
        ids = select(CaseRow.id).where(wanted).order_by(*asking.PRESSING).limit(limit).offset(offset)
        chosen = session.scalars(ids).all()
        rows = session.execute(select(*COLUMNS).where(CaseRow.id.in_(chosen)))
        place = {id_: n for n, id_ in enumerate(chosen)}
        return self._views(session, sorted(rows, key=lambda row: place[row.id]))

    def _first_of_each_state(self, session: Session, query: CaseQuery, most: int) -> tuple[CaseView, ...]:
        rank = func.row_number().over(partition_by=CaseRow.state, order_by=asking.PRESSING).label("rank")
        ranked = select(CaseRow.id, rank).where(*asking.conditions(query, self._clock.now())).subquery()
        first = select(ranked.c.id).where(ranked.c.rank <= most)
        rows = session.execute(select(*COLUMNS).where(CaseRow.id.in_(first)).order_by(*asking.PRESSING)).all()
        return self._views(session, rows)

    def _in_hand(self, session: Session, mine: ColumnElement[bool]) -> ColumnElement[bool]:
        """Of somebody's cases those that wait for them, and not for the desk."""
        kinds = session.execute(select(CaseRow.definition, CaseRow.version, CaseRow.state).where(mine).distinct()).all()
        return _among(kind for kind in kinds if kind.state in self._definition(*kind).in_hand)

    def _free(self, session: Session, who: Principal) -> tuple[CaseView, ...]:
        kinds = session.execute(
            select(CaseRow.definition, CaseRow.version, CaseRow.state).where(asking.is_free()).distinct()
        ).all()
        grabbed = [kind for kind in kinds if self._grabs(who, *kind)]
        if not grabbed:
            return ()
        rows = session.execute(
            select(*COLUMNS).where(asking.is_free(), _among(grabbed)).order_by(*asking.PRESSING).limit(MOST_TODAY)
        ).all()
        may = [row for row in rows if self._may_grab(who, row)]
        return self._views(session, may)

    def _grabs(self, who: Principal, name: str, version: int, state: str) -> bool:
        moves = self._definition(name, version, state).moves
        return any(m.dispatch == "grab" and state in m.sources and who.may(m.permission) for m in moves)

    def _may_grab(self, who: Principal, row: Projected) -> bool:
        definition = self._definition(row.definition, row.version, row.state)
        return any(
            move.dispatch == "grab" for move in rules.legal_moves(definition, row.state, who.permissions, row.fields)
        )

    def _tells(self, row: Projected, around: set[str]) -> bool:
        definition = self._definition(row.definition, row.version, row.state)
        if definition.tells is None or not row.fields.get(definition.tells.text):
            return False
        where, now = row.fields.get(definition.tells.places) or [], self._clock.now()
        begins, ends = (instant(row.fields.get(name)) for name in (definition.tells.begins, definition.tells.ends))
        named = set(where if isinstance(where, list) else [where])
        soon = begins is None or begins - AHEAD <= now
        return soon and (ends is None or now < ends) and (not named or bool(named & around))

    def _notice(self, row: Projected, view: CaseView) -> Notice:
        tells = self._definition(row.definition, row.version, row.state).tells
        assert tells is not None
        begins, ends = (instant(row.fields.get(name)) for name in (tells.begins, tells.ends))
        return Notice(view, str(row.fields[tells.text]), begins, ends)

    # Words

    def _definition(self, name: str, version: int, state: str) -> CaseDefinition:
        try:
            return self._known.definition(name, version)
        except NotFound:
            return stand_in(name, version, state)

    def _states(self, name: str, query: CaseQuery, cases: Mapping[str, list[CaseView]]) -> dict[str, Text]:
        newest = self._known.definitions().get(name)
        states = [state for state in newest.states if not (query.open_only and state.end)] if newest else []
        wanted = {state.name: state.title for state in states if not query.states or state.name in query.states}
        older = {state: views[0].state_title for state, views in cases.items() if state not in wanted}
        return wanted | older

    def _views(self, session: Session, rows: Sequence[Projected]) -> tuple[CaseView, ...]:
        return lines(session, rows, self._definition, self._clock.now())


def _next_midnight(now: datetime, offset_minutes: int) -> datetime:
    """When the community's day is over."""
    shift = timedelta(minutes=offset_minutes)
    return datetime.combine((now.astimezone(UTC) + shift).date() + timedelta(days=1), time(), UTC) - shift


def _among(kinds: Iterable[Row[str, int, str]]) -> ColumnElement[bool]:
    """Cases of these definitions and versions in these states."""
    columns = CaseRow.definition, CaseRow.version, CaseRow.state
    return or_(
        false(), *(and_(*(column == value for column, value in zip(columns, kind, strict=True))) for kind in kinds)
    )
