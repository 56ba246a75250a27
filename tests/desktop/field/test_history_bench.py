"""The history figures are of the shape that scripts rely on."""

from __future__ import annotations

import pytest

from desktop.bench import history


@pytest.mark.slow
def test_the_history_figures_have_their_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "SECONDS", 300)
    monkeypatch.setattr(history, "CHART", 300)
    monkeypatch.setattr(history, "YEAR", 20)
    found = history.run(points=5, repeats=2, series=20, charts=2)
    assert list(found) == ["name", "figures", "limit", "ratio", "machine"]
    assert set(found["ratio"]) == {"write", "write_with_roll_ups", "bytes", "chart", "samples_of_chart"}
    assert len(found["figures"]["raw"]["written"]["walk"]["bare_per_s"]) == 2
    assert found["figures"]["bytes_per_sample"]["walk"] > 0
    for span in history.SPANS:
        assert 0 < found["figures"]["year"][span]["bands"] <= history.MOST
        assert found["figures"]["year"][span]["p50_ms"] <= found["figures"]["year"][span]["most_ms"]
