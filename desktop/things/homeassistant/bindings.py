"""From the bytes of one topic to the updates of every point that listens to it: decoded once."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from desktop.things import payload
from desktop.things.dialect import Binding, Sample, Unreadable, Update
from desktop.things.homeassistant.compiled import MISSING, NoValue, Template
from desktop.things.homeassistant.config import clean
from desktop.things.model import Value

MAX_STATE = 255
"""Characters of a text state, as in Home Assistant."""
_UNKNOWN = frozenset({"", "None", "none", "null", "unknown", "unavailable"})

Convert = Callable[[Any], Any]
"""A template's value as the point's value; None when it is none of the point's."""


_Read = Callable[[str, Any], Update | None]


@dataclass(frozen=True, slots=True)
class Listener:
    """One thing that wants the payloads of a topic. `blank` is what an empty payload means to it."""

    read: _Read
    uses_text: bool
    uses_json: bool
    blank: Update | None = None


def sampling(point: str, template: Template, convert: Convert) -> Listener:
    """A listener that turns payloads into samples of `point`."""
    get = template.read

    def read(text: str, json: Any) -> Sample | None:
        try:
            value = get(text, json)
        except NoValue:
            return Sample(point, None)
        if value is MISSING:
            return None
        return Sample(point, convert(value))

    return Listener(read, template.uses_text, template.uses_json, Sample(point, None))


def bind(listeners: Sequence[Listener]) -> Binding:
    """The binding of a topic with these listeners."""
    reads = tuple(listener.read for listener in listeners)
    blanks = tuple(listener.blank for listener in listeners if listener.blank is not None)
    if all(listener.uses_json and not listener.uses_text for listener in listeners):
        return _bind_json(reads, blanks)
    wants_json = any(listener.uses_json for listener in listeners)

    def read(data: bytes) -> Sequence[Update]:
        text = payload.text(data)
        if not text:
            return blanks
        json = _json_or_missing(data) if wants_json else MISSING
        return [update for each in reads if (update := each(text, json)) is not None]

    return read


def _bind_json(reads: tuple[_Read, ...], blanks: tuple[Update, ...]) -> Binding:
    """The common case, one JSON object for every listener: its text is never made."""

    def read(data: bytes) -> Sequence[Update]:
        if not data:
            return blanks
        json = payload.json(data)
        return [update for each in reads if (update := each("", json)) is not None]

    return read


def _json_or_missing(data: bytes) -> Any:
    try:
        return payload.json(data)
    except Unreadable as error:
        if error.reason == "not_json":
            return MISSING
        raise


def as_number(value: Any) -> float | int | None:
    """A finite number, or None."""
    kind = type(value)
    if kind is float:
        return value if math.isfinite(value) else None
    if kind is int:
        return value if -(2**53) <= value <= 2**53 else None
    if kind is str and len(value) <= 64:
        try:
            number = float(value)
        except ValueError:
            return None
        return number if math.isfinite(number) else None
    return None


def as_text(value: Any) -> str | None:
    """A short text on one line, or None for "unknown" and its like."""
    text = clean(value if type(value) is str else str(value), MAX_STATE) if value is not None else ""
    return None if text in _UNKNOWN else text


def as_one_of(table: Mapping[str, Value]) -> Convert:
    """The value whose text the device sent; None for any other."""

    def convert(value: Any) -> Value | None:
        return table.get(value if type(value) is str else str(value))

    return convert


def as_share(closed: float, opened: float) -> Convert:
    """A number between two ends as a whole percentage."""
    span = (opened - closed) or 1.0

    def convert(value: Any) -> int | None:
        number = as_number(value)
        return None if number is None else round(min(1.0, max(0.0, (number - closed) / span)) * 100)

    return convert
