"""What flows at a time, and how much has flowed since the beginning, of the shapes that a meter can count.

Both are closed forms of the time, so that a meter's reading at any time costs the same. A day has a fixed outline; `done`
says how much of it has passed by a time, in days: 20,000.5 when half of the day's amount is through. The amount since the
beginning is a smooth function of `done` (`_amount`), the flow is its derivative (`_factor`) times the outline. So the
one is exactly the integral of the other, whatever the weekday, the season or the luck of the day.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache
from itertools import pairwise

from desktop.simulate.noise import noise, slope, smooth
from desktop.simulate.shapes import Source, Total
from desktop.things.shapes import Constant, Daily, Daylight, Hours, Occupancy, Rain

DAY = 86_400
OFFSET = 8 * 3_600
"""Beijing time, in which people sleep and lights go on."""
EPOCH = 1_735_660_800.0
"""2025-01-01 00:00 in Beijing, in Unix seconds: when every meter was put in."""
YEAR = 365.25
SUMMER = 200.0
"""Days from New Year to the hottest day, 20 July; the longest day is a month before."""
SOLSTICE = 171.0
STIRRING = 0.723
"""The mean of `stirring` over a day."""
NOON = 12.2
"""The sun's highest hour by the clock of Beijing, at 117° east (Hangzhou a little earlier, Wuhan a little later)."""


def flow(source: Source, at: float) -> float:
    """What flows at a time (Unix seconds), in units an hour."""
    curve = source.curve
    match curve:
        case Constant():
            rate = float(curve.value)
        case Daily():
            rate = daily(curve, source.seed, at)
        case Daylight():
            rate = daylight(curve, source.seed, at)
        case Rain():
            rate = rain(curve, source.seed, at)
        case Total():
            rate = (1 + curve.loss) * sum(flow(part, at) for part in curve.sources)
    return rate * source.by


def counted(source: Source, at: float) -> float:
    """What has flowed from EPOCH to a time (Unix seconds), in units; below 0 for a time before."""
    return _flowed(source, at) - _at_epoch(source)


@lru_cache(maxsize=4096)
def _at_epoch(source: Source) -> float:
    return _flowed(source, EPOCH)


def _flowed(source: Source, at: float) -> float:
    curve, seed = source.curve, source.seed
    match curve:
        case Constant():
            amount = float(curve.value) * at / 3600
        case Daily():
            whole = _area(curve)
            day, hour = _local(at)
            amount = whole * _amount(seed, day + _passed(curve, hour) / whole, curve.weekend, curve.season, curve.vary)
        case Daylight():
            day, hour = _local(at)
            amount = _bright(curve) * _amount(seed, day + _sun_passed(day, hour), 1.0, curve.season, curve.vary)
        case Rain():
            slot, begins, heavy = _rain(curve, seed, at)
            part = min(max((at / 3600 - begins) / curve.lasts, 0.0), 1.0)
            fallen = part - math.sin(math.tau * part) / math.tau
            amount = curve.high / 1.8 * curve.lasts / 2 * (slot + 0.8 * noise(seed, slot) + heavy * fallen)
        case Total():
            amount = (1 + curve.loss) * sum(_flowed(part, at) for part in curve.sources)
    return amount * source.by


def daily(curve: Daily, seed: int, at: float) -> float:
    """The day's curve at a time, without its noise."""
    day, hour = _local(at)
    outline = curve.low + (curve.high - curve.low) * bumps(curve, hour)
    if curve.weekend == 1 and curve.season == 0 and curve.vary == 0:
        return outline
    # A curve that goes below zero has no amount: the clock stands in for it.
    done = day + (_passed(curve, hour) / _area(curve) if curve.low >= 0 and curve.high > 0 else hour / 24)
    return outline * _factor(seed, done, curve.weekend, curve.season, curve.vary)


def daylight(curve: Daylight, seed: int, at: float) -> float:
    """The sun at a time: an arch from its rise to its set."""
    day, hour = _local(at)
    half = _half_day(day)
    if abs(hour - NOON) >= half:
        return 0.0
    arch = math.cos((hour - NOON) / half * math.pi / 2) * math.pi / 4 / half
    done = day + _sun_passed(day, hour)
    return _bright(curve) * arch * _factor(seed, done, 1.0, curve.season, curve.vary)


def rain(curve: Rain, seed: int, at: float) -> float:
    """How hard it rains at a time."""
    _, begins, heavy = _rain(curve, seed, at)
    part = (at / 3600 - begins) / curve.lasts
    if not 0 < part < 1:
        return 0.0
    return curve.high / 1.8 * heavy * math.sin(math.pi * part) ** 2


