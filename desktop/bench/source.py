"""What the ingest figures are fed with: PUBLISH packets made beforehand, sent by a process of its own.

Each message holds one value, as devices that report changes send them. The source writes as fast as the broker takes
them, or at a pace; then every bite begins with a fresh time stamp, by which the age of what a screen shows is known.
"""

from __future__ import annotations

import socket
import threading
import time
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Literal

import msgspec

from desktop.field.mqtt import Publisher
from desktop.things.linli import topic_root

QoS = Literal[0, 1]

METER, DETECTOR = "electricity-meter", "gas-detector"
POINTS = {
    METER: ("active_power", "energy", "power_factor", "frequency", "voltage_a"),
    DETECTOR: ("concentration", "valve_open", "fan_running", "calibrated", "state"),
}
DETECTOR_EVERY = 5
"""Of so many things one protects lives, and what it says comes over both lines."""
CLOCK, CLOCK_POINT = "thing-0000", "energy"
"""The meter whose energy says which message came last."""
STAMPED, STAMP = "thing-stamp", "active_power"
"""The meter that a paced source speaks of at the beginning of every bite, with the time of that moment."""
ALARMED = 7
"""The detector among the things that goes in and out of alarm."""
CONNECT = b"\x10\x0f\x00\x04MQTT\x04\x02\x00\x3c\x00\x03src"
DISCONNECT = b"\xe0\x00"
BITE = 0.005
"""Seconds between two writes of a paced source."""


def thing_id(n: int) -> str:
    return f"thing-{n:04}"


def detector_id(n: int) -> str:
    """A detector beside the things the source speaks of."""
    return f"gas-{n:04}"


def kind_of(n: int) -> str:
    """Of the n-th thing."""
    return DETECTOR if n % DETECTOR_EVERY == 2 else METER


def describe(url: str, community: str, things: int, detectors: int = 0) -> None:
    """Publishes the retained descriptions. Raises TimeoutError when the broker does not answer."""
    publish = Publisher(url)
    if not publish.start():
        raise TimeoutError("the broker does not answer")
    kinds = {STAMPED: METER} | {thing_id(n): kind_of(n) for n in range(things)}
    kinds |= {detector_id(n): DETECTOR for n in range(detectors)}
    for thing, kind in kinds.items():
        publish(f"{topic_root(community)}/{thing}/model", msgspec.json.encode({"model": kind}), True)
    publish.stop()


def packet(community: str, thing: str, values: dict[str, object], qos: QoS = 0, number: int = 1) -> bytes:
    """One PUBLISH of a thing's values, with the time it was made."""
    topic = f"{topic_root(community)}/{thing}/props".encode()
    payload = msgspec.json.encode({"at": round(time.time() * 1000), "v": values})
    mid = number.to_bytes(2, "big") if qos else b""
    size = 2 + len(topic) + len(mid) + len(payload)
    return (
        bytes([0x30 | qos << 1, size & 0x7F | 0x80, size >> 7]) + len(topic).to_bytes(2, "big") + topic + mid + payload
    )


def packets(
    community: str, things: int, count: int, last: int, qos: QoS = 0, alarm: bool = True, mixed: bool = True
) -> bytes:
    """So many PUBLISH packets over all points, in rounds of changing values; one thing goes in and out of `alarm`. The
    final one sets the energy of the first thing to `last`. Unless `mixed`, only meters speak."""
    spoken_of = [n for n in range(things) if mixed or kind_of(n) == METER]
    both = [
        packet(community, thing_id(n), {point: _value(point, odd, alarm and n == ALARMED)}, qos, 1 + number % 65_535)
        for odd in (False, True)
        for number, (point, n) in enumerate((POINTS[kind_of(n)][nth], n) for nth in range(5) for n in spoken_of)
    ]
    whole, rest = divmod(count - 1, len(both))
    return b"".join(both) * whole + b"".join(both[:rest]) + packet(community, CLOCK, {CLOCK_POINT: last}, qos)


