"""Cuts MQTT packets from big reads: PUBLISH of QoS 0 and 1 is read here, everything else is named for paho.

paho reads byte by byte and asks the kernel five times a message; a broker silently drops for a reader that slow
(60-86 % of a burst, measured). This reads hundreds of messages with one call. Pure, so that it can be tested byte by byte.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

Message = tuple[bytes, bytes, bool]
"""Topic, payload, and whether it was replayed (retained) rather than live."""

MAX_PACKET = 4 * 1024 * 1024
"""A longer packet is skipped unread; no device of a building says anything as long."""


_PUBLISH = frozenset(first for first in range(0x30, 0x40) if first & 0x06 < 0x04)
"""First bytes of a PUBLISH of QoS 0 or 1."""


class Malformed(Exception):
    """The bytes are not MQTT; the connection cannot go on."""


class Messages(NamedTuple):
    """Messages in the order they came, and the PUBACK packets that answer those of QoS 1."""

    messages: list[Message]
    acks: bytes


class Control(NamedTuple):
    """Any other packet: its first byte and what follows the fixed header."""

    command: int
    body: bytes


class Reader:
    """Turns the stream of one connection into messages and control packets."""

    def __init__(self, version5: bool) -> None:
        self._version5 = version5
        self._rest = b""
        self._skip = 0
        self.skipped = 0
        """Packets longer than MAX_PACKET, passed over."""

    def feed(self, data: bytes) -> Iterator[Messages | Control]:
        """What the bytes complete, in order. Raises Malformed."""
        if self._skip:
            self._skip, data = max(0, self._skip - len(data)), data[self._skip :]
        if self._rest:
            data = self._rest + data
        messages: list[Message] = []
        acks = bytearray()
        at, end, version5 = 0, len(data), self._version5
        while end - at >= 2:
            first, length, body = data[at], data[at + 1], at + 2
            if length > 127:
                size = _length(data, at + 1)
                if size is None:
                    break
                length, body = size
            stop = body + length
            if stop > end:
                if length > MAX_PACKET:
                    self.skipped += 1
                    self._skip, at = stop - end, end
                break
            if first in _PUBLISH:
                begin = body + 2
                after = begin + (data[body] << 8 | data[body + 1]) if length >= 2 else stop + 1
                topic = data[begin:after]
                if first & 0x06:
                    acks += b"\x40\x02" + data[after : after + 2]
                    after += 2
                if version5 and after < stop:
                    if data[after] == 0:
                        after += 1
                    else:
                        properties = _length(data, after)
                        after = stop + 1 if properties is None else sum(properties)
                if after > stop:
                    raise Malformed("a PUBLISH is shorter than it says")
                messages.append((topic, data[after:stop], first & 0x01 == 1))
            else:
                if messages:
                    yield Messages(messages, bytes(acks))
                    messages, acks = [], bytearray()
                yield Control(first, data[body:stop])
            at = stop
        self._rest = data[at:]
        if messages:
            yield Messages(messages, bytes(acks))


def _length(data: bytes, at: int) -> tuple[int, int] | None:
    """The variable byte integer at `at` and where it ends; None when more bytes are needed. Raises Malformed."""
    value = 0
    for step in range(4):
        if at + step >= len(data):
            return None
        byte = data[at + step]
        value |= (byte & 0x7F) << 7 * step
        if byte < 0x80:
            return value, at + step + 1
    raise Malformed("a length of more than four bytes")
