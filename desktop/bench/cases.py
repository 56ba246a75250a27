"""Cases: how long lists, boards and counts take over 20,000 of them, beside reading as many plain rows in the same run."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from db.open import open_records
from db.store import Records
from db.tables.cases import CaseRow
from desktop.bench.casestock import CaseStock
from desktop.bench.machine import machine
from desktop.cases.lists import CaseLists
from desktop.cases.service import Cases
from desktop.cases.views import CaseQuery
from desktop.kernel.clock import SystemClock
from desktop.kernel.ids import uuid7
from desktop.places.sample import build_sample
from desktop.security import keys
from desktop.security.principal import Principal

CASES = 20_000
TERMINAL = "D1"
PAGE = 200


def run(
    count: int = CASES, repeats: int = 15, open_page: Callable[[Path], dict[str, Any]] | None = None
) -> dict[str, Any]:
    """The figures as `linli bench cases --json` prints them: medians and slowest in milliseconds, each act in turn.

    `open_page` opens the page on that store and tells how long it took; handed in because it needs a window.
    """
    taken_on = machine()
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as scratch:
        stock = Stock(Path(scratch), count)
        try:
            stock.acts()["page"]()  # the first reading of all compiles its statements
            took: dict[str, list[float]] = {name: [] for name in stock.acts()}
            for _ in range(repeats):
                for name, work in stock.acts().items():
                    took[name].append(_ms(work))
        finally:
            stock.records.close()
        page = open_page(Path(scratch)) if open_page else {}
    limit = took.pop("plain_rows")
    median = {name: round(statistics.median(each), 2) for name, each in took.items()}
    return {
        "name": "cases",
        "figures": {
            **{f"{name}_ms": value for name, value in median.items()},
            **({"opening": page} if page else {}),
            "slowest_ms": {name: round(max(each), 2) for name, each in took.items()},
            "cases": count,
            "seeded_s": round(stock.seeded, 1),
        },
        "limit": {"plain_rows_ms": round(statistics.median(limit), 2), "rows": PAGE},
        "ratio": round(median["page"] / statistics.median(limit), 2),
        "machine": taken_on,
    }


class Stock:
    """The sample community in a real encrypted store, with so many cases."""

    def __init__(self, folder: Path, count: int) -> None:
        clock = SystemClock()
        self.records: Records = open_records(
            folder, keys.create_keys(folder, None, open=True), lambda: uuid7(clock.now())
        )
        build_sample(self.records, clock, lambda: uuid7(clock.now()), TERMINAL)
        self.cases = Cases(self.records, clock, lambda: uuid7(clock.now()), TERMINAL)
        self.lists = CaseLists(self.records, clock, lambda: uuid7(clock.now()), self.cases)
        began = time.perf_counter()
        CaseStock(self.records, clock, lambda: uuid7(clock.now()), self.cases, TERMINAL).put(count)
        self.seeded = time.perf_counter() - began
        now = clock.now()
        self._month = now - timedelta(days=30), now
        one = self.lists.page(CaseQuery(), limit=1)[0]
        self._case, self._place, self._kind = one.id, one.place_id or "", one.definition
        self._fitter = Principal(one.assignee_id or "", "", "", frozenset(), frozenset({"cases.work"}), TERMINAL)

    def acts(self) -> dict[str, Callable[[], object]]:
        """What is timed, by name; `plain_rows` is the limit."""
        lists, every = self.lists, CaseQuery(open_only=False)
        return {
            "plain_rows": lambda: self.records.read(lambda session: session.execute(PLAIN).all()),
            "page": lambda: lists.page(CaseQuery(), limit=PAGE),
            "page_of_all": lambda: lists.page(every, limit=PAGE),
            "page_of_place": lambda: lists.page(CaseQuery(place_id=self._place), limit=PAGE),
            "counts": lambda: lists.count(CaseQuery()),
            "counts_of_all": lambda: lists.count(every),
            "board": lambda: lists.board(CaseQuery(), self._kind),
            "board_of_all": lambda: lists.board(every, self._kind),
            "search": lambda: lists.page(CaseQuery(open_only=False, text="9 12"), limit=PAGE),
            "near": lambda: lists.near(place_id=self._place),
            "today": lambda: lists.today(self._fitter),
            "figures_of_month": lambda: lists.figures(*self._month),
            "case": lambda: self.cases.get(self._case),
        }


PLAIN = select(*CaseRow.__table__.columns).limit(PAGE)
"""As many rows as a page has, as they lie there: no order, no words, no names."""


def _ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000
