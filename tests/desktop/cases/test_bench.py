"""The figures of the cases' benchmark are of the shape that scripts rely on, and its stock is as the engine leaves cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.bench import cases
from desktop.cases.views import CaseQuery


@pytest.mark.slow
def test_the_figures_of_cases_have_their_shape() -> None:
    found = cases.run(
        count=200, repeats=1, open_page=lambda folder: {"list_ms": float((folder / "records.db").exists())}
    )
    assert list(found) == ["name", "figures", "limit", "ratio", "machine"]
    assert found["figures"]["cases"] == 200
    assert found["figures"]["opening"] == {"list_ms": 1.0}
    for name in ("page", "page_of_all", "counts", "board", "search", "near", "today", "figures_of_month", "case"):
        assert 0 < found["figures"][f"{name}_ms"] <= found["figures"]["slowest_ms"][name]
    assert found["limit"]["plain_rows_ms"] > 0


@pytest.mark.slow
def test_the_stock_is_of_every_kind_and_adds_up(tmp_path: Path) -> None:
    stock = cases.Stock(tmp_path, 300)
    every = stock.lists.count(CaseQuery(open_only=False))
    running = stock.lists.count(CaseQuery())
    views = stock.lists.page(CaseQuery(open_only=False), limit=300)
    definitions = stock.cases.definitions()
    journal = stock.records.verify()
    stock.records.close()
    assert every.total == 300 and 0 < running.total < 100
    assert {view.definition for view in views} == set(definitions)
    assert sum(view.closed_at is None for view in views) == running.total
    assert sum(view.overdue for view in views) == running.overdue
    assert journal.ok
