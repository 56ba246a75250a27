"""The ingest figures are of the shape that scripts rely on, and nothing was lost on the way."""

from __future__ import annotations

import pytest

from desktop.bench import burst
from desktop.bench.ingest import run
from desktop.bench.readers import COMMUNITY
from desktop.bench.source import QoS, packets
from desktop.field.reader import Messages, Reader


@pytest.mark.parametrize("qos", [0, 1])
def test_the_source_makes_exactly_the_packets_it_says(qos: QoS) -> None:
    [part] = Reader(version5=False).feed(packets(COMMUNITY, things=20, count=777, last=12_345, qos=qos))
    assert isinstance(part, Messages)
    assert len(part.messages) == 777 and len(part.acks) == 4 * 777 * qos
    assert part.messages[-1][0].endswith(b"/thing-0000/props") and b"12345" in part.messages[-1][1]
    assert len({topic for topic, _, _ in part.messages}) == 20


@pytest.mark.slow
def test_the_figures_have_their_shape_and_nothing_is_lost() -> None:
    found = run(points=50, seconds=0.1, repeats=1, hosting="thread", whole=False)
    assert list(found) == ["name", "figures", "limit", "ratio", "machine"]
    [facts] = found["figures"]["runs"]
    assert facts["received"] >= found["figures"]["messages"]
    assert (facts["rejected"], facts["history_dropped"], facts["broker_dropped"]) == ({}, 0, 0)
    assert facts["samples_stored"] > 0 and facts["alarm_changes"] > 0
    assert found["ratio"] > 0 and len(found["limit"]["raw"]) == 1


@pytest.mark.slow
@pytest.mark.parametrize("qos", [0, 1])
def test_a_burst_survives_the_default_limits_of_the_broker(qos: QoS) -> None:
    found = burst.burst(messages=20_000, things=50, hosting="thread", qos=qos)
    assert found["sent"] == 20_000 and found["share"] >= (0.9 if qos else 0.99)


@pytest.mark.slow
def test_every_alarm_raised_in_a_flood_is_delivered() -> None:
    found = burst.alarms(things=50, hosting="thread")
    assert found["delivered"] == found["raised"] == 2 * burst.ALARMS
