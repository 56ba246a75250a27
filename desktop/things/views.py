"""What screens see of a thing: the device's own description merged with the office's card."""

from __future__ import annotations

from dataclasses import dataclass

from desktop.things.model import Thing


@dataclass(frozen=True, slots=True)
class ThingView:
    """A thing as the console shows it. The office's name and place go before the device's own."""

    id: str
    name: str
    thing: Thing
    place_id: str | None
    """None while the office has not placed it and the code it announces is no place here."""
    place_code: str
    """The placed code, else the one the device announces, else empty."""
    place_path: tuple[str, ...]
    """Names from the building down; empty when unplaced."""
    out_of_service: bool
    out_reason: str
    online: bool | None
    """None while it never told, or while the line to the site is gone; False as well when what it speaks through is gone."""
    parent_id: str = ""
    """What it speaks through, where it says so."""
    parent_name: str = ""
    """Empty as well while nobody knows the parent."""
