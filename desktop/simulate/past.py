"""What the simulated building would have said before it began: history for charts that open on a new demo."""

from __future__ import annotations

from db.telemetry import Telemetry
from desktop.simulate.behaviour import Moment, seed_of, shapes_of, values
from desktop.simulate.building import Size, devices
from desktop.things.loader import load_models

STEP = 20
"""Seconds between two remembered looks at the sensors."""


def remember(telemetry: Telemetry, *, size: Size, seed: int, until: float, hours: float) -> int:
    """Writes the hours before `until` (Unix seconds) as samples, natural values without trouble; returns how many."""
    models = load_models().models
    rows: list[tuple[int, int, float]] = []
    for device in devices(size):
        model = models.get(device.kind)
        if model is None:
            continue
        shapes, own = shapes_of(model), seed_of(seed, device.id)
        kept = [(p.name, p.history == "every") for p, _ in shapes if p.history != "none" and p.type != "string"]
        last: dict[str, float] = {}
        for step in range(int(hours * 3600 / STEP), 0, -1):
            at = until - step * STEP
            now = values(shapes, own, Moment(at, until), {})
            for name, every in kept:
                value = float(now[name])
                # As the field service does: where only changes count, what did not change is not stored again.
                if every or last.get(name) != value:
                    last[name] = value
                    rows.append((telemetry.series_id(device.id, name), round(at * 1000), value))
    telemetry.write(rows)
    return len(rows)