def _value(point: str, odd: bool, alarm: bool) -> object:
    if point == "concentration":
        return 30.0 if alarm and odd else 2.5 + odd
    return {
        "valve_open": not odd, "fan_running": odd, "calibrated": 10 + odd, "state": "normal", "active_power": 2.5 + odd,
        "energy": 10 + odd, "power_factor": 0.95 + odd / 100, "frequency": 50.0 + odd / 100, "voltage_a": 229.0 + odd,
    }[point]  # fmt: skip


class Source:
    """A process that holds its packets ready and sends them at the word."""

    def __init__(
        self,
        port: int,
        community: str,
        things: int,
        count: int,
        last: int,
        qos: QoS = 0,
        rate: float = 0.0,
        mixed: bool = True,
    ) -> None:
        """`rate` 0 is full speed and ends after `count`; else messages a second, in rounds, until `end`. Unless `mixed`,
        only meters speak."""
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        args = (theirs, port, community, things, count, last, qos, rate, mixed)
        self._process = context.Process(target=_send, args=args, daemon=True)
        self._process.start()
        self._pipe.recv()

    def go(self) -> float:
        """When the first byte left, in Unix seconds."""
        self._pipe.send("go")
        return float(self._pipe.recv())

    def end(self) -> int:
        """Stops it; how many messages it sent."""
        self._pipe.send("end")
        sent = int(self._pipe.recv())
        self._process.join(10)
        self._pipe.close()
        return sent


def _send(
    pipe: Connection,
    port: int,
    community: str,
    things: int,
    count: int,
    last: int,
    qos: QoS,
    rate: float,
    mixed: bool,
) -> None:
    """The source: says when it is ready, waits for the word, answers when the first byte left."""
    # A screen is measured without: an alarm that chatters a hundred times a second is another story.
    data = packets(community, things, count, last, qos, alarm=not rate, mixed=mixed)
    with socket.create_connection(("127.0.0.1", port)) as sock:
        # Devices each have a connection of their own: what one of them says does not wait for another's acknowledgement.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(CONNECT)
        sock.recv(4)
        # The broker's acknowledgements are read and let go, or both sides would wait for room.
        threading.Thread(target=_drain, args=(sock,), daemon=True).start()
        pipe.send("ready")
        pipe.recv()
        pipe.send(time.time())
        sent = count
        if rate:
            sent = _paced(pipe, sock, data, count, community, rate)
        else:
            sock.sendall(data)
        sock.sendall(DISCONNECT)
        if not rate:
            pipe.recv()
        pipe.send(sent)


def _drain(sock: socket.socket) -> None:
    try:
        while sock.recv(65_536):
            pass
    except OSError:
        return


def _paced(pipe: Connection, sock: socket.socket, data: bytes, count: int, community: str, rate: float) -> int:
    """Sends round after round of the packets at `rate`, until told to end; how many were sent."""
    bites = _bites(data, max(1, round(rate * BITE)))
    begin, sent, n = time.perf_counter(), 0, 0
    while not pipe.poll():
        stamp = packet(community, STAMPED, {STAMP: 2.0 + n % 2})
        bite, size = bites[n % len(bites)]
        sock.sendall(stamp + bite)
        sent, n = sent + size + 1, n + 1
        time.sleep(max(0.0, begin + sent / rate - time.perf_counter()))
    pipe.recv()
    return sent


def _bites(data: bytes, size: int) -> list[tuple[bytes, int]]:
    """The packets in pieces of so many."""
    ends = [0]
    while ends[-1] < len(data):
        at = ends[-1]
        ends.append(at + 3 + (data[at + 1] & 0x7F | data[at + 2] << 7))
    return [
        (data[ends[n] : ends[min(n + size, len(ends) - 1)]], min(n + size, len(ends) - 1) - n)
        for n in range(0, len(ends) - 1, size)
    ]
