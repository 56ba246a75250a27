"""Repeatable chance: the same number for the same seed on every machine."""

from __future__ import annotations

import math
import zlib


def noise(seed: int, number: int) -> float:
    """An even, repeatable number in [0, 1) (splitmix64)."""
    x = (seed + (number + 1) * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    x = ((x ^ x >> 27) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return ((x ^ x >> 31) >> 11) / (1 << 53)


def smooth(seed: int, x: float) -> float:
    """A smooth wander in [0, 1): at whole numbers it is `noise`, between them it eases from one to the next."""
    number = math.floor(x)
    part = x - number
    a, b = noise(seed, number), noise(seed, number + 1)
    return a + (b - a) * part * part * (3 - 2 * part)


def slope(seed: int, x: float) -> float:
    """How steep `smooth` is at x: within ±1.5, and 0 at whole numbers."""
    number = math.floor(x)
    part = x - number
    return (noise(seed, number + 1) - noise(seed, number)) * 6 * part * (1 - part)


def seed_of(seed: int, *names: str) -> int:
    """A seed of its own for each thing and point."""
    return seed << 32 ^ zlib.crc32("\x1f".join(names).encode()) * 0x9E3779B1
