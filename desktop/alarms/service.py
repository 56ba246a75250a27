"""Alarms: recorded as they begin and end, acknowledged, shelved and turned into cases by people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from db.store import Records, Transaction
from db.tables.alarms import AlarmRow
from desktop.alarms import calls, course, due, occurrences, reading
from desktop.alarms.album import Album
from desktop.alarms.case import CaseMaker, Cases, LastValues, nothing_known
from desktop.alarms.figures import kpis
from desktop.alarms.flood import annunciations
from desktop.alarms.kpi import Kpis
from desktop.alarms.rules import Life, after
from desktop.alarms.suppression import ParentOf, settle
from desktop.alarms.views import PRIORITIES, AlarmStep, AlarmView
from desktop.alarms.waits import Ahead, Waited
from desktop.field.messages import AlarmChange
from desktop.kernel.clock import Clock
from desktop.kernel.errors import Invalid, NotFound, Refused
from desktop.security.principal import Principal, act, require, system
from desktop.things.model import Priority

LONGEST_SHELF = 480
"""Minutes; one shift. Longer is taking the thing out of service, which is another act with another permission."""


def _nobody(_thing_id: str) -> str | None:
    return None


class Alarms:
    """The life cycle of alarms, kept in the records store.

    `confirm_second` checks a second person's login and password and returns who they are, or raises (WrongPassword,
    LockedOut); `terminal` names this machine in what the program itself writes. `last_values` reads what a case is given
    of the thing's points; `parent_of` is what a thing speaks through, for gateways that have no alarm of their own.
    """

    def __init__(
        self,
        records: Records,
        clock: Clock,
        cases: Cases,
        *,
        terminal: str,
        confirm_second: Callable[[str, str], Principal],
        last_values: LastValues = nothing_known,
        parent_of: ParentOf = _nobody,
    ) -> None:
        self._records = records
        self._clock = clock
        self._cases = CaseMaker(cases, last_values)
        self._parent_of = parent_of
        self._system = system(terminal)
        self.album = Album(records, clock, self._cases, self._system)
        self._confirm_second = confirm_second
        self._asked, self._answered = Waited(), Waited()
        self._shelves = Ahead(timedelta(minutes=LONGEST_SHELF))

    def record(self, change: AlarmChange) -> None:
        """Keeps that an alarm began or ended; durable when this returns. Repeats and any order come out the same.

        Opens the case that the rule starts by itself, in the same transaction. One that hides (a shelf, a lost gateway) is
        not annunciated (ISA-18.2) and starts none until it is back in sight (`start_owed`), unless lives depend on it: a
        shelf quiets the bell, never the rescue. Under maintenance nothing starts one: there the people on site do.
        """
        op = "alarms.onset" if change.active else "alarms.return"
        starts = change.active and change.start_case and not self._has_case(change.alarm_id)
        seen = self._cases.seen_of(change.thing_id, change.point) if starts else ()

        def work(tx: Transaction) -> None:
            is_new = tx.get(AlarmRow, change.alarm_id) is None
            for row in occurrences.take_in(tx, change):
                settle(tx, row, self._parent_of)
            if is_new:
                occurrences.mark_silent(tx, tx.session.get_one(AlarmRow, change.alarm_id))
            if starts:
                row = tx.session.get_one(AlarmRow, change.alarm_id)
                state = _life(tx, row, tx.act.at).state
                hidden = state in occurrences.HIDDEN and not (row.life_safety and state != "out_of_service")
                if hidden or occurrences.is_copy(row):
                    # A copy may turn out to be an occurrence of its own, whose onset overtook the last one's return.
                    row.extra = {**row.extra, occurrences.OWED: True}
                else:
                    self._cases.start(tx, row, seen)

        self._records.write(act(self._system, op, self._clock), work)

    def start_owed(self) -> int:
        """Starts the cases of alarms that began hidden, or were taken for a copy, still stand and are in sight now; returns
        how many. Call it now and then."""

        def work(tx: Transaction) -> int:
            rows = due.owed(tx.session, self._clock.now())
            for row in rows:
                self._cases.start(tx, row, seen.get(row.id, ()))
                row.extra = {key: value for key, value in row.extra.items() if key != occurrences.OWED}
            return len(rows)

        now = self._clock.now()
        asked = self._records.read(lambda s: [(row.id, row.thing_id, row.point) for row in due.owed(s, now)])
        if not asked:
            return 0
        seen = {id_: self._cases.seen_of(thing_id, point) for id_, thing_id, point in asked}
        return self._records.write(act(self._system, "alarms.owed", self._clock), work)

    def open(self) -> list[AlarmView]:
        """Everything that is not normal, the most urgent first and of equals the newest.

        Of a rule whose earlier occurrences ended unacknowledged, the newest stands for all; acknowledging it does too.
        """
        found = self._records.read(lambda session: reading.views(session, self._clock.now(), occurrences.not_over()))
        alarms = [alarm for alarm in reading.newest_of_each_rule(found) if alarm.state != "normal"]
        return reading.most_urgent_first(alarms)

    def in_hand(self) -> list[AlarmView]:
        """Of life safety, over and answered, with a case that is not closed: the person may be out of the lift and the
        rescue not at its end. The newest first."""
        found = self._records.read(lambda session: reading.views(session, self._clock.now(), occurrences.in_hand()))
        return reading.most_urgent_first(alarm for alarm in found if alarm.state == "normal")

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

    def annunciations(self, since: datetime) -> list[datetime]:
        """When alarms sounded since then, in order; of those that are not over also before."""
        now = self._clock.now()
        return self._records.read(lambda session: annunciations(reading.sounded(session, now, since)))

    def log(self, since: datetime, until: datetime, of: tuple[str, str] | None = None) -> list[AlarmView]:
        """Every alarm that began from `since` (included) to `until` (not included), in order of time; of a thing's rule
        alone where `of` names one."""
        period = and_(AlarmRow.onset_at >= since, AlarmRow.onset_at < until)
        if of is not None:
            period = and_(period, AlarmRow.thing_id == of[0], AlarmRow.rule == of[1])
        found = self._records.read(lambda session: reading.views(session, self._clock.now(), period))
        return sorted(found, key=lambda alarm: (alarm.onset_at, alarm.id))

    def kpis(self, since: datetime, until: datetime, *, positions: int = 1, offset_minutes: int = 480) -> Kpis:
        """The figures of ISA-18.2 and EEMUA 191 for what began from `since` (included) to `until` (not included), for so
        many operator positions; `offset_minutes` is the community's, for its days. What lies ahead does not count.

        Takes a second or two for a year of a busy site.
        """
        now = self._clock.now()
        until = max(min(until, now), since)
        return self._records.read(lambda session: kpis(session, (since, until), now, positions, offset_minutes))

    def counts(self) -> dict[Priority, int]:
        """How many alarms somebody has to acknowledge, over or not, by priority, the most urgent first; hidden ones do not
        count."""
        found = Counter(alarm.priority for alarm in self.open() if alarm.asks_since is not None)
        return {priority: found[priority] for priority in PRIORITIES}

    def acknowledge(self, who: Principal, alarm_ids: Iterable[str]) -> None:
        """Says that `who` saw these, in one act. Those that need no acknowledging stay as they are.

        Raises NotAllowed, NotFound (and then acknowledges none).
        """
        require(who, "alarms.acknowledge")
        ids = list(alarm_ids)

        def work(tx: Transaction) -> None:
            now = self._clock.now()
            for row in [occurrences.row_of(tx, id_) for id_ in ids]:
                for each in [row, *occurrences.behind(tx.session, row)]:
                    life = _life(tx, each, now)
                    if after(life, "acknowledge") != life:
                        each.acknowledged, each.acknowledged_at, each.acknowledged_by = True, now, who.id
                        self._cases.acknowledged(tx, each, who)

        self._records.write(act(who, "alarms.acknowledge", self._clock), work)

    def reset(self, who: Principal, alarm_id: str) -> None:
        """Lets go of a latched alarm: it is over, it was acknowledged, and somebody looked at what happened.

        Raises NotAllowed, NotFound, Refused when it is not latched (active, not acknowledged yet, hidden, or reset).
        """
        require(who, "alarms.acknowledge")

        def work(tx: Transaction) -> None:
            row, now = occurrences.row_of(tx, alarm_id), self._clock.now()
            life = _life(tx, row, now)
            if life.state != "latched":
                raise Refused(f"an alarm that is {life.state} has nothing to reset", rule="reset", state=life.state)
            occurrences.put_life(row, after(life, "reset"), now)

        self._records.write(act(who, "alarms.reset", self._clock), work)

    def realarm_due(self) -> int:
        """Makes acknowledged alarms that still stand ask again after their rule's time, and returns how many. Call it now
        and then, from one thread."""
        now = self._clock.now()
        answered = self._records.read(lambda session: due.answered(session, now))
        since = {id_: at for id_, (at, _) in answered.items()}
        waited = self._answered.of(since, now, self._clock.monotonic())
        up = {id_ for id_, (_, seconds) in answered.items() if waited[id_] >= timedelta(seconds=seconds)}
        if not up:
            return 0

        def work(tx: Transaction) -> int:
            # It may be over meanwhile, or acknowledged anew.
            still = due.answered(tx.session, tx.act.at)
            again = [id_ for id_ in sorted(up) if still.get(id_) == answered[id_]]
            for id_ in again:
                occurrences.move(tx, tx.session.get_one(AlarmRow, id_), "realarm")
            return len(again)

        return self._records.write(act(self._system, "alarms.realarm", self._clock), work)

    def escalate_due(self) -> int:
        """Takes up alarms that nobody acknowledged in time, to whoever is on duty at the next post, and returns how many.
        Call it every few seconds, from one thread."""
        asks = self._records.read(calls.asking)
        since = {id_: one.since for id_, one in asks.items()}
        waited = self._asked.of(since, self._clock.now(), self._clock.monotonic())
        if not calls.due(asks, waited):
            return 0

        def work(tx: Transaction) -> int:
            # Somebody may have acknowledged one meanwhile, or it asks anew.
            still = {id_: one for id_, one in calls.asking(tx.session).items() if since.get(id_) == one.since}
            steps = calls.due(still, waited)
            for id_, step in steps.items():
                calls.go_up(tx, id_, step)
            return len(steps)

        return self._records.write(act(self._system, "alarms.escalate", self._clock), work)

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
            row, now = occurrences.row_of(tx, alarm_id), self._clock.now()
            life = _life(tx, row, now)
            if life.state == after(life, "shelve").state:
                raise Refused(f"an alarm that is {life.state} cannot be shelved", rule="shelve", state=life.state)
            row.shelved_until, row.shelved_by = now + timedelta(minutes=minutes), who.id
            # Out from under the shelf it is weighed anew, so what was acknowledged before does not count (ISA-18.2).
            row.acknowledged = False
            row.extra = {**row.extra, occurrences.PUT_AWAY: True}
            if witness:
                tx.note("alarm", row.id, {"second": witness.id, "second_name": witness.name})

        self._records.write(act(who, "alarms.shelve", self._clock, reason), work)

    def unshelve(self, who: Principal, alarm_id: str) -> None:
        """Brings a shelved alarm back: still active it needs acknowledging, otherwise it is normal.

        Raises NotAllowed, NotFound, Refused when it is not shelved.
        """
        require(who, "alarms.shelve")

        def work(tx: Transaction) -> None:
            row = occurrences.row_of(tx, alarm_id)
            if row.shelved_until is None:
                raise Refused("the alarm is not shelved", rule="unshelve")
            occurrences.move(tx, row, "unshelve")

        self._records.write(act(who, "alarms.unshelve", self._clock), work)

    def expire_shelves(self) -> int:
        """Brings back the alarms whose shelf is up, and returns how many. Call it now and then, from one thread."""
        until = self._records.read(due.on_shelves)
        up = self._shelves.up(until, self._clock.now(), self._clock.monotonic())
        if not up:
            return 0

        def work(tx: Transaction) -> int:
            still = due.on_shelves(tx.session)
            over = [id_ for id_ in sorted(up) if still.get(id_) == until[id_]]
            for id_ in over:
                occurrences.move(tx, tx.session.get_one(AlarmRow, id_), "unshelve")
            return len(over)

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
                # A clock that was put back would end it before it began.
                row.returned_at = max(now, row.onset_at)
                for each in occurrences.end(tx, row, row.returned_at):
                    settle(tx, each, self._parent_of)
            return len(rows)

        if not self._records.read(gone):
            return 0
        return self._records.write(act(self._system, "alarms.gone", self._clock), work)

    def back_in_service(self, thing_id: str) -> None:
        """The thing came back from maintenance: its active alarms need acknowledging again (ISA-18.2)."""

        def work(tx: Transaction) -> None:
            rows = select(AlarmRow).where(occurrences.not_over(), AlarmRow.thing_id.concat("") == thing_id)
            for row in tx.session.scalars(rows):
                occurrences.move(tx, row, "back")

        self._records.write(act(self._system, "alarms.back", self._clock), work)

    def to_case(self, who: Principal, alarm_id: str) -> str:
        """Opens the case that the alarm's rule names and returns its id; the alarm's own case where it has one already.

        The two are linked both ways in one transaction; the case is given the last values of the thing, who acknowledged,
        and the pictures. Raises NotAllowed, NotFound, and what opening a case raises.
        """
        require(who, "alarms.to_case")
        alarm = self.get(alarm_id)
        seen = self._cases.seen_of(alarm.thing_id, alarm.point) if alarm.case_id is None else ()

        def work(tx: Transaction) -> str:
            row = occurrences.row_of(tx, alarm_id)
            return row.case_id or self._cases.open(tx, who, row, seen)

        return self._records.write(act(who, "alarms.to_case", self._clock), work)

    def _has_case(self, alarm_id: str) -> bool:
        found = select(AlarmRow.case_id).where(AlarmRow.id == alarm_id)
        return self._records.read(lambda session: session.scalar(found)) is not None

    def _witness(self, who: Principal, second: tuple[str, str] | None) -> Principal:
        if second is None:
            raise Refused("an alarm of life safety is shelved by two persons", rule="second_person")
        witness = self._confirm_second(*second)
        if witness.id == who.id:
            raise Refused("the second person must be another", rule="second_person")
        require(witness, "alarms.shelve")
        return witness


def _life(tx: Transaction, row: AlarmRow, now: datetime) -> Life:
    """Where the row stands, a shelf that is up written first."""
    occurrences.lift_expired(tx, row)
    return occurrences.life_of(row, now, occurrences.is_out(tx.session, row))
