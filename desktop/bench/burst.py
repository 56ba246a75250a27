"""What survives when a broker with its default limits is flooded: messages of a burst, and alarms among them."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from desktop.bench.readers import COMMUNITY, health_of, linli, median, until
from desktop.bench.source import DETECTOR, QoS, Source, describe, detector_id
from desktop.field.broker import BrokerUnavailable, free_port, mosquitto_path
from desktop.field.mqtt import Publisher
from desktop.things.linli import topic_root
from desktop.things.loader import load_models

QUIET = 3.0
"""Seconds without a message after which a burst is over."""
ALARMS = 200


def burst(messages: int = 200_000, things: int = 1000, hosting: str = "process", qos: QoS = 0) -> dict[str, Any]:
    """Messages kept of a burst at full speed through mosquitto's default limits, as a share of those sent."""
    with default_mosquitto() as port, tempfile.TemporaryDirectory() as folder:
        url = f"mqtt://127.0.0.1:{port}"
        describe(url, COMMUNITY, things)
        with linli(url, Path(folder) / "data", things, hosting, qos) as (host, _):
            before = health_of(host).messages
            source = Source(port, COMMUNITY, things, messages, 77_777, qos)
            begin = source.go()
            kept, quiet = 0, time.monotonic()
            while time.monotonic() - quiet < QUIET:
                time.sleep(0.1)
                if (now := health_of(host).messages - before) != kept:
                    kept, quiet = now, time.monotonic()
            source.end()
            # The broker's own news are messages too.
            return {
                "sent": messages,
                "kept": min(kept, messages),
                "share": round(min(kept, messages) / messages, 5),
                "seconds": round(quiet - (time.monotonic() - time.time()) - begin, 2),
            }


def alarms(things: int = 1000, hosting: str = "process") -> dict[str, Any]:
    """Alarms delivered of those raised, alone and in a flood of meters at full speed, and how long each took
    (milliseconds)."""
    rule = next(r for r in load_models().models[DETECTOR].alarms if r.on_delay == 0 and len(r.when) == 1)
    condition = rule.when[0]
    raising = {condition.point: condition.equals if condition.above is None else condition.above + 1}
    with default_mosquitto() as port, tempfile.TemporaryDirectory() as folder:
        url = f"mqtt://127.0.0.1:{port}"
        describe(url, COMMUNITY, things, 2 * ALARMS)
        with linli(url, Path(folder) / "data", things + 2 * ALARMS, hosting) as (host, heard):
            arrived: dict[str, float] = {}
            host.on(lambda _: arrived.update({a.thing_id: time.time() for a in heard if a.thing_id not in arrived}))
            publish = Publisher(url)
            publish.start()

            def raise_all(first: int) -> list[float]:
                sent: dict[str, float] = {}
                for detector in map(detector_id, range(first, first + ALARMS)):
                    sent[detector] = time.time()
                    publish(f"{topic_root(COMMUNITY)}/{detector}/props", _body(raising))
                    time.sleep(0.01)
                end = time.monotonic() + 20
                while time.monotonic() < end and not sent.keys() <= arrived.keys():
                    time.sleep(0.05)
                return [(arrived[id_] - at) * 1000 for id_, at in sent.items() if id_ in arrived]

            idle = raise_all(0)
            source = Source(port, COMMUNITY, things, 400_000, 77_777, mixed=False)
            source.go()
            flood = raise_all(ALARMS)
            source.end()
            publish.stop()
            until(lambda: not health_of(host).queued["alarms"])
    return {
        "raised": 2 * ALARMS,
        "delivered": len(idle) + len(flood),
        "idle_ms": {"p50": round(median(idle), 1), "p99": round(sorted(idle)[int(len(idle) * 0.99) - 1], 1)},
        "flood_ms": {"p50": round(median(flood), 1), "p99": round(sorted(flood)[int(len(flood) * 0.99) - 1], 1)},
    }


def _body(values: dict[str, Any]) -> bytes:
    import msgspec

    return msgspec.json.encode({"at": round(time.time() * 1000), "v": values})


@contextmanager
def default_mosquitto() -> Iterator[int]:
    """A mosquitto with the limits it comes with, on a free port. Raises BrokerUnavailable where it is not installed."""
    path, port = mosquitto_path(), free_port()
    if path is None:
        raise BrokerUnavailable("mosquitto is not installed", detail="mosquitto")
    with tempfile.TemporaryDirectory() as folder:
        conf = Path(folder) / "mosquitto.conf"
        conf.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nsys_interval 1\nlog_type none\n")
        broker = subprocess.Popen([path, "-c", str(conf)], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            time.sleep(0.5)
            yield port
        finally:
            broker.terminate()
            broker.wait(10)
