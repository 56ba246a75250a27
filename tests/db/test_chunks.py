"""Chunks come back as they went in, roll-ups merge as a plain recomputation does, and damage is told."""

from __future__ import annotations

import math
import struct
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.chunks import pack_bands, pack_samples, scaled, unpack_bands, unpack_samples, unpack_scaled
from db.errors import StoreError
from db.rollup import DAY, MINUTE, Band, Columns, joined, merged, of_samples

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SENSOR = st.integers(-(10**7), 10**7).flatmap(lambda n: st.sampled_from([n, n / 10, n / 100, n / 1000, n / 10**6]))
VALUES = st.one_of(
    st.lists(FLOATS, min_size=1, max_size=40),
    st.lists(SENSOR.map(float), min_size=1, max_size=300),
    st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=300),
    st.lists(st.sampled_from([1e300, -1.7e308, 5e-324, 0.1, 2.0**53, 2.0**53 + 2, 1e15 / 7]), min_size=1, max_size=20),
)
STEPS = st.one_of(st.just(1000), st.integers(990, 1010), st.integers(1, 10**9))


@st.composite
def samples(draw: st.DrawFn) -> tuple[list[int], list[float]]:
    values = draw(VALUES)
    steps = draw(st.lists(STEPS, min_size=len(values) - 1, max_size=len(values) - 1))
    return list(accumulate(steps, initial=draw(st.integers(0, 2**41)))), values


@given(samples())
def test_samples_come_back_exactly(given_samples: tuple[list[int], list[float]]) -> None:
    times, values = unpack_samples(pack_samples(*given_samples))
    assert (list(times), values) == given_samples


@given(samples(), st.integers(1, 5 * MINUTE))
def test_roll_ups_come_back_and_are_what_a_plain_recomputation_says(
    given_samples: tuple[list[int], list[float]], width: int
) -> None:
    times, values = given_samples
    rolled = merged(of_samples(times, values), width)
    plain: dict[int, list[float]] = {}
    for t, v in zip(times, values, strict=True):
        plain.setdefault(t // width * width, []).append(v)
    assert rolled.at == sorted(plain)
    numbers = [n + 7 for n in range(len(rolled.at))]
    back_numbers, back = unpack_bands(pack_bands(numbers, rolled))
    assert back_numbers == numbers
    for columns in (rolled, back._replace(at=rolled.at)):
        for band in columns.bands():
            of = plain[band.at_ms]
            assert (band.low, band.high, band.last, band.count) == (min(of), max(of), of[-1], len(of))
            scale = max(map(abs, of)) or 1.0
            assert math.isclose(
                band.mean, math.fsum(v / len(of) for v in of), rel_tol=1e-9, abs_tol=1e-12 * scale + 1e-320
            )


@given(samples())
def test_merging_merged_bands_is_merging_the_samples(given_samples: tuple[list[int], list[float]]) -> None:
    shift = 5 * 60 * MINUTE + 45 * MINUTE + DAY  # Nepal's
    raw = of_samples(*given_samples)
    by_steps = merged(merged(merged(raw, MINUTE), 15 * MINUTE), DAY, shift).bands()
    at_once = merged(raw, DAY, shift).bands()
    for a, b in zip(by_steps, at_once, strict=True):
        assert (a.at_ms, a.low, a.high, a.last, a.count) == (b.at_ms, b.low, b.high, b.last, b.count)
        assert math.isclose(a.mean, b.mean, rel_tol=1e-9, abs_tol=1e-12 * max(abs(b.low), abs(b.high)) + 1e-320)


@given(
    st.lists(SENSOR.map(float), min_size=1, max_size=60),
    st.sampled_from([10_000, MINUTE, 15 * MINUTE]),
    st.integers(1, 9),
    st.integers(0, MINUTE),
    st.lists(st.integers(0, 59), max_size=3),
)
def test_integers_of_a_scale_merge_as_the_values_do(
    values: list[float], step: int, each: int, begin: int, gaps: list[int]
) -> None:
    """Whether buckets follow on each other or some are missing, and wherever in a band the first stands."""
    times = [begin + n * step for n in range(len(values))]
    kept = [i for i in range(len(values)) if i not in gaps] or [0]
    numbers = [round(value * 10**6) for value in values]
    plain = merged(of_samples(times, [n / 10**6 for n in numbers]).take(kept), each * step, DAY)
    whole = merged(of_samples(times, [*numbers], 10**6).take(kept), each * step, DAY)
    assert whole.scale == 10**6
    for a, b in zip(plain.bands(), whole.bands(), strict=True):
        assert (a.at_ms, a.low, a.high, a.last, a.count) == (b.at_ms, b.low, b.high, b.last, b.count)
        assert math.isclose(a.mean, b.mean, rel_tol=1e-9, abs_tol=1e-9)


@given(samples(), samples())
def test_parts_of_different_scales_are_joined_as_values(one: tuple[list[int], list[float]], two: Any) -> None:
    parts = [unpack_scaled(pack_samples(*each)) for each in (one, two)]
    joint = joined(of_samples([*times], values, scale) for times, values, scale in parts)
    times, values = [*one[0], *two[0]], [*one[1], *two[1]]
    order = sorted(range(len(times)), key=times.__getitem__)
    assert [(band.at_ms, band.last) for band in joint.bands()] == [(times[i], values[i]) for i in order]


def test_parts_are_joined_in_order_of_time() -> None:
    late, early = of_samples([5, 9], [5.0, 9.0]), of_samples([1, 7], [1.0, 7.0])
    assert joined([late, Columns([], [], [], [], [], []), early]).at == [1, 5, 7, 9]
    assert joined([]).bands() == []
    assert joined([early]).bands() == [Band(1, 1.0, 1.0, 1.0, 1.0, 1), Band(7, 7.0, 7.0, 7.0, 7.0, 1)]


def test_the_fewest_decimals_are_found() -> None:
    assert scaled([1.0, 2.5, 3.25]) == (2, [100, 250, 325])
    assert scaled([0.1, 0.1234567]) is None
    assert scaled([1.0, 1e16]) is None
    assert scaled([1.0, math.pi, 2.0]) is None


def test_typical_chunks_are_small() -> None:
    times = [1_795_000_000_000 + 1000 * n + n * n % 7 for n in range(240)]
    onoff = [float(n // 37 % 2) for n in range(240)]
    wave = [round(20 + 3 * math.sin(n / 20) + (n * 7919 % 11) / 20, 2) for n in range(240)]
    assert len(pack_samples(times, onoff)) < 1.5 * 240
    assert len(pack_samples(times, wave)) < 3 * 240


@pytest.mark.parametrize("spoilt", [b"", b"\x01\x00\x05\x00junk", b"\x00\xff\x05\x00\x01", b"\x07" * 40])
def test_a_spoilt_chunk_is_told_as_damage(spoilt: bytes) -> None:
    for unpack in (unpack_samples, unpack_bands):
        with pytest.raises(StoreError) as told:
            unpack(spoilt)
        assert told.value.reason == "damaged"


def test_a_cut_chunk_is_told_as_damage() -> None:
    whole = pack_samples(list(range(0, 240_000, 1000)), [math.sin(n) for n in range(240)])
    for cut in (len(whole) - 1, len(whole) // 2, struct.calcsize("<BBH")):
        with pytest.raises(StoreError):
            unpack_samples(whole[:cut])
