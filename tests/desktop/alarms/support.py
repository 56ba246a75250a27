"""Rules, things and messages for the tests of this room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.store import Transaction
from db.tables.cases import CaseRow
from desktop.cases.evidence import Evidence
from desktop.field.messages import AlarmChange
from desktop.security.principal import Principal
from desktop.things.model import AlarmRule, Condition, Point, Thing, ThingModel

TEXT = {"zh": "水位过高", "en": "Water too high"}
WALL = 1_795_327_200.0
"""2026-11-22 06:00 UTC, where the tests' clock begins."""

WALL_MS = int(WALL) * 1000


def rule(name: str, *when: Condition, **more: Any) -> AlarmRule:
    words: dict[str, Any] = {"title": TEXT, "cause": TEXT, "consequence": TEXT, "response": TEXT}
    return AlarmRule(
        name=name, when=when, **{"priority": "high", "source": {"zh": "试", "en": "test"}, **words, **more}
    )


def thing(*rules: AlarmRule, id_: str = "sump") -> Thing:
    points = tuple(Point(name=name, title=TEXT, type="number", symbol="mm") for name in ("a", "b", "c"))
    return Thing(
        id=id_, name="集水坑", model=ThingModel(kind="sump", title=TEXT, points=points, alarms=rules), dialect="linli"
    )


def change(alarm_id: str, at_ms: int, active: bool = True, onset_ms: int | None = None, **more: Any) -> AlarmChange:
    """A message of one occurrence; `at_ms` is its onset when active, else its return."""
    facts: dict[str, Any] = {
        "seq": 0, "thing_id": "sump", "thing_name": "集水坑", "kind": "sump", "point": "level", "rule": "high",
        "priority": "high", "value": 12.0 if active else 3.0, "limit": 10, "unit": "mm", "title": TEXT, "cause": TEXT,
        "consequence": TEXT, "response": TEXT,
    }  # fmt: skip
    onset = at_ms if onset_ms is None else onset_ms
    return AlarmChange(**{**facts, "alarm_id": alarm_id, "active": active, "onset_ms": onset, "at_ms": at_ms, **more})


def person(name: str, *permissions: str) -> Principal:
    return Principal(f"op-{name}", name, name, frozenset(), frozenset(permissions), "D1")


@dataclass(frozen=True)
class Opened:
    id: str


class CasesFake:
    """Opens real rows; the cases room has its own tests."""

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
    ) -> Opened:
        row = CaseRow(
            id=f"case-{tx.next_number('case')}", number="D1-1", definition=definition, version=1, title=title,
            state="reported", urgency=urgency, thing_id=thing_id, place_id=place_id, opened_at=tx.act.at,
            fields=dict(fields or {}),
        )  # fmt: skip
        return Opened(tx.add(row).id)

    def tell_in(self, tx: Transaction, case_id: str, evidence: Mapping[str, Any]) -> None:
        """The cases room has its own tests."""
