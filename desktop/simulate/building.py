"""Which devices the simulated community has: `resources/sample/devices.toml`, written out for a size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from resources.loader import folder, load

Size = Literal["small", "estate", "district"]


@dataclass(frozen=True, slots=True)
class Device:
    """A simulated device of a kind that has a thing model."""

    id: str
    kind: str
    name: str
    place: str
    maker: str
    parent: str = ""
    """The id of the gateway it speaks through: when that is silent, so is this."""
    use: str = ""
    """What a meter's consumption is for, as "lighting" or "supply"."""
    total: bool = False
    """Meters what all others of its kind meter together, and the loss."""
    simulate: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Shapes of its own, by point, before those of its model."""


class _Extent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    buildings: Annotated[int, Meta(ge=1)]
    units: Annotated[int, Meta(ge=1)]


class _Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    per: Literal["once", "building", "unit"]
    id: str
    name: str
    place: str
    maker: str
    parent: str = ""
    use: str = ""
    total: bool = False
    simulate: dict[str, dict[str, object]] = {}
    sizes: tuple[Size, ...] = ("small", "estate", "district")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    sizes: dict[Size, _Extent]
    device: tuple[_Template, ...]


def devices(size: Size, file: Path | None = None) -> tuple[Device, ...]:
    """The devices of a community of this size: about 150 things in a small one, over 5,000 points in an estate, over
    50,000 in a district. Raises DataFileError for a mistake in the file."""
    plan = load(file or folder("sample", "devices.toml"), _File)
    extent = plan.sizes[size]
    return tuple(
        _device(template, building, unit)
        for template in plan.device
        if size in template.sizes
        for building, unit in _where(template, extent)
    )


def _where(template: _Template, extent: _Extent) -> list[tuple[int, int]]:
    if template.per == "once":
        return [(0, 0)]
    units = range(1, extent.units + 1) if template.per == "unit" else range(1)
    return [(building, unit) for building in range(1, extent.buildings + 1) for unit in units]


def _device(template: _Template, building: int, unit: int) -> Device:
    return Device(
        id=template.id.format(building=building, unit=unit),
        kind=template.kind,
        name=template.name.format(building=building, unit=unit),
        place=template.place.format(building=building, unit=unit),
        maker=template.maker,
        parent=template.parent.format(building=building, unit=unit),
        use=template.use,
        total=template.total,
        simulate=template.simulate,
    )