def stirring(at: float) -> float:
    """Which share of those who are about by day is about at a time: everybody from 7:30 to 21:30, and one in twenty in the
    hours before five. Our own figure."""
    _, hour = _local(at)
    hour += 24 if hour < 5 else 0
    part = min(max((hour - 5) / 2.5, 0.0), 1.0) * min(max((25 - hour) / 3.5, 0.0), 1.0)
    return 0.05 + 0.95 * part * part * (3 - 2 * part)


def bumps(curve: Daily | Occupancy, hour: float) -> float:
    """The outline of a day, 0 to 1: one bump at each peak, wide enough to end where the nearest begins."""
    width = _width(curve)
    total = 0.0
    for peak in curve.hours:
        off = abs((hour - peak + 12) % 24 - 12)
        if off < width:
            total += 0.5 + 0.5 * math.cos(math.pi * off / width)
    return total


def _width(curve: Hours) -> float:
    """Half the width of a bump, in hours."""
    hours = sorted(curve.hours)
    return min(later - sooner for sooner, later in pairwise((*hours, hours[0] + 24))) / 2


def _area(curve: Daily) -> float:
    """What flows on an average working day."""
    return 24 * curve.low + (curve.high - curve.low) * len(curve.hours) * _width(curve)


def _passed(curve: Daily, hour: float) -> float:
    """What has flowed since midnight on an average working day."""
    width = _width(curve)
    under = sum(
        _bump_passed(hour, peak + turn, width) - _bump_passed(0.0, peak + turn, width)
        for peak in curve.hours
        for turn in (-24, 0, 24)
        if peak + turn + width > 0 and peak + turn - width < 24
    )
    return curve.low * hour + (curve.high - curve.low) * under


def _bump_passed(hour: float, peak: float, width: float) -> float:
    off = min(max(hour - peak, -width), width)
    return 0.5 * (off + width) + 0.5 * width / math.pi * math.sin(math.pi * off / width)


def _bright(curve: Daylight) -> float:
    """A mean day's amount: such that no moment of any day goes beyond `high`."""
    return curve.high / _brightest(curve.season, curve.vary) * 4 / math.pi


@cache
def _brightest(season: float, vary: float) -> float:
    days = range(math.ceil(YEAR))
    return max((1 + season * math.cos(math.tau * (d - SUMMER) / YEAR) + 1.5 * vary) / _half_day(d) for d in days)


def _half_day(day: float) -> float:
    """Hours from the sun's highest to its set, at 30° north (10.2 to 14 hours of day)."""
    return 6.05 + 0.95 * math.cos(math.tau * (day - SOLSTICE) / YEAR)


def _sun_passed(day: int, hour: float) -> float:
    half = _half_day(day)
    off = min(max((hour - NOON) / half, -1.0), 1.0)
    return 0.5 + 0.5 * math.sin(off * math.pi / 2)


def _rain(curve: Rain, seed: int, at: float) -> tuple[int, float, float]:
    """The number of the rain around a time, the hour it begins, and how heavy it is (0.2 to 1.8)."""
    slot = math.floor(at / 3600 / curve.every)
    begins = slot * curve.every + noise(seed ^ 1, slot) * (curve.every - curve.lasts)
    return slot, begins, 1 + 0.8 * (noise(seed, slot + 1) - noise(seed, slot))


def _factor(seed: int, done: float, weekend: float, season: float, vary: float) -> float:
    """By how much the curve differs from an average working day's; never below 0, as the shapes assure."""
    factor = weekend if _weekday(math.floor(done)) >= 5 else 1.0
    if season:
        factor += season * math.cos(math.tau * (done - SUMMER) / YEAR)
    if vary:
        # Half of it from day to day, half within the day.
        factor += vary * (slope(seed, done) + slope(seed ^ 1, 8 * done)) / 2
    return factor


def _amount(seed: int, done: float, weekend: float, season: float, vary: float) -> float:
    """The integral of `_factor` over `done`, up to a constant."""
    day = math.floor(done)
    # Day 4 was a Monday.
    weeks, weekday = divmod(day - 4, 7)
    amount = weeks * (5 + 2 * weekend) + min(weekday, 5) + max(weekday - 5, 0) * weekend
    amount += (done - day) * (weekend if weekday >= 5 else 1.0)
    if season:
        amount += season * YEAR / math.tau * math.sin(math.tau * (done - SUMMER) / YEAR)
    if vary:
        amount += vary * (smooth(seed, done) + smooth(seed ^ 1, 8 * done) / 8) / 2
    return amount


def _weekday(day: int) -> int:
    """0 is Monday."""
    return (day + 3) % 7


def _local(at: float) -> tuple[int, float]:
    """The local day's number (since 1970) and the hour in it."""
    day, second = divmod(at + OFFSET, DAY)
    return int(day), second / 3600
