"""What screens see of plans."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanView:
    """A drawing of a place with things on it."""

    id: str
    name: str
    place_id: str | None
    """None for a drawing of the whole community."""
    picture: str
    """The SHA-256 of its picture in hexadecimal."""
    pins: Mapping[str, tuple[float, float]]
    """Where each thing stands, by its id: shares of the drawing's width and height from its upper left corner."""


@dataclass(frozen=True, slots=True)
class Image:
    """A checked picture. `media` is image/png, image/jpeg or image/svg+xml."""

    media: str
    data: bytes
