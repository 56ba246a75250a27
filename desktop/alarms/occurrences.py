"""Which messages speak of one occurrence. Works on rows of one rule of one thing, inside a transaction.

Two observers of one event may give it two ids (their clocks differ, or one lost its hand-over file): an onset that comes
while the rule has an active occurrence is that occurrence. Messages may also come out of order, and then two real
occurrences look like one until their returns are known. So every id has a row of its own with its own onset and return,
and one taken for a copy points at the other by `extra["same_as"]` and stays out of sight; as soon as the two are known to
lie apart it stands for itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from db.store import Transaction
from db.tables.alarms import AlarmRow
from db.tables.cases import CaseRow
from db.tables.places import Place
from db.tables.things import ThingCard
from desktop.alarms.rules import Event, Life, State, after, base_of
from desktop.field.messages import AlarmChange
from desktop.kernel.clock import from_ms
from desktop.kernel.errors import NotFound

SAME_AS = "same_as"
ALSO = "also"
LATCH = "latch"
"""Of a copy: that its rule latches."""
CASE_FIELDS = "case_fields"
"""What its case is opened with beside the alarm's own words."""
ASKS_SINCE = "asks_since"
"""Since when the row asks anew, where that is not its onset."""
SILENT = "silent"
"""What hid the row at its onset, where it was hidden: nobody was told of it then."""
OWED = "owed_case"
"""That the rule starts a case by itself and has not, because the row was hidden or taken for a copy."""
PUT_AWAY = "put_away"
"""That somebody shelved it: an answer, though no acknowledgement."""
SHELVED_WITH = "shelved_with"
"""The earlier occurrence that somebody shelved, of one that began under that shelf."""
CALLED = "called"
"""Whom the row went up to since it asks."""

HIDDEN = frozenset[State]({"shelved", "suppressed", "out_of_service"})


def not_over() -> ColumnElement[bool]:
    """Rows that are not normal, said so that the index on (active, acknowledged, latched) finds them among any number."""
    over = and_(AlarmRow.active.is_(False), AlarmRow.acknowledged.is_(True))
    return or_(
        AlarmRow.active.is_(True),
        and_(AlarmRow.active.is_(False), AlarmRow.acknowledged.is_(False)),
        and_(over, AlarmRow.latched.is_(True)),
    )


def in_hand() -> ColumnElement[bool]:
    """Rows of life safety that are over and answered, and whose case is still open."""
    over = and_(AlarmRow.life_safety.is_(True), AlarmRow.active.is_(False), AlarmRow.acknowledged.is_(True))
    # From the few open cases by the index on case_id, not from years of alarms.
    return and_(AlarmRow.case_id.in_(select(CaseRow.id).where(CaseRow.closed_at.is_(None))), over)


def unfinished(session: Session, row: AlarmRow) -> list[AlarmRow]:
    """The other rows of the same rule that are not over, the oldest first."""
    # As an expression, or the index on thing_id is taken: years of a chattering device instead of the few open rows.
    same = and_(AlarmRow.thing_id.concat("") == row.thing_id, AlarmRow.rule == row.rule, AlarmRow.id != row.id)
    return list(session.scalars(select(AlarmRow).where(not_over(), same).order_by(AlarmRow.onset_at, AlarmRow.id)))


def behind(session: Session, row: AlarmRow) -> list[AlarmRow]:
    """Earlier occurrences of the rule that ended and are not over: the list shows this one for all of them."""
    return [other for other in unfinished(session, row) if not other.active and other.onset_at <= row.onset_at]


def is_copy(row: AlarmRow) -> bool:
    return SAME_AS in row.extra


def row_of(tx: Transaction, alarm_id: str) -> AlarmRow:
    """The row of an alarm that people see. Raises NotFound."""
    row = tx.get(AlarmRow, alarm_id)
    if row is None or is_copy(row):
        raise NotFound("there is no such alarm", id=alarm_id)
    return row


