"""What the program does with cases itself: pauses end, late steps are taken, calendars that changed are followed."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.store import Records, Transaction
from db.tables.cases import CaseRow
from desktop.cases import clocks, rows, rules
from desktop.cases.definition import CaseDefinition, Move
from desktop.cases.service import Cases
from desktop.cases.views import CaseView
from desktop.kernel.clock import Clock
from desktop.security.principal import system

_Step = Callable[[Transaction, CaseRow, CaseDefinition], None]


class Ticking:
    """Looks every few seconds for what its time has come for."""

    def __init__(self, records: Records, clock: Clock, cases: Cases, terminal: str) -> None:
        self._records = records
        self._clock = clock
        self._cases = cases
        self._terminal = terminal
        self._refreshed = False

    def tick(self) -> int:
        """Wakes what was suspended until now, takes late steps and, once after a start, reckons what is due by the calendars
        as they are now. Returns how many cases changed. Raises StoreError."""
        done = self._wake() + self._take_late_steps()
        if not self._refreshed:
            self._refreshed = True
            done += self._reckon_anew()
        return done

    def _wake(self) -> int:
        now = self._clock.now()

        def rested(session: Session) -> list[str]:
            suspended = session.scalars(select(CaseRow).where(CaseRow.paused, CaseRow.closed_at.is_(None)))
            return [row.id for row in suspended if not any(span.is_open(now) for span in rows.spans(row))]

        return sum(self._by_itself("cases.wake", id_, self._go_on) for id_ in self._records.read(rested))

    def _take_late_steps(self) -> int:
        kinds = {one.name for one in self._cases.every_version() if any(move.auto == "late" for move in one.moves)}
        if not kinds:
            return 0
        now = self._clock.now()

        def late(session: Session) -> list[tuple[str, str]]:
            wanted = select(CaseRow).where(
                CaseRow.definition.in_(kinds), CaseRow.closed_at.is_(None), CaseRow.due_at < now
            )
            return [
                (row.id, step.name) for row in session.scalars(wanted) if (step := self._late_step(row)) is not None
            ]

        return sum(self._by_itself(f"cases.move.{step}", id_, self._step) for id_, step in self._records.read(late))

    def _late_step(self, row: CaseRow) -> Move | None:
        """One that leads on: a step that leaves the case where it is would be taken again and again."""
        definition = self._cases.definition_of(row.definition, row.version, row.state)
        late = (move for move in definition.moves if move.auto == "late" and move.to not in ("", row.state))
        return next((move for move in late if rules.stands(definition, move, row.state, row.fields)), None)

    def _step(self, tx: Transaction, row: CaseRow, definition: CaseDefinition) -> None:
        step = self._late_step(row)
        # Somebody may have done what was late while this waited for its turn.
        if step is not None and row.due_at is not None and row.due_at < tx.act.at:
            self._cases.apply(tx, row, definition, step, {})

    def _reckon_anew(self) -> int:
        calendars = self._cases.calendars()

        def moved(session: Session) -> list[str]:
            running = session.scalars(select(CaseRow).where(CaseRow.closed_at.is_(None), CaseRow.due_at.is_not(None)))
            return [
                row.id
                for row in running
                if clocks.next_due(clocks.reckoned(rows.kept(row), rows.spans(row), calendars)) != row.due_at
            ]

        return sum(self._by_itself("cases.recount", id_, self._go_on) for id_ in self._records.read(moved))

    def _go_on(self, tx: Transaction, row: CaseRow, definition: CaseDefinition) -> None:
        rows.reckon(row, definition, self._cases.calendars(), tx.act.at)

    def _by_itself(self, op: str, case_id: str, step: _Step) -> int:
        def within(tx: Transaction) -> CaseView:
            row = rows.row_of(tx.session, case_id)
            step(tx, row, self._cases.definition_of(row.definition, row.version, row.state))
            return self._cases.view(tx.session, row)

        self._cases.write(system(self._terminal), op, None, within)
        return 1
