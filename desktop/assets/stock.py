"""Parts: what is in the store and what each fitter carries.

A holder's stock is the sum of its moves; nobody's goes below nought. What a case uses leaves in the transaction of the
case's step, so that neither is stored without the other.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.store import Records, Transaction
from db.tables.assets import Part, StockMove
from db.tables.cases import CaseRow
from db.tables.journal import Entry
from db.tables.security import Operator
from desktop.assets.views import STORE, Holder, PartMove, PartView
from desktop.cases import rules
from desktop.cases.undo import LOOKED
from desktop.kernel.clock import Clock
from desktop.kernel.errors import Invalid, NotFound
from desktop.kernel.ids import NewId
from desktop.security.principal import Principal, act, require
from desktop.security.roles import permissions_of

MOST_CODE, MOST_UNIT, MOST_PRICE, MOST_QUANTITY = 40, 12, 100_000_000, 1_000_000
"""Price in fen: a million yuan."""

PLACES = 3
"""Quantities are kept to a thousandth, which is a gram of a kilogram; sums of them are rounded to it."""


class Stock:
    """Parts and who has them. A holder is "store" or an operator's id."""

    def __init__(self, records: Records, clock: Clock, new_id: NewId) -> None:
        self._records = records
        self._clock = clock
        self._new_id = new_id

    # Reading

    def parts(self) -> tuple[PartView, ...]:
        """The parts in use by code, with who has how many."""

        def work(session: Session) -> tuple[PartView, ...]:
            rows = session.scalars(select(Part).where(Part.state == "active").order_by(Part.code, Part.id)).all()
            held = _held(session)
            return tuple(_part_view(row, held.get(row.id, {})) for row in rows)

        return self._records.read(work)

    def holders(self) -> tuple[Holder, ...]:
        """Who can carry parts or still does, by name: fitters with an account, and others that have some. Not the store."""

        def work(session: Session) -> tuple[Holder, ...]:
            having = {holder for by_holder in _held(session).values() for holder in by_holder}
            staff = session.scalars(select(Operator).order_by(Operator.name, Operator.id)).all()
            return tuple(
                Holder(one.id, one.name)
                for one in staff
                if one.id in having or (one.state == "active" and "cases.work" in permissions_of(one.roles))
            )

        return self._records.read(work)

    def of(self, holder: str) -> dict[str, float]:
        """What a holder has: quantities by part, without noughts."""
        return self._records.read(lambda session: {
            part: by_holder[holder] for part, by_holder in _held(session).items() if holder in by_holder
        })  # fmt: skip

    def moves(self, part_id: str, most: int = 50) -> tuple[PartMove, ...]:
        """The last movements of a part, the newest first."""

        def work(session: Session) -> tuple[PartMove, ...]:
            wanted = (
                select(StockMove, Entry, CaseRow.number)
                .join(Entry, (Entry.kind == "stock_move") & (Entry.entity_id == StockMove.id))
                .outerjoin(CaseRow, CaseRow.id == StockMove.case_id)
                .where(StockMove.part_id == part_id)
            )
            found = session.execute(wanted.order_by(Entry.n.desc()).limit(most))
            return tuple(
                PartMove(
                    entry.at, entry.actor_name, row.why, row.holder, row.quantity, number or "", entry.reason or ""
                )
                for row, entry, number in found
            )

        return self._records.read(work)

    # Parts

    def add_part(self, who: Principal, code: str, name: str, unit: str, price: int = 0) -> PartView:
        """A part that is kept. Raises NotAllowed, Invalid("code", "name", "unit", "price")."""
        require(who, "stock.change")

        def work(tx: Transaction) -> PartView:
            row = Part(id=self._new_id(), code="", name="", unit="")
            _fill(tx, row, code, name, unit, price)
            return _part_view(tx.add(row), {})

        return self._records.write(act(who, "stock.part", self._clock), work)

    def change_part(self, who: Principal, part_id: str, code: str, name: str, unit: str, price: int) -> PartView:
        """Raises NotAllowed, NotFound, Invalid as `add_part`."""
        require(who, "stock.change")

        def work(tx: Transaction) -> PartView:
            row = _part(tx, part_id)
            _fill(tx, row, code, name, unit, price)
            return _part_view(row, _held(tx.session, part_id).get(part_id, {}))

        return self._records.write(act(who, "stock.change_part", self._clock), work)

    # Movements

    def receive(self, who: Principal, part_id: str, quantity: float, reason: str = "") -> PartView:
        """Parts come into the store. Raises NotAllowed, NotFound, Invalid("quantity")."""
        return self._shift(who, "stock.receive", part_id, {STORE: _positive(quantity)}, "received", reason)

    def hand_out(self, who: Principal, part_id: str, to_operator: str, quantity: float) -> PartView:
        """Parts go from the store to somebody. Raises NotAllowed, NotFound, Invalid("quantity", why="too_little")."""
        moved = _positive(quantity)
        return self._shift(who, "stock.hand_out", part_id, {STORE: -moved, to_operator: moved}, "handed_out")

    def give_back(self, who: Principal, part_id: str, from_operator: str, quantity: float) -> PartView:
        """Parts come back to the store. Raises as `hand_out`."""
        moved = _positive(quantity)
        return self._shift(who, "stock.give_back", part_id, {from_operator: -moved, STORE: moved}, "returned")

    def count_stock(self, who: Principal, part_id: str, holder: str, quantity: float, reason: str) -> PartView:
        """What was counted becomes the stock; the difference is journalled with its reason.

        Raises NotAllowed, NotFound, Invalid("quantity" or "reason").
        """
        if not _is_quantity(quantity) or quantity < 0:
            raise Invalid("what was counted is a number from nought", "quantity", why="not_a_number")
        if problems := rules.check_text("reason", reason, rules.MAX_REASON, needed=True):
            raise Invalid("a reason is needed", "reason", why=problems[0].why)
        require(who, "stock.change")

        def work(tx: Transaction) -> PartView:
            row = _part(tx, part_id)
            _known(tx, holder)
            held = _held(tx.session, part_id).get(part_id, {})
            if difference := round(quantity - held.get(holder, 0.0), PLACES):
                self._add(tx, part_id, holder, difference, "counted")
            return _part_view(row, _held(tx.session, part_id).get(part_id, {}))

        return self._records.write(act(who, "stock.count", self._clock, reason.strip()), work)

    # For cases

    def use_in(self, tx: Transaction, holder: str, case_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Makes what a case uses what `rows` (`part`, `quantity`) say, in the transaction of its step.

        What it needs more leaves the holder's own stock first and then the store; what it needs less goes back to where it
        came from. Raises Invalid("parts", why="too_little") with the part's name and how many there are.
        """
        wanted: dict[str, float] = defaultdict(float)
        for row in rows:
            if row.get("part"):
                wanted[str(row["part"])] += float(row.get("quantity") or 0)
        used = _used(tx.session, case_id)
        for part_id in {**used, **wanted}:
            more = round(wanted.get(part_id, 0.0) - sum(used.get(part_id, {}).values()), PLACES)
            if more > 0:
                self._take(tx, part_id, holder, case_id, more)
            elif more < 0:
                self._put_back(tx, part_id, used[part_id], case_id, -more)

    def undo_in(self, tx: Transaction, case_id: str) -> None:
        """Takes back what the case's last act moved, in the transaction that takes the act back. Raises Invalid("parts")
        where what had come back is used by now."""
        upon = (Entry.kind == "case", Entry.entity_id == case_id, Entry.op != LOOKED)
        last = select(Entry.tx).where(*upon).order_by(Entry.n.desc()).limit(1)
        ids = select(Entry.entity_id).where(Entry.tx == last.scalar_subquery(), Entry.kind == "stock_move")
        for move in tx.session.scalars(
            select(StockMove).where(StockMove.id.in_(ids), StockMove.case_id == case_id)
        ).all():
            there = _held(tx.session, move.part_id).get(move.part_id, {}).get(move.holder, 0.0)
            if round(there - move.quantity, PLACES) < 0:
                raise _too_little("parts", _part(tx, move.part_id), there)
            self._add(tx, move.part_id, move.holder, -move.quantity, "undone", case_id)

    # Inside

    def _shift(
        self, who: Principal, op: str, part_id: str, by_holder: Mapping[str, float], why: str, reason: str = ""
    ) -> PartView:
        require(who, "stock.change")

        def work(tx: Transaction) -> PartView:
            row = _part(tx, part_id)
            held = _held(tx.session, part_id).get(part_id, {})
            for holder, quantity in by_holder.items():
                _known(tx, holder)
                if round(held.get(holder, 0.0) + quantity, PLACES) < 0:
                    raise _too_little("quantity", row, held.get(holder, 0.0))
                self._add(tx, part_id, holder, quantity, why)
            return _part_view(row, _held(tx.session, part_id).get(part_id, {}))

        return self._records.write(act(who, op, self._clock, reason.strip() or None), work)

    def _take(self, tx: Transaction, part_id: str, holder: str, case_id: str, needed: float) -> None:
        row = _part(tx, part_id)
        held = _held(tx.session, part_id).get(part_id, {})
        for source in (holder, STORE):
            taken = min(needed, held.get(source, 0.0))
            if taken > 0:
                self._add(tx, part_id, source, -taken, "used", case_id)
                needed = round(needed - taken, PLACES)
        if needed > 0:
            raise _too_little("parts", row, held.get(holder, 0.0) + held.get(STORE, 0.0))

    def _put_back(self, tx: Transaction, part_id: str, used: Mapping[str, float], case_id: str, spare: float) -> None:
        for holder, quantity in used.items():
            back = min(spare, quantity)
            if back > 0:
                self._add(tx, part_id, holder, back, "returned", case_id)
                spare = round(spare - back, PLACES)

    def _add(
        self, tx: Transaction, part_id: str, holder: str, quantity: float, why: str, case_id: str | None = None
    ) -> None:
        tx.add(
            StockMove(
                id=self._new_id(),
                part_id=part_id,
                holder=holder,
                quantity=round(quantity, PLACES),
                why=why,
                case_id=case_id,
            )
        )
        tx.session.flush()


def _held(session: Session, part_id: str | None = None) -> dict[str, dict[str, float]]:
    """Quantities by part and holder, without noughts."""
    wanted = select(StockMove.part_id, StockMove.holder, func.sum(StockMove.quantity))
    if part_id is not None:
        wanted = wanted.where(StockMove.part_id == part_id)
    held: dict[str, dict[str, float]] = defaultdict(dict)
    for part, holder, quantity in session.execute(wanted.group_by(StockMove.part_id, StockMove.holder)):
        if left := round(quantity, PLACES):
            held[part][holder] = left
    return held


def _used(session: Session, case_id: str) -> dict[str, dict[str, float]]:
    """What a case has of each part, and from whom."""
    wanted = select(StockMove.part_id, StockMove.holder, func.sum(StockMove.quantity)).where(
        StockMove.case_id == case_id
    )
    used: dict[str, dict[str, float]] = defaultdict(dict)
    for part, holder, quantity in session.execute(wanted.group_by(StockMove.part_id, StockMove.holder)):
        used[part][holder] = round(-quantity, PLACES)
    return used


def _part_view(row: Part, by_holder: Mapping[str, float]) -> PartView:
    return PartView(row.id, row.code, row.name, row.unit, row.price, dict(by_holder))


def _part(tx: Transaction, part_id: str) -> Part:
    row = tx.get(Part, part_id)
    if row is None or row.state != "active":
        raise NotFound("there is no such part", id=part_id)
    return row


def _known(tx: Transaction, holder: str) -> None:
    if holder != STORE and tx.get(Operator, holder) is None:
        raise NotFound("there is no such account", id=holder)


def _fill(tx: Transaction, row: Part, code: str, name: str, unit: str, price: int) -> None:
    texts = (("code", code, MOST_CODE), ("name", name, rules.MAX_TITLE), ("unit", unit, MOST_UNIT))
    for field, text, most in texts:
        if problems := rules.check_text(field, text, most, needed=True):
            raise Invalid(f"{field}: {problems[0].why}", field, why=problems[0].why)
    if isinstance(price, bool) or not isinstance(price, int) or not 0 <= price <= MOST_PRICE:
        raise Invalid("a price is whole fen", "price", why="not_a_number")
    same = (func.lower(Part.code) == code.strip().lower(), Part.state == "active", Part.id != row.id)
    if tx.session.scalar(select(Part.id).where(*same).limit(1)):
        raise Invalid(f"{code} is another part's", "code", why="taken")
    row.code, row.name, row.unit, row.price = code.strip(), name.strip(), unit.strip(), price


def _is_quantity(quantity: float) -> bool:
    return not isinstance(quantity, bool) and math.isfinite(quantity) and abs(quantity) <= MOST_QUANTITY


def _positive(quantity: float) -> float:
    if not _is_quantity(quantity) or round(quantity, PLACES) <= 0:
        raise Invalid("a quantity is more than nought", "quantity", why="not_a_number")
    return round(quantity, PLACES)


def _too_little(field: str, row: Part, there: float) -> Invalid:
    return Invalid(f"of {row.name} there are {there:g}", field, why="too_little", part=row.name, there=f"{there:g}")
