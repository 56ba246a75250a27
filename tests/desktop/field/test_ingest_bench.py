"""The ingest figures are of the shape that scripts rely on, and nothing was lost on the way."""

from __future__ import annotations

import pytest

from desktop.bench.ingest import packets, run
from desktop.field.reader import Messages, Reader


def test_the_source_makes_exactly_the_packets_it_says() -> None:
    [part] = Reader(version5=False).feed(packets(things=20, count=777, last=12_345))
    assert isinstance(part, Messages)
    assert len(part.messages) == 777
    assert part.messages[-1][0].endswith(b"/gas-0000/props") and b"12345" in part.messages[-1][1]
    assert len({topic for topic, _, _ in part.messages}) == 20


@pytest.mark.slow
def test_the_figures_have_their_shape_and_nothing_is_lost() -> None:
    found = run(points=50, seconds=0.1, repeats=1, hosting="thread")
    assert list(found) == ["name", "figures", "limit", "ratio", "machine"]
    [facts] = found["figures"]["runs"]
    assert facts["received"] >= found["figures"]["messages"]
    assert (facts["rejected"], facts["history_dropped"], facts["broker_dropped"]) == ({}, 0, 0)
    assert facts["samples_stored"] > 0 and facts["alarm_changes"] > 0
    assert found["ratio"] > 0 and len(found["limit"]["raw"]) == 1
