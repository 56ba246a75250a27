"""A past for the pages' still field: what pumps and sumps said, a minute at a time."""

from __future__ import annotations

import math

from db.rollup import Band
from desktop.things.model import Reading
from tests.ui.pages import PUMP, SUMP, Site

SILENT = 40 * 60.0, 55 * 60.0
"""Seconds before now between which the pumps said nothing."""


class Past:
    """Answers as the field's history does; remembers what was asked."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.asked: list[tuple[str, str, float, float]] = []

    def bands(self, thing_id: str, point: str, since: float, until: float, most: int = 500) -> list[Band]:
        self.asked.append((thing_id, point, since, until))
        if (thing_id, point) not in ((PUMP, "pressure"), (PUMP, "level"), (SUMP, "level")):
            return []
        step = max(60.0, (until - since) / most // 60 * 60)
        found = []
        at = since // step * step
        while at <= min(until, self.now - 60):
            if not (thing_id == PUMP and SILENT[0] < self.now - at < SILENT[1]):
                base, swing = {"pressure": (0.45, 0.04)}.get(point, (300.0, 120.0) if thing_id == SUMP else (72.0, 9.0))
                mean = base + swing * math.sin((at - self.now) / 2400 + 0.25)
                found.append(Band(round(at * 1000), mean - swing / 8, mean + swing / 6, mean, mean, 12))
            at += step
        return found

    def last_before(self, thing_id: str, point: str, at: float) -> tuple[float, float] | None:
        return (self.now - 90_000.0, 1.0) if point == "pump1_running" else None


def remember(site: Site) -> Past:
    """Gives the site its past, and a present that fits it."""
    now = site.clock.now().timestamp()
    past = Past(now)
    site.still.bands = past.bands  # type: ignore[method-assign]
    site.still.last_before = past.last_before  # type: ignore[method-assign]
    for thing_id, online in ((PUMP, True), (SUMP, False)):
        thing, slot = site.still.known[thing_id]
        site.still.values[slot] = Reading(online, "good", now - 7200)
        for n, point in enumerate(thing.model.points):
            value = {"pressure": 0.46, "level": 74.2, "pump1_running": True}.get(point.name)
            if value is not None:
                ago = 2.0 if online else 7200.0
                site.still.values[slot + 1 + n] = Reading(value, "good", now - ago)
    return past
