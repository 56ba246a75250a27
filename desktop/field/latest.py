"""The latest-value table: one fixed slot a point, written by the intake, read by screens, in one process or two.

A slot is guarded by a sequence number that is odd while it is written, so that a reader never sees half of a value and
nobody waits for a lock. There is one writer. The table lies in a bytearray or in shared memory alike.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from multiprocessing.shared_memory import SharedMemory
from typing import get_args

from desktop.things.model import Quality, Reading, Value

MAX_TEXT = 64
"""Bytes of UTF-8 a text value keeps; a longer one is cut between two characters."""

_QUALITIES: tuple[Quality, ...] = get_args(Quality)
_CODES = {quality: code for code, quality in enumerate(_QUALITIES)}
_NEVER = Reading(None, "none", 0.0)
_EMPTY, _BOOL, _INT, _FLOAT, _TEXT = range(5)

# Value, received, the device's own time (NaN: not told), kind, quality, length of text; a gap, in which the sequence
# number lies. Half a cache line: a flood writes to thousands of them in turn.
_FLOAT_HEAD = struct.Struct("@dddBBB")
_INT_HEAD = struct.Struct("@qddBBB")
_TRUTH = struct.Struct("@q16xB")
_pack_float, _pack_int, _NAN = _FLOAT_HEAD.pack_into, _INT_HEAD.pack_into, math.nan
_SLOT = 32
_WORDS, _SEQUENCE = 8, 7
"""Words of four bytes a slot, and the one of them that is its sequence number."""
_KIND = 24
"""The byte of a slot that tells its kind."""
assert _FLOAT_HEAD.size <= 4 * _SEQUENCE

_INT_RANGE = range(-(2**63), 2**63)


def size_of(capacity: int) -> int:
    """Bytes of a table with so many slots."""
    return capacity * (_SLOT + MAX_TEXT)


class LatestTable:
    """The table over a buffer of `size_of(capacity)` bytes."""

    def __init__(self, capacity: int, buffer: bytearray | memoryview | None = None) -> None:
        whole = memoryview(buffer if buffer is not None else bytearray(size_of(capacity)))
        self.capacity = capacity
        self._slots = whole[: capacity * _SLOT]
        # Sequence numbers are written with one aligned store each, which `pack_into` would not promise.
        self._words = self._slots.cast("I")
        self._texts = whole[capacity * _SLOT : size_of(capacity)]
        self._whole = whole

    def write(
        self, slot: int, value: Value | None, quality: Quality, at: float, device_at: float | None = None
    ) -> None:
        """Sets the point's latest value; one writer at a time. Raises IndexError for no such slot."""
        told = _NAN if device_at is None else device_at
        code = _CODES[quality]
        words, slots, offset, sequence = self._words, self._slots, slot * _SLOT, slot * _WORDS + _SEQUENCE
        # A writer that was killed half-way leaves an odd number, which stays odd until this write is whole.
        odd = words[sequence] | 1
        words[sequence] = odd
        kind = type(value)
        if kind is float:
            _pack_float(slots, offset, value, at, told, _FLOAT, code, 0)
        elif kind is bool:
            _pack_int(slots, offset, value, at, told, _BOOL, code, 0)
        elif kind is int and value in _INT_RANGE:
            _pack_int(slots, offset, value, at, told, _INT, code, 0)
        elif kind is str:
            text = _cut(value)  # type: ignore[arg-type]
            _pack_int(slots, offset, 0, at, told, _TEXT, code, len(text))
            self._texts[slot * MAX_TEXT : slot * MAX_TEXT + len(text)] = text
        elif value is None:
            _pack_int(slots, offset, 0, at, told, _EMPTY, code, 0)
        else:
            _pack_float(slots, offset, _to_float(value), at, told, _FLOAT, code, 0)
        words[sequence] = (odd + 1) & 0xFFFFFFFF

    def clear(self, slot: int) -> None:
        """Back to never seen."""
        self.write(slot, None, "none", 0.0)

    def reading(self, slot: int) -> Reading:
        """The latest value; quality "none" for a slot that was never written. Raises IndexError for no such slot."""
        words, sequence = self._words, slot * _WORDS + _SEQUENCE
        for _ in range(1000):
            before = words[sequence]
            if before & 1:
                continue
            head = bytes(self._slots[slot * _SLOT : (slot + 1) * _SLOT])
            text = bytes(self._texts[slot * MAX_TEXT : (slot + 1) * MAX_TEXT]) if head[_KIND] == _TEXT else b""
            if words[sequence] == before:
                return _NEVER if before == 0 else _read(head, text)
        # The writer died in the middle of this slot: what it held is not known any more.
        return _NEVER

    def truths(self, slots: Iterable[int]) -> tuple[bool | None, ...]:
        """What each slot says as yes or no, None where it holds anything else: thousands in a millisecond. One that is
        being written this moment may be told wrongly, and rightly the next time."""
        buffer, unpack = self._slots, _TRUTH.unpack_from
        return tuple(
            value != 0 if kind == _BOOL else None for value, kind in (unpack(buffer, slot * _SLOT) for slot in slots)
        )

    def release(self) -> None:
        """Lets go of the buffer, so that shared memory can be closed."""
        for view in (self._words, self._slots, self._texts):
            view.release()
        self._whole.release()


class SharedTable(LatestTable):
    """The table in shared memory. The console creates it and destroys it; the field service attaches by its name."""

    def __init__(self, capacity: int, name: str | None = None) -> None:
        self._memory = SharedMemory(name=name, create=name is None, size=size_of(capacity) if name is None else 0)
        self._owner = name is None
        self.name = self._memory.name
        super().__init__(capacity, self._memory.buf)

    def release(self) -> None:
        super().release()
        self._memory.close()
        if self._owner:
            self._owner = False
            self._memory.unlink()


def _read(head: bytes, text: bytes) -> Reading:
    value, at, told, kind, quality, size = _FLOAT_HEAD.unpack_from(head)
    device_at = None if told != told else told
    found: Value | None = None
    if kind == _FLOAT:
        found = value
    elif kind == _BOOL:
        found = bool(_INT_HEAD.unpack_from(head)[0])
    elif kind == _INT:
        found = _INT_HEAD.unpack_from(head)[0]
    elif kind == _TEXT:
        found = text[:size].decode("utf-8", "replace")
    return Reading(found, _QUALITIES[quality], at, device_at)


def _cut(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return data if len(data) <= MAX_TEXT else data[:MAX_TEXT].decode("utf-8", "ignore").encode()


def _to_float(value: float | str | bool) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, 1 if value > 0 else -1)  # type: ignore[operator]
