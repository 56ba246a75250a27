"""What may stand under `linli:simulate` in a model or a device's own data: how its points move in the simulator.

A shape may refer to another point of its thing (`follow`, `share`, `when`, `meter`), as long as no two wait for each other.
docs/simulator.md describes each for those who write models; `desktop.things.simulated` reads and checks them, and
`desktop.simulate` makes values of them.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from desktop.things.model import Value

Positive = Annotated[float, Meta(gt=0)]
Hour = Annotated[float, Meta(ge=0, lt=24)]
Part = Annotated[float, Meta(ge=0, le=1)]
Clock24 = Annotated[str, Meta(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shape holds only while another point has this value."""

    point: str
    equals: Value


class Shape(msgspec.Struct, frozen=True, kw_only=True, tag_field="shape", forbid_unknown_fields=True):
    """What every shape may have: `otherwise` is the value while `when` does not hold."""

    when: When | None = None
    otherwise: Value = 0


class Constant(Shape, frozen=True, tag="constant"):
    value: Value


class Walk(Shape, frozen=True, tag="walk"):
    """Wanders smoothly between `low` and `high`, to a new goal every `period` seconds."""

    low: float
    high: float
    period: Positive


class Hours(Shape, frozen=True, kw_only=True):
    """When in a day something is high: at the hour `peak`, or at several `peaks` with valleys between them."""

    peak: Hour | None = None
    peaks: tuple[Hour, ...] = ()

    def __post_init__(self) -> None:
        given = self.peaks if self.peak is None else (self.peak, *self.peaks)
        if not given or (self.peak is not None and self.peaks):
            raise ValueError("one of peak and peaks is needed")
        if len(set(given)) != len(given):
            raise ValueError("two peaks at one hour")

    @property
    def hours(self) -> tuple[float, ...]:
        return self.peaks if self.peak is None else (self.peak,)


class Daily(Hours, frozen=True, kw_only=True, tag="daily"):
    """A day's curve from `low` to `high`, with so much noise on it (which a meter does not count).

    `weekend` multiplies Saturdays and Sundays; `season` is by how much midsummer lies above the year's mean (0.3) or
    below it (-0.3); `vary` by how much one day differs from the next. The three are shares of the curve.
    """

    low: float
    high: float
    noise: float = 0.0
    weekend: Annotated[float, Meta(ge=0, le=2)] = 1.0
    season: Annotated[float, Meta(ge=-0.9, le=0.9)] = 0.0
    vary: Part = 0.0

    def __post_init__(self) -> None:
        Hours.__post_init__(self)
        if min(1.0, self.weekend) - abs(self.season) - 1.5 * self.vary < -1e-9:
            raise ValueError("weekend, season and vary could make it negative together")


class Daylight(Shape, frozen=True, tag="daylight"):
    """Follows the sun: 0 at night, never over `high`, brighter and longer in summer (`season`), with dull days (`vary`)."""

    high: Positive
    season: Annotated[float, Meta(ge=0, le=0.3)] = 0.2
    vary: Annotated[float, Meta(ge=0, le=0.45)] = 0.45


class Rain(Shape, frozen=True, tag="rain"):
    """Rains once in `every` hours, for `lasts` hours, up to `high`: some rains are heavy, some hardly wet the ground."""

    every: Positive
    lasts: Positive
    high: Positive

    def __post_init__(self) -> None:
        if self.lasts >= self.every:
            raise ValueError("it rains for less than every so many hours")


class Occupancy(Hours, frozen=True, kw_only=True, tag="occupancy"):
    """Taken or free: for each `hold` seconds `on` with a chance that goes from `low` to `high` over the day."""

    low: Part
    high: Part
    hold: Positive
    on: Value = True
    off: Value = False


class Square(Shape, frozen=True, tag="square"):
    """`on` for the share `duty` of each period; every thing at its own time unless `phase` says when. With `people` its
    shorter part comes only as often as people are about: by day each time, deep in the night hardly ever."""

    period: Positive
    duty: Part
    phase: float | None = None
    people: bool = False
    on: Value = True
    off: Value = False