def take_in(tx: Transaction, change: AlarmChange) -> list[AlarmRow]:
    """Brings the rows to what the message says. Told twice, or late, it changes nothing that is known better.

    Returns the occurrences that began or ended by it, for what hangs on them.
    """
    row = tx.get(AlarmRow, change.alarm_id)
    at = None if change.active else from_ms(change.at_ms)
    touched: list[AlarmRow] = []
    if row is None:
        row = tx.add(_row(tx, change, at))
        _place(tx, row)
        touched.append(row)
    elif at is None:
        # The return came first: now the value at the onset is known.
        row.value = change.value
        return []
    elif row.returned_at == at and not row.active:
        return []
    if at is not None:
        row.returned_at = at
        touched += end(tx, row, at)
    return touched


def put_life(row: AlarmRow, life: Life, now: datetime) -> None:
    """Writes what became of the row's life by an act of a person, a time that is up, or an explanation that is gone."""
    row.acknowledged = life.acknowledged
    if life.base == "normal":
        row.latched = False
    if life.base == "unacknowledged":
        row.extra = {**{key: value for key, value in row.extra.items() if key != CALLED}, ASKS_SINCE: now.isoformat()}
        row.escalated = 0
    if not life.shelved:
        row.shelved_until = row.shelved_by = None
    if not life.suppressed:
        row.suppressed_by = None


def move(tx: Transaction, row: AlarmRow, event: Event) -> None:
    """What the event makes of the row. One that came out of hiding and is over takes the rule's earlier ones with it."""
    life = after(standing(row, event == "back" or is_out(tx.session, row)), event)
    put_life(row, life, tx.act.at)
    if life.state == life.base and not life.active:
        for other in behind(tx.session, row):
            put_life(other, Life(), tx.act.at)


def mark_silent(tx: Transaction, row: AlarmRow) -> None:
    """Notes of a new row what hides it, where something does: the figures do not count it as told."""
    state = life_of(row, tx.act.at, is_out(tx.session, row)).state
    if state in HIDDEN:
        row.extra = {**row.extra, SILENT: state}


def lift_expired(tx: Transaction, row: AlarmRow) -> None:
    """Writes that the row's shelf is up, where nobody has yet: what comes next happens to an alarm in sight."""
    if row.shelved_until is not None and row.shelved_until <= tx.act.at:
        move(tx, row, "unshelve")


def is_out(session: Session, row: AlarmRow) -> bool:
    """Whether the alarm's thing is under maintenance, by the office's card."""
    card = session.get(ThingCard, row.thing_id)
    return card is not None and card.out_of_service


class Kept(Protocol):
    """What a row keeps of an alarm's life; a result with these columns will do as well."""

    @property
    def active(self) -> bool: ...
    @property
    def acknowledged(self) -> bool: ...
    @property
    def latched(self) -> bool: ...
    @property
    def shelved_until(self) -> datetime | None: ...
    @property
    def suppressed_by(self) -> str | None: ...
    @property
    def onset_at(self) -> datetime: ...
    @property
    def extra(self) -> dict[str, Any]: ...


def standing(row: Kept, out: bool = False) -> Life:
    """The life that the row keeps; whether its thing is out of service is kept on the thing's card."""
    base = base_of(row.active, row.acknowledged, row.latched)
    return Life(base, row.shelved_until is not None, out, row.suppressed_by is not None, row.latched)


def life_of(row: Kept, now: datetime, out: bool = False) -> Life:
    """Where the row stands now; a shelf whose time is up does not count, whether or not that was written yet."""
    life = standing(row)
    if row.shelved_until is not None and row.shelved_until <= now:
        life = after(life, "unshelve")
    if life.base == "normal" and not life.shelved:
        return Life()
    return replace(life, out=out)


def _row(tx: Transaction, change: AlarmChange, returned_at: datetime | None) -> AlarmRow:
    card = tx.get(ThingCard, change.thing_id)
    texts = {
        "title": change.title, "cause": change.cause, "consequence": change.consequence, "response": change.response,
    }  # fmt: skip
    return AlarmRow(
        id=change.alarm_id,
        thing_id=change.thing_id,
        thing_name=change.thing_name,
        thing_kind=change.kind,
        place_id=(card.place_id if card else None) or _announced_place(tx, change.place),
        point=change.point,
        rule=change.rule,
        priority=change.priority,
        life_safety=change.life_safety,
        value=change.value,
        limit=change.limit,
        unit=change.unit,
        texts=texts,
        onset_at=from_ms(change.onset_ms),
        returned_at=returned_at,
        latched=change.latch,
        re_alarm=round(change.re_alarm),
        comms=change.comms,
        parent_id=change.parent or None,
        case_definition=change.case,
        extra={CASE_FIELDS: change.case_fields} if change.case_fields else {},
    )


