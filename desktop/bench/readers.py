"""Who drains the broker in turn: `mosquitto_sub` (the limit), stock paho, and Linli's field service."""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from desktop.bench.source import CLOCK, CLOCK_POINT, CONNECT, QoS, Source
from desktop.field.host import FieldView, ProcessHost, ThreadHost
from desktop.field.messages import AlarmChange, AlarmStored, FieldSettings, FromField, Health
from desktop.things.linli import topic_root

COMMUNITY = "310105012003"
ROOT = topic_root(COMMUNITY)
PATIENCE = 60.0


@dataclass(frozen=True)
class Run:
    """One reader's turn. `cpu` is its own seconds of CPU, None where the system does not tell."""

    count: int
    took: float
    cpu: float | None
    facts: dict[str, Any]

    @property
    def rate(self) -> float:
        return self.count / self.took

    @property
    def cpu_us(self) -> float | None:
        """Microseconds of CPU a message."""
        return None if self.cpu is None else self.cpu / self.count * 1e6


def median(values: list[float]) -> float:
    return statistics.median(values)


def limit_reader() -> str:
    return "mosquitto_sub" if shutil.which("mosquitto_sub") else "bare socket (mosquitto_sub is not installed)"


def by_sub(port: int, things: int, count: int, qos: QoS = 0) -> Run:
    """mosquitto_sub until it has `count` messages; a bare socket where it is not installed."""
    source = Source(port, COMMUNITY, things, count, 1, qos)
    path = shutil.which("mosquitto_sub")
    if path is None:
        took = _bare_socket(port, source, count)
    else:
        command = [path, "-h", "127.0.0.1", "-p", str(port), "-t", f"{ROOT}/+/props", "-q", str(qos), "-C", str(count)]
        with Path(os.devnull).open("wb") as nowhere, subprocess.Popen(command, stdout=nowhere) as reader:
            time.sleep(0.5)  # to subscribe; it does not say when it has
            begin = source.go()
            reader.wait(PATIENCE)
            took = time.time() - begin
    source.end()
    return Run(count, took, None, {})


def by_paho(port: int, things: int, count: int, qos: QoS = 0) -> Run:
    """Stock paho with a msgspec decoder and a dict of latest values: what most programs do."""
    context = get_context("spawn")
    pipe, theirs = context.Pipe()
    reader = context.Process(target=_paho_reads, args=(theirs, port, qos, count), daemon=True)
    reader.start()
    pipe.recv()
    source = Source(port, COMMUNITY, things, count, 1, qos)
    begin = source.go()
    got, cpu = pipe.recv()
    took = time.time() - begin
    source.end()
    reader.join(10)
    return Run(got, took, cpu, {"received": got})


def _paho_reads(pipe: Connection, port: int, qos: QoS, count: int) -> None:
    from desktop.bench.stock import drain

    pipe.send(drain(port, f"{ROOT}/+/props", qos, count, lambda: pipe.send("ready")))


@contextmanager
def linli(
    url: str, folder: Path, things: int, hosting: str, qos: QoS = 0
) -> Iterator[tuple[FieldView, list[AlarmChange]]]:
    """A field service that knows all the things, and the alarms it tells of."""
    folder.mkdir(parents=True)
    settings = FieldSettings(
        broker=url,
        community=COMMUNITY,
        data_dir=str(folder),
        key=os.urandom(32),
        qos=qos,
        capacity=max(65_536, things * 16),
    )
    host: FieldView = ProcessHost(settings) if hosting == "process" else ThreadHost(settings)
    alarms: list[AlarmChange] = []

    def hear(message: FromField) -> None:
        if isinstance(message, AlarmChange):
            alarms.append(message)
            host.send(AlarmStored(message.seq))

    host.on(hear)
    host.start()
    try:
        until(lambda: len(host.things()) >= things and (h := host.health()) and h.things >= things)
        time.sleep(0.5)  # values are asked for once descriptions went quiet
        yield host, alarms
    finally:
        host.stop()


def by_linli(url: str, port: int, things: int, count: int, folder: Path, hosting: str, qos: QoS = 0) -> Run:
    """Until the last value stands in the latest-value table; then counts what came, was stored and was dropped."""
    with linli(url, folder, things, hosting, qos) as (host, alarms):
        before = health_of(host)
        last = 10_000 + time.time_ns() % 1000
        source = Source(port, COMMUNITY, things, count, last, qos)
        slot = slot_of(host, CLOCK, CLOCK_POINT)
        cpu = cpu_of(host)
        begin = source.go()
        until(lambda: host.reading(slot).value == last)
        took = time.time() - begin
        spent = None if cpu is None else (cpu_of(host) or cpu) - cpu
        source.end()
        time.sleep(2.5)  # history and health come once a second
        health = health_of(host)
        facts = {
            "received": health.messages - before.messages,
            "samples_stored": health.samples_stored,
            "history_dropped": health.dropped["history"],
            "rejected": health.rejected,
            "alarm_changes": len(alarms),
            # Brokers tell only when it changes (mosquitto forgets it after a minute): silence means none.
            "broker_dropped": (health.broker_dropped or 0) - (before.broker_dropped or 0),
        }
        return Run(count, took, spent, facts)


def slot_of(host: FieldView, thing: str, point: str) -> int:
    """The slot of a point in the latest-value table."""
    known, first = host.things()[thing]
    return first + 1 + [each.name for each in known.model.points].index(point)


def health_of(host: FieldView) -> Health:
    health = host.health()
    assert health
    return health


def cpu_of(host: FieldView) -> float | None:
    """Seconds of CPU the field process used so far; None for a thread, and where the system does not tell."""
    pid = host.pid if isinstance(host, ProcessHost) else None
    path = Path(f"/proc/{pid}/stat")
    if pid is None or not path.exists():
        return None
    fields = path.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def until(holds: Callable[[], object]) -> None:
    """Raises TimeoutError when it does not hold within PATIENCE."""
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("the field service did not take everything in")
        time.sleep(0.005)


def _bare_socket(port: int, source: Source, count: int) -> float:
    topic = f"{ROOT}/+/props".encode()
    body = b"\x00\x01" + len(topic).to_bytes(2, "big") + topic + b"\x00"
    with socket.create_connection(("127.0.0.1", port)) as sock:
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
