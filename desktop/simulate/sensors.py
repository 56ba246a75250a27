"""What the devices of a community measure: each one's shapes, and the supply meters that count what the others count."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from desktop.simulate.behaviour import Moment, values
from desktop.simulate.building import Device
from desktop.simulate.noise import noise, seed_of
from desktop.simulate.shapes import Shapes, Total, shapes_of, source_of
from desktop.things.model import ThingModel, Value
from desktop.things.shapes import Meter
from desktop.things.simulated import ShapeMistake, written

log = logging.getLogger(__name__)

LOSS = (0.02, 0.04)
"""Between what share of the metered consumption is lost on the way from the supply meter to the others (our own figure: a
community whose loss is over 5 % has something to look for)."""


class Sensors:
    """One device's. Raises ValueError at its making for shapes that are none."""

    def __init__(self, device: Device, model: ThingModel, seed: int, totals: Mapping[str, Total] | None = None) -> None:
        self.device = device
        self.model = model
        self.seed = seed_of(seed, device.id)
        self.shapes: Shapes = shapes_of(model, self.seed, device.simulate, totals)

    def values(
        self, at: float, forced: Mapping[str, Value] | None = None, more: Mapping[str, float] | None = None
    ) -> dict[str, Value]:
        """Every point's value at a time (Unix seconds); see `behaviour.values`."""
        return values(self.shapes, self.seed, Moment(at), forced or {}, more)


def fleet(devices: Iterable[Device], models: Mapping[str, ThingModel], seed: int) -> tuple[Sensors, ...]:
    """The sensors of all devices whose kind has a model; a device of another kind is not simulated, and one whose own
    shapes are none is told and left out."""
    known = [device for device in devices if device.kind in models and _readable(device, models[device.kind])]
    return tuple(
        Sensors(device, models[device.kind], seed, _totals(device, known, models, seed) if device.total else None)
        for device in known
    )


def _readable(device: Device, model: ThingModel) -> bool:
    try:
        written(model.points, device.simulate)
    except ShapeMistake as mistake:
        log.warning("%s is not simulated: %s", device.id, mistake)
        return False
    return True


def _totals(total: Device, devices: Iterable[Device], models: Mapping[str, ThingModel], seed: int) -> dict[str, Total]:
    """What flows at the points that the meters of a supply device count."""
    model = models[total.kind]
    counted = {shape.of for shape in written(model.points, total.simulate).values() if isinstance(shape, Meter)}
    parts = [device for device in devices if device.kind == total.kind and not device.total]
    low, high = LOSS
    loss = low + (high - low) * noise(seed_of(seed, total.id, "loss"), 0)
    return {
        name: Total(
            tuple(source_of(name, written(model.points, one.simulate), seed_of(seed, one.id), {}) for one in parts),
            loss,
        )
        for name in counted
    }
