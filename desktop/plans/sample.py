"""The sample community's drawing, with some of its devices on it. Data: `resources/sample/plan.svg` and `plan.toml`."""

from __future__ import annotations

import msgspec

from desktop.plans.pictures import check
from desktop.plans.service import Plans
from desktop.security.principal import Principal
from resources.loader import folder, load

NAME = "总平面图"


class PinsFile(msgspec.Struct, forbid_unknown_fields=True):
    """Positions by thing, in the drawing's own units."""

    pins: dict[str, tuple[float, float]]


def draw_sample(plans: Plans, who: Principal) -> None:
    """Puts the drawing of the whole community into an office's store. Raises NotAllowed."""
    data = folder("sample", "plan.svg").read_bytes()
    size = check(data)
    pins = load(folder("sample", "plan.toml"), PinsFile).pins
    plan = plans.add(who, None, NAME, data)
    plans.put_all(who, plan.id, {thing: (x / size.width, y / size.height) for thing, (x, y) in pins.items()})
