"""Suppression by design: the lost line of a gateway explains the lost lines of everything that speaks through it.

A `comms` alarm whose parent (or the parent's parent) has an active `comms` alarm is hidden by that one, whichever came
first; when that one returns, what still stands asks to be acknowledged. Alarms of life safety are never hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import and_, select

from db.store import Transaction
from db.tables.alarms import AlarmRow
from desktop.alarms.occurrences import is_copy, move, not_over

ParentOf = Callable[[str], str | None]
"""The thing that a thing speaks through, by ids; None where it is not known."""


_Lost = dict[str, AlarmRow | None]
"""The active lost line of each thing that was asked for: of a gateway's many children all ask for the same."""


def settle(tx: Transaction, row: AlarmRow, parent_of: ParentOf) -> None:
    """Brings the suppression of this row, and of those that hang on it, in line after it began or ended."""
    if not row.comms:
        return
    found = [row, *(_below(tx, row, parent_of) if row.active else _hidden_by(tx, row))]
    tx.session.flush()
    lost: _Lost = {}
    # What is put here changes nothing that is asked for here; a flush before each question would make a storm slow.
    with tx.session.no_autoflush:
        for each in found:
            _put(tx, each, _explaining(tx, each, parent_of, lost) if each.active else None)


def _below(tx: Transaction, row: AlarmRow, parent_of: ParentOf) -> list[AlarmRow]:
    """Active lost lines of things that speak through the row's thing, over any number of levels."""
    # By the few parents, not by each of their many children: a gateway may have thousands.
    lost = and_(AlarmRow.active.is_(True), AlarmRow.comms.is_(True), AlarmRow.parent_id.is_not(None))
    parents = [id_ for id_ in tx.session.scalars(select(AlarmRow.parent_id).where(lost).distinct()) if id_]
    through = [parent for parent in parents if row.thing_id in _chain(parent, parent_of)]
    if not through:
        return []
    return list(tx.session.scalars(select(AlarmRow).where(lost, AlarmRow.parent_id.in_(through))))


def _hidden_by(tx: Transaction, row: AlarmRow) -> list[AlarmRow]:
    return list(tx.session.scalars(select(AlarmRow).where(not_over(), AlarmRow.suppressed_by == row.id)))


def _explaining(tx: Transaction, row: AlarmRow, parent_of: ParentOf, lost: _Lost) -> str | None:
    """The active lost line of the nearest thing above; None where there is none, or where life may hang on the row."""
    if row.life_safety or is_copy(row) or row.parent_id is None:
        return None
    for thing_id in _chain(row.parent_id, parent_of):
        if thing_id not in lost:
            lost[thing_id] = _lost_line(tx, thing_id)
        found = lost[thing_id]
        if found is not None and not _hangs_on(tx, found, row):
            return found.id
    return None


def _lost_line(tx: Transaction, thing_id: str) -> AlarmRow | None:
    # As an expression, so that the few active rows are looked through and not the thing's whole past.
    lost = and_(AlarmRow.active.is_(True), AlarmRow.comms.is_(True), AlarmRow.thing_id.concat("") == thing_id)
    return tx.session.scalar(select(AlarmRow).where(lost).order_by(AlarmRow.onset_at, AlarmRow.id).limit(1))


def _chain(parent_id: str, parent_of: ParentOf) -> Iterator[str]:
    """The parent, its parent and so on; devices announce these, so the line may bite its tail."""
    seen: set[str] = set()
    above: str | None = parent_id
    while above and above not in seen:
        seen.add(above)
        yield above
        above = parent_of(above)


def _hangs_on(tx: Transaction, found: AlarmRow, row: AlarmRow) -> bool:
    """Whether `found` is `row` or is itself hidden by it: two that explain each other would both be silent."""
    seen: set[str] = set()
    above: AlarmRow | None = found
    while above is not None and above.id not in seen:
        if above.id == row.id:
            return True
        seen.add(above.id)
        above = tx.get(AlarmRow, above.suppressed_by) if above.suppressed_by else None
    return False


def _put(tx: Transaction, row: AlarmRow, by: str | None) -> None:
    if row.suppressed_by == by:
        return
    if by is None:
        move(tx, row, "unsuppress")
    row.suppressed_by = by
