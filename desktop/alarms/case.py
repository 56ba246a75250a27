"""From an alarm to the case that handles it: by a person, or by itself where the rule says so."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.errors import StoreError
from db.store import Transaction
from db.tables.alarms import AlarmRow
from db.tables.cases import CaseRow
from db.tables.security import Operator
from desktop.alarms.occurrences import CASE_FIELDS
from desktop.alarms.openings import DEFAULT_CASE
from desktop.alarms.pictures import PICTURES, STILLS
from desktop.cases.evidence import EVIDENCE, JOINED, Evidence, Series, Still
from desktop.kernel.errors import LinliError
from desktop.kernel.words import Words
from desktop.security.principal import Principal

log = logging.getLogger(__name__)

LONGEST_TITLE = 120
LONGEST_DESCRIPTION = 1000

URGENCY: Mapping[str, str] = {"critical": "urgent", "high": "urgent", "medium": "normal", "low": "low"}

LastValues = Callable[[str, str], Sequence[Series]]
"""The last values of a thing's point and of its other main points; may wait for the disk. Raises StoreError."""


def nothing_known(_thing_id: str, _point: str) -> Sequence[Series]:
    """For a console without a field service."""
    return ()


class Opened(Protocol):
    """A case that was opened."""

    @property
    def id(self) -> str: ...


class Cases(Protocol):
    """What this room needs of `desktop.cases.service.Cases`: a case opened, and told more, within our transaction."""

    def open_in(
        self,
        tx: Transaction,
        who: Principal | None,
        definition: str,
        title: str,
        *,
        thing_id: str | None = None,
        place_id: str | None = None,
        urgency: str = "normal",
        fields: Mapping[str, object] | None = None,
        evidence: Evidence | None = None,
        onset: datetime | None = None,
    ) -> Opened: ...

    def tell_in(self, tx: Transaction, case_id: str, evidence: Mapping[str, Any]) -> None: ...


class CaseMaker:
    """Opens cases of alarms and keeps them told of what people do about the alarm."""

    def __init__(self, cases: Cases, last_values: LastValues) -> None:
        self._cases = cases
        self._last_values = last_values

    def seen_of(self, thing_id: str, point: str) -> Sequence[Series]:
        """What the thing said last. Without a readable history there is nothing to add; the alarm goes on."""
        try:
            return self._last_values(thing_id, point)
        except StoreError as error:
            log.warning("the last values of %s cannot be read: %s", thing_id, error)
            return ()

    def open(self, tx: Transaction, who: Principal | None, row: AlarmRow, seen: Sequence[Series]) -> str:
        """A case for the alarm, linked both ways; None is the program itself. Raises what opening a case raises."""
        case = self._cases.open_in(
            tx,
            who,
            row.case_definition or DEFAULT_CASE,
            f"{row.thing_name} {row.texts['title']['zh']}"[:LONGEST_TITLE],
            thing_id=row.thing_id,
            place_id=row.place_id,
            urgency=URGENCY[row.priority],
            fields={
                **row.extra.get(CASE_FIELDS, {}),
                "description": _description(tx.session, row),
                "alarm": _called(row, tx.act.offset_minutes),
            },
            evidence=_evidence(tx.session, row, seen),
            onset=row.onset_at,
        )
        # The case's row first: the alarm points at it.
        tx.session.flush()
        row.case_id = case.id
        return case.id

    def start(self, tx: Transaction, row: AlarmRow, seen: Sequence[Series]) -> None:
        """The case that the rule starts by itself. While one of the kind is open for the thing, the alarm belongs to it.

        An alarm is never lost for its case's sake: what opening refuses (a definition that is not there) is noted.
        """
        if row.case_id is not None:
            return
        definition = row.case_definition or DEFAULT_CASE
        same = (CaseRow.thing_id == row.thing_id, CaseRow.definition == definition, CaseRow.closed_at.is_(None))
        case = tx.session.scalar(select(CaseRow).where(*same).order_by(CaseRow.opened_at.desc()).limit(1))
        if case is not None:
            row.case_id = case.id
            # So that it stands in the case's story too: who is on the way must know that it became worse.
            joined = case.extra.get(EVIDENCE, {}).get(JOINED, [])
            self._cases.tell_in(tx, case.id, {JOINED: [*joined, row.id]})
            return
        try:
            self.open(tx, None, row, seen)
        except LinliError as error:
            log.warning("no case was started for alarm %s: %s", row.id, error)
            tx.note("alarm", row.id, {"no_case": str(error), "definition": definition})

    def acknowledged(self, tx: Transaction, row: AlarmRow, who: Principal) -> None:
        """Tells the alarm's case who acknowledged it and when."""
        if row.case_id is not None:
            self._cases.tell_in(
                tx, row.case_id, {"acknowledged_at": tx.act.at.isoformat(), "acknowledged_by": who.name}
            )

    def pictured(self, tx: Transaction, row: AlarmRow) -> None:
        """Tells the alarm's case of its pictures."""
        if row.case_id is not None:
            self._cases.tell_in(tx, row.case_id, _with_pictures(tx.session.get_one(CaseRow, row.case_id), row))


def _evidence(session: Session, row: AlarmRow, seen: Sequence[Series]) -> Evidence:
    by = session.get(Operator, row.acknowledged_by) if row.acknowledged_by else None
    return Evidence(
        alarm_id=row.id,
        values=tuple(seen),
        acknowledged_at=row.acknowledged_at.isoformat() if row.acknowledged_at else "",
        acknowledged_by=by.name if by else "",
        pictures=tuple(row.extra.get(PICTURES, ())),
        stills=msgspec.convert(row.extra.get(STILLS, {}), dict[str, Still]),
    )


def _with_pictures(case: CaseRow, row: AlarmRow) -> dict[str, Any]:
    """The case's pictures and the alarm's: several alarms of one trouble may have their pictures in one case."""
    left = case.extra.get(EVIDENCE, {})
    pictures = list(dict.fromkeys([*left.get(PICTURES, ()), *row.extra.get(PICTURES, ())]))
    return {PICTURES: pictures, STILLS: {**left.get(STILLS, {}), **row.extra.get(STILLS, {})}}


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