def _announced_place(tx: Transaction, code: str) -> str | None:
    if not code:
        return None
    wanted = select(Place.id).where(Place.code == code, Place.state == "active")
    return tx.session.scalar(wanted.order_by(Place.id).limit(1))


def _place(tx: Transaction, row: AlarmRow) -> None:
    """A new row: a copy of the rule's active occurrence where there is one, else an occurrence of its own."""
    root = next((r for r in unfinished(tx.session, row) if r.active and not _apart(r, row)), None)
    if root is None:
        _stand(tx, row)
        return
    row.active, row.acknowledged = False, True
    row.extra = {**row.extra, SAME_AS: root.id, LATCH: row.latched}
    row.latched = False
    root.extra = {**root.extra, ALSO: [*root.extra.get(ALSO, ()), row.id]}


def _stand(tx: Transaction, row: AlarmRow) -> None:
    """The row is an occurrence of its own. Under a shelf it stays there: shelving hides the rule, not one occurrence. But
    what one person shelved hides nothing of a rule that has come to protect lives."""
    shelved = next((r for r in unfinished(tx.session, row) if r.shelved_until and not r.active), None)
    if shelved and row.life_safety and not shelved.life_safety:
        shelved = None
    if shelved:
        lift_expired(tx, shelved)
        shelved = shelved if shelved.shelved_until else None
    row.active, row.acknowledged = row.returned_at is None, False
    if shelved and (row.active or row.latched):
        row.shelved_until, row.shelved_by = shelved.shelved_until, shelved.shelved_by
        row.extra = {**row.extra, SHELVED_WITH: shelved.extra.get(SHELVED_WITH, shelved.id)}
        move(tx, shelved, "unshelve")
    elif shelved:
        row.acknowledged = True
    _one_latch(tx, row)


def _one_latch(tx: Transaction, row: AlarmRow) -> None:
    """Of a rule's occurrences the newest alone is held by the latch: it starts over, and is reset once for all."""
    held = [one for one in (row, *unfinished(tx.session, row)) if one.latched]
    for one in sorted(held, key=lambda one: (one.onset_at, one.id))[:-1]:
        if not one.active:
            one.latched = False


def end(tx: Transaction, row: AlarmRow, at: datetime) -> list[AlarmRow]:
    """The row returned. That also ends the occurrence it is a copy of, unless they lie apart. Returns what began or ended
    by it."""
    root = tx.session.get_one(AlarmRow, str(row.extra[SAME_AS])) if is_copy(row) else row
    lift_expired(tx, root)
    if root is row:
        row.active = False
    elif root.active and not _apart(root, row):
        root.active, root.returned_at = False, at
    _one_latch(tx, root)
    return [root, *_part(tx, root)]


def _part(tx: Transaction, root: AlarmRow) -> list[AlarmRow]:
    """Copies that turn out to lie apart from the occurrence stand for themselves."""
    parted: list[AlarmRow] = []
    for id_ in root.extra.get(ALSO, ()):
        copy = tx.session.get_one(AlarmRow, str(id_))
        if _apart(root, copy):
            root.extra = {**root.extra, ALSO: [other for other in root.extra[ALSO] if other != id_]}
            copy.latched = bool(copy.extra.get(LATCH))
            copy.extra = {key: value for key, value in copy.extra.items() if key not in (SAME_AS, LATCH)}
            _stand(tx, copy)
            parted.append(copy)
    return parted


def _apart(one: AlarmRow, other: AlarmRow) -> bool:
    """Whether one is known to have ended before the other began."""
    first, second = sorted((one, other), key=lambda row: row.onset_at)
    return first.returned_at is not None and first.returned_at <= second.onset_at
