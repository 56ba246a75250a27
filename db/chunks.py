"""Samples and roll-ups as compact bytes, exact both ways (apart from the sign of zero).

A chunk is a few columns of integers, each as offsets from its lowest value in the fewest bytes that hold them, and all of
it deflated at level 1. Values become integers at the fewest decimals that are lossless, as nearly every sensor has; what
has no such decimals (means computed by a device, huge numbers) is kept as doubles, each xored with the one before and
with equal bytes side by side. Measured on a noisy walk and a valve: 1.2 to 2 bytes a sample, beside 29 of a row.

The file stays on the machine that wrote it, so numbers are in the machine's own byte order.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, repeat
from operator import add, mul, sub, xor
from typing import cast

from db.errors import StoreError
from db.rollup import Columns, divided, of_samples

SCALES = (1, 10, 100, 1000, 10_000, 100_000, 1_000_000)
DOUBLES = 255
"""In the place of the decimals: the values are no scaled integers."""
MOST = 2**53
"""Integers below are exact as doubles."""

_HEAD = struct.Struct("<BBH")
"""Whether deflated, decimals, how many."""
_SIZES = "BHIQ"
_SIGNED = "bhiq"
_PLAIN, _DEFLATED = 0, 1
_ROOM = 1024
"""Bytes to begin with when a chunk is inflated: most need less."""


def pack_samples(times: list[int], values: list[float]) -> bytes:
    """Up to 65,535 samples, at times (Unix ms) that ascend; values are finite."""
    out = bytearray()
    _put(out, list(map(sub, times[1:], times)), times[0])
    found = scaled(values)
    if found is None:
        _put_doubles(out, values)
        return _closed(out, DOUBLES, len(times))
    decimals, numbers = found
    _put_numbers(out, numbers)
    return _closed(out, decimals, len(times))


def unpack_samples(data: bytes) -> tuple[Sequence[int], list[float]]:
    """Times (a range where steps are even) and values. Raises StoreError("damaged")."""
    try:
        body, decimals, count = _opened(data)
        at, times = _get_times(body, count)
        if decimals == DOUBLES:
            return times, _get_doubles(body, at, count)[1]
        return times, _get_values(body, at, count, SCALES[decimals])
    except (zlib.error, struct.error, ValueError, IndexError) as error:
        raise StoreError("damaged", f"a chunk of history: {error}") from error


def unpack_scaled(data: bytes) -> tuple[Sequence[int], list[float], int]:
    """Times, values as integers of a scale, and the scale; 0 where the values are doubles. Raises StoreError("damaged")."""
    try:
        body, decimals, count = _opened(data)
        at, times = _get_times(body, count)
        if decimals == DOUBLES:
            return times, _get_doubles(body, at, count)[1], 0
        return times, list(_get_numbers(body, at, count)[1]), SCALES[decimals]
    except (zlib.error, struct.error, ValueError, IndexError) as error:
        raise StoreError("damaged", f"a chunk of history: {error}") from error


def pack_bands(numbers: list[int], bands: Columns) -> bytes:
    """Roll-ups by their number in the row, ascending. The mean is kept as the sum where values are scaled integers."""
    out, count = bytearray(), len(numbers)
    _put(out, list(map(sub, numbers[1:], numbers)), numbers[0])
    _put(out, bands.counts, 0)
    found = bands if bands.scale else _scaled_bands(bands)
    if found is None or max(map(abs, chain(found.low, found.high, found.last, found.mean))) >= MOST:
        bands = bands.plain()
        for column in (bands.low, bands.high, bands.last, bands.mean):
            _put_doubles(out, column)
        return _closed(out, DOUBLES, count)
    low, high, last, sums = cast(tuple[list[int], ...], (found.low, found.high, found.last, found.mean))
    _put_numbers(out, low)
    _put(out, list(map(sub, high, low)), 0)
    _put(out, list(map(sub, last, low)), 0)
    _put(out, list(map(sub, sums, map(mul, low, bands.counts))), 0)
    return _closed(out, SCALES.index(found.scale), count)


def unpack_bands(data: bytes) -> tuple[list[int], Columns]:
    """Numbers in the row, and the bands; their `at` is left empty. Raises StoreError("damaged")."""
    try:
        body, decimals, count = _opened(data)
        at, places = _get_times(body, count)
        numbers = list(places)
        at, _, many = _get(body, at, count)
        counts = list(many)
        if decimals == DOUBLES:
            columns = []
            for _ in range(4):
                at, column = _get_doubles(body, at, count)
                columns.append(column)
            return numbers, Columns([], columns[0], columns[1], columns[3], columns[2], counts)
        at, numbers_low = _get_numbers(body, at, count)
        low = list(numbers_low)
        at, _, over = _get(body, at, count)
        at, _, ends = _get(body, at, count)
        _, _, sums = _get(body, at, count)
        totals = list(map(add, map(mul, low, counts), sums))
        high, last = list(map(add, low, over)), list(map(add, low, ends))
        return numbers, Columns([], low, high, totals, last, counts, SCALES[decimals])
    except (zlib.error, struct.error, ValueError, IndexError) as error:
        raise StoreError("damaged", f"a roll-up of history: {error}") from error


def _scaled_bands(bands: Columns) -> Columns | None:
    """The bands at the smallest scale that is lossless, a larger one where a value between the extremes needs it."""
    values, fewest, count = [*bands.low, *bands.high, *bands.last], 0, len(bands.low)
    while (found := scaled(values, fewest)) is not None:
        decimals, flat = found
        scale = SCALES[decimals]
        exact = [mean * n * scale for mean, n in zip(bands.mean, bands.counts, strict=True)]
        if max(map(abs, exact)) >= MOST:
            return None
        sums: list[float] = list(map(round, exact))
        # What rounding of the mean leaves of an integer: a few units in its last place.
        if all(abs(x - n) <= 4e-15 * abs(x) + 1e-12 for x, n in zip(exact, sums, strict=True)):
            low, high, last = flat[:count], flat[count : 2 * count], flat[2 * count :]
            return Columns([], [*low], [*high], sums, [*last], bands.counts, scale)
        fewest = decimals + 1
    return None


def banded(times: list[int], values: list[float]) -> Columns:
    """Every sample as a band of its own, at a scale where the values have one."""
    found = scaled(values)
    return of_samples(times, [*found[1]], SCALES[found[0]]) if found else of_samples(times, values)


def scaled(values: list[float], fewest: int = 0) -> tuple[int, list[int]] | None:
    """The fewest decimals at which every value is an integer of its last place, and those integers."""
    decimals = max(_decimals(values[0]), _decimals(values[-1]), _decimals(values[len(values) // 2]))
    for each in range(max(decimals, fewest), len(SCALES)):
        scale = SCALES[each]
        try:
            numbers = list(map(round, map(mul, values, repeat(scale)) if scale > 1 else values))
        except OverflowError:
            return None
        low, high = _ends(numbers)
        if not -MOST < low <= high < MOST:
            return None
        if divided(numbers, scale) == values:
            return each, numbers
    return None


def _decimals(value: float) -> int:
    for decimals, scale in enumerate(SCALES):
        if abs(value) * scale >= MOST:
            break
        if round(value * scale) / scale == value:
            return decimals
    return len(SCALES)


def _closed(out: bytearray, decimals: int, count: int) -> bytes:
    packed = zlib.compress(out, 1, -15)
    if len(packed) < len(out):
        return _HEAD.pack(_DEFLATED, decimals, count) + packed
    return _HEAD.pack(_PLAIN, decimals, count) + bytes(out)


def _opened(data: bytes) -> tuple[bytes, int, int]:
    how, decimals, count = _HEAD.unpack_from(data)
    body = data[_HEAD.size :]
    return (zlib.decompress(body, -15, _ROOM) if how == _DEFLATED else body), decimals, count


def _put(out: bytearray, numbers: list[int], first: int) -> None:
    """A column: `first` (of a series of differences), the lowest number, and how far each is above it."""
    low, high = _ends(numbers)
    size = _size(high - low)
    signed = max(_signed(low), _signed(first))
    out.append(size | signed << 4)
    out += array(_SIGNED[signed], (first, low)).tobytes()
    above = map(sub, numbers, repeat(low)) if low else numbers
    if size == 1:
        out += bytes(above)
    elif size:
        out += array(_SIZES[size - 1], list(above)).tobytes()


def _ends(numbers: list[int]) -> tuple[int, int]:
    """The lowest and the highest, sought among the different ones: those are few."""
    different = set(numbers)
    return min(different, default=0), max(different, default=0)


def _get(body: bytes, at: int, count: int) -> tuple[int, int, Iterable[int]]:
    """Where the next column begins, `first`, and the numbers."""
    size, signed = body[at] & 15, body[at] >> 4
    ends = at + 1 + (2 << signed)
    first, low = array(_SIGNED[signed], body[at + 1 : ends])
    if not size:
        return ends, first, repeat(low, count)
    at, ends = ends, ends + (count << (size - 1))
    numbers = array(_SIZES[size - 1], body[at:ends])
    if len(numbers) != count:
        raise ValueError("a short column")
    return ends, first, map(add, numbers, repeat(low)) if low else numbers


def _put_numbers(out: bytearray, numbers: list[int]) -> None:
    """A column of values: as they are, which is quicker to read, or as differences where those are far smaller."""
    steps = list(map(sub, numbers[1:], numbers))
    (low, high), (least, most) = _ends(numbers), _ends(steps)
    if high - low <= 2 * (most - least):
        out.append(0)
        _put(out, numbers, 0)
    else:
        out.append(1)
        _put(out, steps, numbers[0])


def _get_numbers(body: bytes, at: int, count: int) -> tuple[int, Iterable[float]]:
    if not body[at]:
        at, _, numbers = _get(body, at + 1, count)
        return at, numbers
    at, first, steps = _get(body, at + 1, count - 1)
    return at, accumulate(steps, initial=first)


def _get_times(body: bytes, count: int) -> tuple[int, Sequence[int]]:
    """Numbers that ascend, as most do by even steps."""
    at, first, steps = _get(body, 0, count - 1)
    if isinstance(steps, repeat):
        step = next(steps, 0)
        return at, range(first, first + step * count, step) if step > 0 else [first] * count
    return at, list(accumulate(steps, initial=first))


def _get_values(body: bytes, at: int, count: int, scale: int) -> list[float]:
    """A column of values that `_put_numbers` put: where an offset is one byte, there are few different values, and each is
    made once."""
    if body[at] or body[at + 1] & 15 != 1:
        return divided(_get_numbers(body, at, count)[1], scale)
    begin = at + 2 + (2 << (body[at + 1] >> 4))
    low = array(_SIGNED[body[at + 1] >> 4], body[at + 2 : begin])[1]
    offsets = body[begin : begin + count]
    if len(offsets) != count:
        raise ValueError("a short column")
    return list(map(divided(range(low, low + max(offsets) + 1), scale).__getitem__, offsets))


def _put_doubles(out: bytearray, values: Sequence[float]) -> None:
    bits = array("Q", array("d", values).tobytes()).tolist()
    changed = array("Q", [bits[0], *map(xor, bits[1:], bits)]).tobytes()
    for place in range(8):
        out += changed[place::8]


def _get_doubles(body: bytes, at: int, count: int) -> tuple[int, list[float]]:
    changed = bytearray(8 * count)
    for place in range(8):
        changed[place::8] = body[at + place * count : at + (place + 1) * count]
    bits = accumulate(array("Q", bytes(changed)).tolist(), xor)
    return at + 8 * count, array("d", array("Q", bits).tobytes()).tolist()


def _size(span: int) -> int:
    """0: all equal; else how many of 1, 2, 4, 8 bytes an offset takes, as 1 to 4."""
    return 0 if span == 0 else 1 if span < 1 << 8 else 2 if span < 1 << 16 else 3 if span < 1 << 32 else 4


def _signed(number: int) -> int:
    return 0 if -128 <= number < 128 else 1 if -32768 <= number < 32768 else 2 if -(2**31) <= number < 2**31 else 3
