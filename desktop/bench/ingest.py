"""Ingest: messages from the broker to latest values, alarm evaluation and history on disk, beside `mosquitto_sub` draining
the same broker in the same run (targets T1 to T4 and T12 of the MQTT reference).

The readers take turns; a ratio is the median of those of neighbours, for a shared machine drifts. Every raw number is told.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from desktop.bench import burst
from desktop.bench.machine import machine
from desktop.bench.readers import COMMUNITY, Run, by_linli, by_paho, by_sub, limit_reader, median
from desktop.bench.source import METER, POINTS, QoS, describe
from desktop.field.broker import DemoBroker, start_broker

GROWTH = (500, 5_000, 50_000)


def run(
    points: int = 5000, seconds: float = 2.0, repeats: int = 5, hosting: str = "process", whole: bool = True
) -> dict[str, Any]:
    """The figures as `linli bench ingest --json` prints them. `seconds` is about how long `mosquitto_sub` takes for one
    turn; `whole` False leaves QoS 1, stock paho, bursts and growth out. Raises BrokerUnavailable."""
    taken_on = machine()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        broker = start_broker(folder / "broker")
        try:
            pair = _pair(broker, folder / "qos0", points, seconds, repeats, hosting)
            more: dict[str, Any] = {}
            if whole:
                more["qos1"] = _told(_pair(broker, folder / "qos1", points, seconds, repeats, hosting, 1))
                more["cpu_us_per_message"] = _cpu(broker, folder / "cpu", points, pair[0][0].count, repeats, hosting)
                more["growth"] = {
                    str(size): _told(_pair(broker, folder / f"grow{size}", size, seconds, 2, hosting))
                    for size in GROWTH
                }
        finally:
            broker.stop()
    if whole:
        more["burst_qos0"] = burst.burst(hosting=hosting)
        more["burst_qos1"] = burst.burst(hosting=hosting, qos=1)
        more["alarms"] = burst.alarms(hosting=hosting)
    ours, theirs = pair
    told = _told(pair)
    return {
        "name": "ingest",
        "figures": {
            "messages_per_s": told["messages_per_s"],
            "points": things_of(points) * len(POINTS[METER]),
            "values_per_message": 1,
            "messages": ours[0].count,
            "hosting": hosting,
            "raw": told["raw"],
            "runs": [each.facts for each in ours],
            **more,
        },
        "limit": {
            "reader": limit_reader(),
            "broker": broker.kind,
            "messages_per_s": told["limit"],
            "raw": [round(each.rate) for each in theirs],
        },
        "ratio": told["ratio"],
        "machine": taken_on,
    }


def things_of(points: int) -> int:
    return max(8, points // len(POINTS[METER]))


Pair = tuple[list[Run], list[Run]]


def _pair(
    broker: DemoBroker, folder: Path, points: int, seconds: float, repeats: int, hosting: str, qos: QoS = 0
) -> Pair:
    """Linli and mosquitto_sub in turn."""
    things = things_of(points)
    describe(broker.url, COMMUNITY, things)
    by_sub(broker.port, things, 20_000, qos)
    count = max(20_000, round(by_sub(broker.port, things, 20_000, qos).rate * seconds))
    ours: list[Run] = []
    theirs: list[Run] = []
    for n in range(repeats):
        theirs.append(by_sub(broker.port, things, count, qos))
        ours.append(by_linli(broker.url, broker.port, things, count, folder / str(n), hosting, qos))
    return ours, theirs


def _cpu(broker: DemoBroker, folder: Path, points: int, count: int, repeats: int, hosting: str) -> dict[str, Any]:
    """Our CPU a message (decoding, quality, alarms, history) against stock paho that only decodes, in turn."""
    things = things_of(points)
    pairs: list[tuple[float, float]] = []
    for n in range(repeats):
        stock = by_paho(broker.port, things, min(count, 60_000)).cpu_us
        own = by_linli(broker.url, broker.port, things, count, folder / str(n), hosting).cpu_us
        if own is not None and stock is not None:
            pairs.append((own, stock))
    told: dict[str, Any] = {
        "linli": [round(own, 2) for own, _ in pairs],
        "paho": [round(stock, 2) for _, stock in pairs],
    }
    if pairs:
        told["ratio"] = round(median([own / stock for own, stock in pairs]), 3)
    return told


def _told(pair: Pair) -> dict[str, Any]:
    ours, theirs = pair
    rate, limit = median([each.rate for each in ours]), median([each.rate for each in theirs])
    cpu = [each.cpu_us for each in ours if each.cpu_us is not None]
    return {
        "messages_per_s": round(rate),
        "raw": [round(each.rate) for each in ours],
        "limit": round(limit),
        "limit_raw": [round(each.rate) for each in theirs],
        "ratio": round(median([own.rate / other.rate for own, other in zip(ours, theirs, strict=True)]), 3),
        "cpu_us": round(median(cpu), 2) if cpu else None,
        "broker_dropped": sum(each.facts["broker_dropped"] for each in ours),
    }
