"""A few faults and one lift in the site's store, whose figures can be worked out in the head."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from db.store import Transaction
from db.tables.cases import CaseRow
from desktop.cases import clocks
from desktop.cases.clocks import Kept, Span
from desktop.security.principal import act, system
from tests.ui.pages import TERMINAL, Site, at

FAULT, LATE, OLD = "fault-met", "fault-late", "fault-old"


def put_cases(site: Site) -> None:
    """On Thursday 19 November: a fault kept in an hour, one that took two hours longer than its four and waited half an
    hour for the resident, and one that is still open and over; one more in October."""
    definition = site.console.cases.definition("device-fault")

    def fault(id_: str, began: str, stopped: str | None, spans: tuple[Span, ...] = (), **more: Any) -> CaseRow:
        start, stop = at(began), at(stopped) if stopped else None
        # One promise of four hours, whatever the definition promises by now.
        kept = [Kept(clock="done", round=1, began=start, minutes=240, stopped=stop, filed=stop)]
        reckoned = clocks.reckoned(kept, spans, site.console.cases.calendars())
        return CaseRow(
            id=id_, number=f"D1-{id_}", definition="device-fault", version=definition.version, title=f"水泵异响 {id_}",
            state="archived" if stop else "reported", urgency="urgent", opened_at=start, closed_at=stop,
            due_at=clocks.next_due(reckoned), warn_at=clocks.next_warning(reckoned),
            clocks=msgspec.to_builtins(reckoned), spans=msgspec.to_builtins(spans), **more,
        )  # fmt: skip

    waits = Span(kind="resident", begins=at("2026-11-19 10:00"), ends=at("2026-11-19 10:30"))

    def work(tx: Transaction) -> None:
        tx.add(fault(FAULT, "2026-11-19 08:00", "2026-11-19 09:00", fields={"satisfaction": "satisfied"}))
        tx.add(fault(LATE, "2026-11-19 08:00", "2026-11-19 14:30", (waits,), urged=2))
        tx.add(fault("fault-open", "2026-11-20 08:00", None))
        tx.add(fault(OLD, "2026-10-14 08:00", "2026-10-14 10:00"))

    site.off(site.console.records.write, act(system(TERMINAL), "cases.sample", site.clock), work)
    assert site.clock.now() - at("2026-11-22 14:00") == timedelta()
