"""Ingest: messages a second from the broker to latest values, alarm evaluation and history on disk, beside
`mosquitto_sub` draining the same broker in the same run.

The source is a process of its own that sends packets made beforehand as fast as the broker takes them. The two readers
take turns; each message holds one value, as devices that report changes send them.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec

from desktop.bench.machine import machine
from desktop.field.broker import DemoBroker, start_broker
from desktop.field.host import FieldView, ProcessHost, ThreadHost
from desktop.field.messages import AlarmChange, AlarmStored, FieldSettings, FromField
from desktop.field.mqtt import Publisher

COMMUNITY = "310105012003"
ROOT = f"linli/1/{COMMUNITY}/things"
POINTS = ("concentration", "valve_open", "fan_running", "calibrated", "state")
CONNECT = b"\x10\x0f\x00\x04MQTT\x04\x02\x00\x3c\x00\x03src"
PATIENCE = 60.0


@dataclass(frozen=True)
class Run:
    """One reader's turn."""

    rate: float
    facts: dict[str, Any]


def run(points: int = 5000, seconds: float = 2.0, repeats: int = 3, hosting: str = "process") -> dict[str, Any]:
    """The figures as `linli bench ingest --json` prints them: medians, and every raw number beside them.

    `seconds` is about how long `mosquitto_sub` takes for one turn. Raises BrokerUnavailable.
    """
    things = max(1, points // len(POINTS))
    taken_on = machine()
    with tempfile.TemporaryDirectory() as folder:
        broker = start_broker(Path(folder) / "broker")
        try:
            _describe(broker, things)
            _by_sub(broker, things, 20_000)
            count = max(20_000, round(_by_sub(broker, things, 20_000).rate * seconds))
            ours: list[Run] = []
            theirs: list[Run] = []
            for n in range(repeats):
                theirs.append(_by_sub(broker, things, count))
                ours.append(_by_linli(broker, things, count, Path(folder) / f"data{n}", hosting))
        finally:
            broker.stop()
    rate, limit = statistics.median(r.rate for r in ours), statistics.median(r.rate for r in theirs)
    return {
        "name": "ingest",
        "figures": {
            "messages_per_s": round(rate),
            "points": things * len(POINTS),
            "values_per_message": 1,
            "messages": count,
            "hosting": hosting,
            "raw": [round(r.rate) for r in ours],
            "runs": [r.facts for r in ours],
        },
        "limit": {
            "reader": _reader(),
            "broker": broker.kind,
            "messages_per_s": round(limit),
            "raw": [round(r.rate) for r in theirs],
        },
        "ratio": round(rate / limit, 3),
        "machine": taken_on,
    }


def _reader() -> str:
    return "mosquitto_sub" if shutil.which("mosquitto_sub") else "bare socket (mosquitto_sub is not installed)"


def _describe(broker: DemoBroker, things: int) -> None:
    publish = Publisher(broker.url)
    if not publish.start():
        raise TimeoutError("the broker does not answer")
    for n in range(things):
        publish(f"{ROOT}/gas-{n:04}/model", b'{"model":"gas-detector"}', True)
    publish.stop()


def _value(point: str, odd: bool, alarm: bool) -> object:
    if point == "concentration":
        return 30.0 if alarm and odd else 2.5 + odd
    return {"valve_open": not odd, "fan_running": odd, "calibrated": 10 + odd, "state": "normal"}[point]


def packets(things: int, count: int, last: int) -> bytes:
    """So many PUBLISH packets over all points, in rounds of changing values; one thing goes in and out of alarm. The
    final one sets `calibrated` of the first thing to `last`."""
    at = round(time.time() * 1000)
    rounds = [
        [
            _publish(f"gas-{n:04}", {"at": at, "v": {point: _value(point, odd, n == 7)}})
            for point in POINTS
            for n in range(things)
        ]
        for odd in (False, True)
    ]
    both = rounds[0] + rounds[1]
    whole, rest = divmod(count - 1, len(both))
    return b"".join(both) * whole + b"".join(both[:rest]) + _publish("gas-0000", {"at": at, "v": {"calibrated": last}})


def _publish(thing: str, body: object) -> bytes:
    topic, payload = f"{ROOT}/{thing}/props".encode(), msgspec.json.encode(body)
    size = 2 + len(topic) + len(payload)
    return bytes([0x30, size & 0x7F | 0x80, size >> 7]) + len(topic).to_bytes(2, "big") + topic + payload


def _send(pipe: Connection, port: int, things: int, count: int, last: int) -> None:
    """The source: says when it is ready, waits for the word, answers when the first byte left."""
    data = packets(things, count, last)
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.sendall(CONNECT)
        sock.recv(4)
        pipe.send("ready")
        pipe.recv()
        pipe.send(time.time())
        sock.sendall(data)
        sock.sendall(b"\xe0\x00")
        pipe.recv()


class _Source:
    def __init__(self, broker: DemoBroker, things: int, count: int, last: int) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_send, args=(theirs, broker.port, things, count, last), daemon=True)
        self._process.start()
        self._pipe.recv()

    def go(self) -> float:
        """When the first byte left, in Unix seconds."""
        self._pipe.send("go")
        return float(self._pipe.recv())

    def end(self) -> None:
        self._pipe.send("end")
        self._process.join(10)
        self._pipe.close()


