"""Samples of one point, thinned for drawing: per pixel column the first, least, greatest and last."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Sequence

Sample = tuple[float, float]
"""Unix seconds and value."""


def runs(samples: Sequence[Sample], gap: float) -> list[Sequence[Sample]]:
    """Cut where two samples lie more than `gap` seconds apart: a line across would tell what nobody saw."""
    cuts = [0]
    cuts += [n for n in range(1, len(samples)) if samples[n][0] - samples[n - 1][0] > gap]
    cuts.append(len(samples))
    return [samples[start:end] for start, end in itertools.pairwise(cuts) if end > start]


def thin(samples: Sequence[Sample], since: float, until: float, columns: int) -> list[Sample]:
    """At most four samples a column, so that no peak is lost however many there are. Also where there are few: ten a second
    since a minute ago stand on a handful of pixels, and a line to and fro between them costs most to draw."""
    if len(samples) <= 4 or until <= since or columns < 1:
        return list(samples)
    width = (until - since) / columns
    kept: list[Sample] = []
    start = 0
    while start < len(samples):
        edge = since + (int((samples[start][0] - since) // width) + 1) * width
        end = max(start + 1, bisect_left(samples, (edge,), start))
        bucket = samples[start:end]
        least, greatest = min(bucket, key=_value), max(bucket, key=_value)
        kept.extend(sorted({bucket[0], least, greatest, bucket[-1]}))
        start = end
    return kept


def stepped(samples: Sequence[Sample]) -> list[Sample]:
    """A value that is stored only when it changes holds until the next: corners instead of slopes."""
    corners: list[Sample] = []
    for at, value in samples:
        if corners:
            corners.append((at, corners[-1][1]))
        corners.append((at, value))
    return corners


def nearest(samples: Sequence[Sample], at: float) -> Sample | None:
    """The sample closest in time."""
    if not samples:
        return None
    n = bisect_left(samples, (at,))
    around = samples[max(0, n - 1) : n + 1]
    return min(around, key=lambda sample: abs(sample[0] - at))


def nice_range(low: float, high: float) -> tuple[float, float, float]:
    """(from, to, step) that covers low … high with steps of 1, 2 or 5 times a power of ten, at most five of them."""
    if high - low < 1e-9:
        pad = max(abs(high) * 0.1, 0.5)
        # What is never below nothing is not drawn as if it could be.
        low, high = max(low - pad, 0.0) if low >= 0 else low - pad, high + pad
    raw = (high - low) / 4
    power = 10.0 ** _exponent(raw)
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * 0.999)
    return (low // step) * step, -((-high) // step) * step, step


def _exponent(value: float) -> int:
    exponent = 0
    while value >= 10:
        value /= 10
        exponent += 1
    while value < 1:
        value *= 10
        exponent -= 1
    return exponent


def _value(sample: Sample) -> float:
    return sample[1]
