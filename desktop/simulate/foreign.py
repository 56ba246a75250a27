"""Devices nobody here wrote: they speak Home Assistant discovery as Zigbee2MQTT, Tasmota and ESPHome publish it.

What they say is data (`resources/sample/foreign.json`), in the shapes the firmwares document: Zigbee2MQTT 2 with full
keys, a list of availability topics and JSON states; Tasmota with `SetOption19 1`, abbreviated keys and its LWT, STATE and
SENSOR topics; ESPHome with abbreviated keys, one raw state a topic and its `status` topic. In a payload, `"$name"`
stands for a simulated value and `"$time"` for the local time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from desktop.simulate.behaviour import Moment, values
from desktop.simulate.curves import OFFSET
from desktop.simulate.noise import seed_of
from desktop.simulate.publisher import Message
from desktop.simulate.shapes import shapes_of
from desktop.things.model import Point, ThingModel, Value
from resources.loader import folder, load

_encode = msgspec.json.Encoder().encode


class _Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    topic: str
    payload: Any
    """JSON, or a bare word that is sent as it is."""


class _Signal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: Literal["boolean", "integer", "number", "string"]
    simulate: dict[str, object]
    decimals: int = 0


class _Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    interval: Annotated[float, Meta(gt=0)]
    descriptions: tuple[_Template, ...]
    online: tuple[_Template, ...]
    offline: tuple[_Template, ...]
    reports: tuple[_Template, ...]
    values: dict[str, _Signal]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    devices: tuple[_Form, ...]


class ForeignDevice:
    """One device of another maker. Its descriptions and its availability are retained, its values are not."""

    def __init__(self, form: _Form, seed: int) -> None:
        self.id = form.id
        self.interval = form.interval
        self._form = form
        self._seed = seed_of(seed, form.id)
        points = tuple(
            Point(name=name, title={"zh": name}, type=signal.type, decimals=signal.decimals, simulate=signal.simulate)
            for name, signal in form.values.items()
        )
        self._shapes = shapes_of(ThingModel(kind=form.id, title={"zh": form.id}, points=points), self._seed)

    def announce(self) -> list[Message]:
        return [_message(one, {}, retain=True) for one in (*self._form.descriptions, *self._form.online)]

    def farewell(self) -> list[Message]:
        return [_message(one, {}, retain=True) for one in self._form.offline]

    def report(self, at: float) -> list[Message]:
        """All its values at a time (Unix seconds)."""
        local = datetime.fromtimestamp(at, UTC) + timedelta(seconds=OFFSET)
        now: dict[str, Value] = {"time": local.strftime("%Y-%m-%dT%H:%M:%S")}
        now.update(values(self._shapes, self._seed, Moment(at), {}))
        return [_message(one, now, retain=False) for one in self._form.reports]


def foreign_devices(seed: int, file: Path | None = None) -> tuple[ForeignDevice, ...]:
    """The devices of other makers in the sample community. Raises DataFileError or ValueError for a mistake."""
    forms = load(file or folder("sample", "foreign.json"), _File).devices
    return tuple(ForeignDevice(form, seed) for form in forms)


def _message(template: _Template, now: Mapping[str, Value], *, retain: bool) -> Message:
    payload = _filled(template.payload, now)
    if isinstance(payload, (dict, list)):
        return Message(template.topic, _encode(payload), retain)
    return Message(template.topic, str(payload).encode(), retain)


def _filled(part: Any, now: Mapping[str, Value]) -> Any:
    if isinstance(part, dict):
        return {key: _filled(value, now) for key, value in part.items()}
    if isinstance(part, list):
        return [_filled(value, now) for value in part]
    if isinstance(part, str) and part.startswith("$"):
        return now[part[1:]]
    return part
