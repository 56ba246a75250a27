"""What screens are shown of places."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CommunityView:
    """The community of this office. `code` is its 12-digit region code; a tier's name is empty where it has none."""

    code: str
    name: str
    street: str = ""
    district: str = ""
    city: str = ""
    offset_minutes: int = 480


@dataclass(frozen=True)
class PlaceNode:
    """A place with those inside it; the root is the community itself (kind "community")."""

    id: str
    kind: str
    code: str
    name: str
    children: tuple[PlaceNode, ...] = ()


@dataclass(frozen=True)
class PlaceView:
    """A place. `path` is its names from the building down, its own last."""

    id: str
    kind: str
    code: str
    name: str
    path: tuple[str, ...]