class Counter(Shape, frozen=True, tag="counter"):
    """Only ever grows, from about `start`; begins anew after `reset` hours where something sets it back (a calibration).
    With `during` it grows only while that point is on (or is what it `equals`), as hours of running."""

    per_hour: Annotated[float, Meta(ge=0)] = field(name="perHour")
    start: float = 0.0
    reset: Positive | None = None
    during: str = ""
    equals: Value = True

    def __post_init__(self) -> None:
        if self.during and self.reset is not None:
            raise ValueError("during and reset do not go together")
        if self.equals is not True and not self.during:
            raise ValueError("equals needs a during")


class Meter(Shape, frozen=True, tag="meter"):
    """Counts what flows at the point `of` (a rate an hour: kW makes kWh), times `by`; the curve of `of` must be `constant`,
    `daily`, `daylight`, `rain`, or a `share` of one of these."""

    of: str
    by: Positive = 1.0
    start: float = 0.0
    span: Positive | Literal["today"] | None = None
    """Instead of all that ever flowed, what flowed since local midnight or in the last so many hours."""


class Choice(Shape, frozen=True, tag="choice"):
    """One of `values` for `hold` seconds, then perhaps another; a value named twice comes twice as often. With `people` the
    first is what there is where nobody is about."""

    values: Annotated[tuple[Value, ...], Meta(min_length=1)]
    hold: Positive
    people: bool = False


class Schedule(Shape, frozen=True, tag="schedule"):
    """On between two local times of the day, over midnight too."""

    start: Clock24 = field(name="from")
    end: Clock24 = field(name="to")
    on: Value = True
    off: Value = False


class Follow(Shape, frozen=True, tag="follow"):
    """`on` while another point equals a value, or is at least `above`."""

    point: str
    equals: Value | None = None
    above: float | None = None
    on: Value = True
    off: Value = False

    def __post_init__(self) -> None:
        if (self.equals is None) == (self.above is None):
            raise ValueError("exactly one of equals and above is needed")


class Share(Shape, frozen=True, tag="share"):
    """A multiple of another point, as a current of a power."""

    of: str
    by: float
    noise: float = 0.0


class Sum(Shape, frozen=True, tag="sum"):
    """Other points together, times `by`, as what a board draws is what its feeders draw."""

    of: Annotated[tuple[str, ...], Meta(min_length=1)]
    by: float = 1.0


class Sump(Shape, frozen=True, tag="sump"):
    """The level of a pit that fills evenly from `low` to `high` and is pumped out in the last `pumping` seconds of each
    `period`."""

    low: float
    high: float
    period: Positive
    pumping: Positive

    def __post_init__(self) -> None:
        if self.pumping >= self.period:
            raise ValueError("pumping takes less than the period")


class Pumped(Shape, frozen=True, tag="pumped"):
    """Whether the `pump`-th (from 1) of a sump's pumps runs, which take turns: at the end of its period, and whenever the
    level `of` is at least `above`."""

    of: str
    above: float
    period: Positive
    pumping: Positive
    pump: Annotated[int, Meta(ge=1)] = 1
    pumps: Annotated[int, Meta(ge=1)] = 1


class Trip(Shape, frozen=True, tag="trip"):
    """One aspect of a lift's journeys: every `period` seconds it goes to another floor, 2 s a floor."""

    part: Literal["floor", "direction", "moving", "door_zone", "door_closed", "occupied"]
    lowest: int
    highest: int
    period: Annotated[float, Meta(ge=30)]


Written = (
    Constant | Walk | Daily | Daylight | Rain | Occupancy | Square | Counter | Meter | Choice | Schedule | Follow | Share
    | Sum | Sump | Pumped | Trip
)  # fmt: skip
"""What a file may say."""


class EventRate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often an event comes, and what each field of its data may hold."""

    per_hour: Annotated[float, Meta(ge=0)] = field(name="perHour")
    data: dict[str, Annotated[tuple[Value, ...], Meta(min_length=1)]] = field(default_factory=dict)