def _by_sub(broker: DemoBroker, things: int, count: int) -> Run:
    source = _Source(broker, things, count, 1)
    path = shutil.which("mosquitto_sub")
    if path is None:
        took = _bare_socket(broker, source, count)
    else:
        command = [path, "-h", "127.0.0.1", "-p", str(broker.port), "-t", f"{ROOT}/+/props", "-C", str(count)]
        with Path(os.devnull).open("wb") as nowhere, subprocess.Popen(command, stdout=nowhere) as reader:
            time.sleep(0.5)  # to subscribe; it does not say when it has
            begin = source.go()
            reader.wait(PATIENCE)
            took = time.time() - begin
    source.end()
    return Run(count / took, {})


def _bare_socket(broker: DemoBroker, source: _Source, count: int) -> float:
    topic = f"{ROOT}/+/props".encode()
    body = b"\x00\x01" + len(topic).to_bytes(2, "big") + topic + b"\x00"
    with socket.create_connection(("127.0.0.1", broker.port)) as sock:
        sock.settimeout(PATIENCE)
        sock.sendall(CONNECT.replace(b"src", b"snk") + b"\x82" + bytes([len(body)]) + body)
        sock.recv(4), sock.recv(5)
        begin, found, tail = source.go(), 0, b""
        mark = f"{ROOT}/".encode()
        while found < count:
            data = tail + sock.recv(262_144)
            found += data.count(mark)
            tail = data[-len(mark) + 1 :]
    return time.time() - begin


def _by_linli(broker: DemoBroker, things: int, count: int, folder: Path, hosting: str) -> Run:
    folder.mkdir()
    settings = FieldSettings(broker=broker.url, community=COMMUNITY, data_dir=str(folder), key=os.urandom(32))
    host: FieldView = ProcessHost(settings) if hosting == "process" else ThreadHost(settings)
    alarms: list[AlarmChange] = []

    def hear(message: FromField) -> None:
        if isinstance(message, AlarmChange):
            alarms.append(message)
            host.send(AlarmStored(message.seq))

    host.on(hear)
    host.start()
    try:
        _until(lambda: len(host.things()) == things and (h := host.health()) and h.broker_dropped is not None)
        last = 10_000 + time.time_ns() % 1000
        source = _Source(broker, things, count, last)
        thing, first = host.things()["gas-0000"]
        slot = first + 1 + [point.name for point in thing.model.points].index("calibrated")
        begin = source.go()
        _until(lambda: host.reading(slot).value == last)
        took = time.time() - begin
        source.end()
        time.sleep(2.5)  # history and health come once a second
        health = host.health()
        assert health
        facts = {
            "received": health.messages - things - 1,
            "samples_stored": health.samples_stored,
            "history_dropped": health.dropped["history"],
            "rejected": health.rejected,
            "alarm_changes": len(alarms),
            "broker_dropped": health.broker_dropped,
        }
        return Run(count / took, facts)
    finally:
        host.stop()


def _until(holds: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("the field service did not take everything in")
        time.sleep(0.005)
