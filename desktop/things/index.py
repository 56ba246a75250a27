"""An index of a value: a number and a grade that people know better than the reading, as the IAQI of a PM2.5 (HJ 633).

Pure. The steps and grades are data of the thing model (`linli:index`): standards are revised.
"""

from __future__ import annotations

from itertools import pairwise
from math import ceil

from desktop.things.model import Grade, Index

_SLACK = 1e-9
"""So that what is exactly on a step is not rounded up to the next number."""


def index_of(index: Index, value: float) -> tuple[int, Grade]:
    """The index of a value, straight between two steps and rounded up, and its grade. Beyond the steps it is that of the
    first or the last."""
    number = ceil(_between(index, value) - _SLACK)
    return number, next((grade for grade in index.grades if number <= grade.to), index.grades[-1])


def _between(index: Index, value: float) -> float:
    for (low, begins), (high, ends) in pairwise(index.steps):
        if low <= value <= high:
            return begins + (ends - begins) * (value - low) / (high - low)
    nearest = index.steps[0] if value < index.steps[0][0] else index.steps[-1]
    return nearest[1]
