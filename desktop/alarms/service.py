"""Alarms: recorded as they begin and end, acknowledged, shelved and turned into cases by people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Protocol

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from db.store import Records, Transaction
from db.tables.alarms import AlarmRow
from db.tables.security import Operator
from db.tables.things import ThingCard
from desktop.alarms import course, occurrences, reading
from desktop.alarms.rules import Event, Life, after, base_of
from desktop.alarms.views import PRIORITIES, AlarmStep, AlarmView
from desktop.field.messages import AlarmChange
from desktop.kernel.clock import Clock
from desktop.kernel.errors import Invalid, NotFound, Refused
from desktop.kernel.words import Words
from desktop.security.principal import Principal, act, require, system
from desktop.things.model import Priority

LONGEST_SHELF = 480
"""Minutes; one shift. Longer is taking the thing out of service, which is another act with another permission."""

DEFAULT_CASE = "device-fault"
"""What a rule that names no case definition is handled as."""

LONGEST_TITLE = 120
LONGEST_DESCRIPTION = 1000

URGENCY: Mapping[str, str] = {"critical": "urgent", "high": "urgent", "medium": "normal", "low": "low"}


class Opened(Protocol):
    """A case that was opened."""

    @property
    def id(self) -> str: ...


class Cases(Protocol):
    """What this service needs of `desktop.cases.service.Cases`: a case opened within our transaction."""

    def open_in(
        self,
        tx: Transaction,
        who: Principal,
        definition: str,
        title: str,
        *,
        thing_id: str | None = None,
        place_id: str | None = None,
        urgency: str = "normal",
        fields: Mapping[str, object] | None = None,
    ) -> Opened: ...


class Alarms:
    """The life cycle of alarms, kept in the records store.

    `confirm_second` checks a second person's login and password and returns who they are, or raises (WrongPassword,
    LockedOut); `terminal` names this machine in what the program itself writes.
    """

    def __init__(
        self,
        records: Records,
        clock: Clock,
        cases: Cases,
        *,
        terminal: str,
        confirm_second: Callable[[str, str], Principal],
    ) -> None:
        self._records = records
        self._clock = clock
        self._cases = cases
        self._system = system(terminal)
        self._confirm_second = confirm_second

    def record(self, change: AlarmChange) -> None:
        """Keeps that an alarm began or ended; durable when this returns. Repeats and any order come out the same."""
        op = "alarms.onset" if change.active else "alarms.return"
        self._records.write(act(self._system, op, self._clock), lambda tx: occurrences.take_in(tx, change))

    def open(self) -> list[AlarmView]:
        """Everything that is not normal, the most urgent first and of equals the newest.

        Of a rule whose earlier occurrences ended unacknowledged, the newest stands for all; acknowledging it does too.
        """
        found = self._records.read(lambda session: reading.views(session, self._clock.now(), occurrences.not_over()))
        alarms = [alarm for alarm in reading.newest_of_each_rule(found) if alarm.state != "normal"]
        return reading.most_urgent_first(alarms)

    def get(self, alarm_id: str) -> AlarmView:
        """Raises NotFound."""
        found = self._records.read(lambda s: reading.views(s, self._clock.now(), AlarmRow.id == alarm_id))
        if not found:
            raise NotFound("there is no such alarm", id=alarm_id)
        return found[0]

    def of_case(self, case_id: str) -> AlarmView | None:
        """The alarm a case was made from; None where there is none."""
        found = self._records.read(lambda s: reading.views(s, self._clock.now(), AlarmRow.case_id == case_id))
        return min(found, key=lambda alarm: alarm.onset_at, default=None)

    def course(self, alarm_id: str) -> tuple[AlarmStep, ...]:
        """Who did what about the alarm, oldest first; its onset and return are in the view."""
        return self._records.read(lambda session: course.steps(session, alarm_id))

    def log(self, since: datetime, until: datetime) -> list[AlarmView]:
        """Every alarm that began from `since` (included) to `until` (not included), in order of time."""
        period = and_(AlarmRow.onset_at >= since, AlarmRow.onset_at < until)
        found = self._records.read(lambda session: reading.views(session, self._clock.now(), period))
        return sorted(found, key=lambda alarm: (alarm.onset_at, alarm.id))

    def counts(self) -> dict[Priority, int]:
        """How many alarms are active and unacknowledged, by priority, the most urgent first; shelved ones do not count."""
        found = Counter(alarm.priority for alarm in self.open() if alarm.state == "unacknowledged")
        return {priority: found[priority] for priority in PRIORITIES}

    def acknowledge(self, who: Principal, alarm_ids: Iterable[str]) -> None:
        """Says that `who` saw these, in one act. Those that need no acknowledging stay as they are.

        Raises NotAllowed, NotFound (and then acknowledges none).
        """
        require(who, "alarms.acknowledge")
        ids = list(alarm_ids)

        def work(tx: Transaction) -> None:
            now = self._clock.now()
            for row in [_row(tx, id_) for id_ in ids]:
                for each in [row, *_behind(tx.session, row)]:
                    life = _life(tx, each, now)
                    if after(life, "acknowledge") != life:
                        each.acknowledged, each.acknowledged_at, each.acknowledged_by = True, now, who.id

        self._records.write(act(who, "alarms.acknowledge", self._clock), work)

    def shelve(
        self, who: Principal, alarm_id: str, minutes: int, reason: str, second: tuple[str, str] | None = None
    ) -> None:
        """Takes an alarm, and what its rule will bring, out of sight for 1 to 480 minutes; the evaluation runs on.

        An alarm of life safety (fire, gas, flood, entrapment) needs a second person's login and password.
        Raises NotAllowed, NotFound, Invalid("minutes" or "reason"), Refused, and what `confirm_second` raises.
        """
        require(who, "alarms.shelve")
        reason = reason.strip()
        if not 1 <= minutes <= LONGEST_SHELF:
            raise Invalid(f"1 to {LONGEST_SHELF} minutes", "minutes", longest=str(LONGEST_SHELF))
        if not reason:
            raise Invalid("say why", "reason")
        witness = self._witness(who, second) if self.get(alarm_id).life_safety else None

        def work(tx: Transaction) -> None:
            row, now = _row(tx, alarm_id), self._clock.now()
            life = _life(tx, row, now)
            if life.state == after(life, "shelve").state:
                raise Refused(f"an alarm that is {life.state} cannot be shelved", rule="shelve", state=life.state)
            row.shelved_until, row.shelved_by = now + timedelta(minutes=minutes), who.id
            # Out from under the shelf it is weighed anew, so what was acknowledged before does not count (ISA-18.2).
            row.acknowledged = False
            if witness:
                tx.note("alarm", row.id, {"second": witness.id, "second_name": witness.name})

        self._records.write(act(who, "alarms.shelve", self._clock, reason), work)

    def unshelve(self, who: Principal, alarm_id: str) -> None:
        """Brings a shelved alarm back: still active it needs acknowledging, otherwise it is normal.

        Raises NotAllowed, NotFound, Refused when it is not shelved.
        """
        require(who, "alarms.shelve")

        def work(tx: Transaction) -> None:
            row = _row(tx, alarm_id)
            if row.shelved_until is None:
                raise Refused("the alarm is not shelved", rule="unshelve")
            _move(row, Life(base_of(row.active, row.acknowledged), shelved=True), "unshelve")

        self._records.write(act(who, "alarms.unshelve", self._clock), work)

    def expire_shelves(self) -> int:
        """Brings back the alarms whose shelf is up, and returns how many. Call it about once a minute."""

        def due(session: Session) -> list[AlarmRow]:
            up = AlarmRow.shelved_until <= self._clock.now()
            return list(session.scalars(select(AlarmRow).where(occurrences.not_over(), up)))

        def work(tx: Transaction) -> int:
            rows = due(tx.session)
            for row in rows:
                _move(row, Life(base_of(row.active, row.acknowledged), shelved=True), "unshelve")
            return len(rows)

        if not self._records.read(due):
            return 0
        return self._records.write(act(self._system, "alarms.expire", self._clock), work)

    def only_active(self, alarm_ids: Collection[str]) -> int:
        """Ends what is recorded as active but is not among these, which the field service holds for active at its start;
        returns how many. An alarm that nobody ends would hide the next one of its rule."""
        known = set(alarm_ids)

        def gone(session: Session) -> list[AlarmRow]:
            active = session.scalars(select(AlarmRow).where(occurrences.not_over(), AlarmRow.active.is_(True)))
            return [row for row in active if not known & {row.id, *row.extra.get(occurrences.ALSO, ())}]

        def work(tx: Transaction) -> int:
            rows, now = gone(tx.session), self._clock.now()
            for row in rows:
                row.returned_at = now
                occurrences.end(tx, row, now)
            return len(rows)

        if not self._records.read(gone):
            return 0
        return self._records.write(act(self._system, "alarms.gone", self._clock), work)

    def back_in_service(self, thing_id: str) -> None:
        """The thing came back from maintenance: its active alarms need acknowledging again (ISA-18.2)."""

        def work(tx: Transaction) -> None:
            rows = select(AlarmRow).where(occurrences.not_over(), AlarmRow.thing_id.concat("") == thing_id)
            for row in tx.session.scalars(rows):
                base = base_of(row.active, row.acknowledged)
                _move(row, Life(base, row.shelved_until is not None, out=True), "back")

        self._records.write(act(self._system, "alarms.back", self._clock), work)

    def to_case(self, who: Principal, alarm_id: str) -> str:
        """Opens the case that the alarm's rule names and returns its id; the alarm's own case where it has one already.

        The two are linked both ways in one transaction. Raises NotAllowed, NotFound, and what opening a case raises.
        """
        require(who, "alarms.to_case")

        def work(tx: Transaction) -> str:
            row = _row(tx, alarm_id)
            if row.case_id is None:
                case = self._cases.open_in(
                    tx,
                    who,
                    row.case_definition or DEFAULT_CASE,
                    f"{row.thing_name} {row.texts['title']['zh']}"[:LONGEST_TITLE],
                    thing_id=row.thing_id,
                    place_id=row.place_id,
                    urgency=URGENCY[row.priority],
                    fields={"description": _description(tx.session, row), "alarm": _called(row, tx.act.offset_minutes)},
                )
                # The case's row first: the alarm points at it.
                tx.session.flush()
                row.case_id = case.id
            return row.case_id

        return self._records.write(act(who, "alarms.to_case", self._clock), work)

    def _witness(self, who: Principal, second: tuple[str, str] | None) -> Principal:
        if second is None:
            raise Refused("an alarm of life safety is shelved by two persons", rule="second_person")
        witness = self._confirm_second(*second)
        if witness.id == who.id:
            raise Refused("the second person must be another", rule="second_person")
        require(witness, "alarms.shelve")
        return witness


def _row(tx: Transaction, alarm_id: str) -> AlarmRow:
    row = tx.get(AlarmRow, alarm_id)
    if row is None or occurrences.is_copy(row):
        raise NotFound("there is no such alarm", id=alarm_id)
    return row


def _life(tx: Transaction, row: AlarmRow, now: datetime) -> Life:
    card = tx.get(ThingCard, row.thing_id)
    return occurrences.life_of(row, now, card is not None and card.out_of_service)


def _move(row: AlarmRow, life: Life, event: Event) -> None:
    occurrences.put_life(row, after(life, event))


def _behind(session: Session, row: AlarmRow) -> list[AlarmRow]:
    """Earlier occurrences of the rule that ended unacknowledged: the list shows this one for all of them."""
    others = occurrences.unfinished(session, row)
    return [other for other in others if not other.active and other.onset_at <= row.onset_at]


def _called(row: AlarmRow, offset_minutes: int) -> str:
    """The alarm as people would name it: what it says and when it began, in the community's time."""
    onset = row.onset_at.astimezone(timezone(timedelta(minutes=offset_minutes)))
    return f"{row.texts['title']['zh'][:LONGEST_TITLE]} {onset:%Y-%m-%d %H:%M:%S}"


def _description(session: Session, row: AlarmRow) -> str:
    """What whoever handles the case needs to know, in the language of the office's records."""
    words = Words("zh")
    seen = session.get(Operator, row.acknowledged_by) if row.acknowledged_by else None
    text = words(
        "alarms.case.description",
        value=f"{_plain(row.value)} {row.unit}".strip(),
        limit=f"{_plain(row.limit)} {row.unit}".strip(),
        cause=row.texts["cause"]["zh"],
        consequence=row.texts["consequence"]["zh"],
        response=row.texts["response"]["zh"],
        acknowledged_by=seen.name if seen else words("alarms.case.nobody"),
    )
    return text[:LONGEST_DESCRIPTION]


def _plain(value: object) -> str:
    """A value in a few characters; a number without the tail of its binary form."""
    return f"{value:.6g}" if isinstance(value, float) else "—" if value is None else str(value)[:60]
