"""The first look at bytes from outside: bounded before they are parsed, finite and printable after.

Parsers let through more than one thinks (NaN, 1e999, lone surrogates, ten thousand levels) and raise more than their own
errors (RecursionError, UnicodeDecodeError): everything becomes `Unreadable` here.
"""

from __future__ import annotations

import math
from typing import Any, TypeVar

import msgspec

from desktop.things.dialect import Unreadable

MAX_BYTES = 65_536
MAX_DESCRIPTION_BYTES = 262_144
MAX_DEPTH = 32
MAX_TOPIC = 512
MAX_STRING = 4_096

T = TypeVar("T")


def text(payload: bytes, limit: int = MAX_BYTES) -> str:
    """The payload as text without control characters but line feeds and tabs. Raises Unreadable."""
    if len(payload) > limit:
        raise Unreadable("too_big", f"{len(payload)} bytes, at most {limit}")
    try:
        return payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable("not_utf8", str(error)) from error


def json(payload: bytes, limit: int = MAX_BYTES) -> Any:
    """The payload as plain JSON values. Raises Unreadable."""
    return _decode(payload, _ANY, limit)


def typed(payload: bytes, decoder: msgspec.json.Decoder[T], limit: int = MAX_BYTES) -> T:
    """The payload as the decoder's type. Raises Unreadable."""
    return _decode(payload, decoder, limit)


def _decode(payload: bytes, decoder: msgspec.json.Decoder[T], limit: int) -> T:
    if len(payload) > limit:
        raise Unreadable("too_big", f"{len(payload)} bytes, at most {limit}")
    if too_deep(payload):
        raise Unreadable("too_deep", f"more than {MAX_DEPTH} levels")
    try:
        return decoder.decode(payload)
    except msgspec.ValidationError as error:
        raise Unreadable("wrong_type", str(error)) from error
    except UnicodeDecodeError as error:
        raise Unreadable("not_utf8", str(error)) from error
    except msgspec.DecodeError as error:
        message = str(error)
        if "utf-8" in message.lower() or "surrogate" in message.lower():
            raise Unreadable("surrogate" if "surrogate" in message.lower() else "not_utf8", message) from error
        if "out of range" in message.lower():
            raise Unreadable("not_finite", message) from error
        raise Unreadable("not_json", message) from error
    except (RecursionError, MemoryError) as error:
        raise Unreadable("too_deep", type(error).__name__) from error


_ANY: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


def too_deep(payload: bytes) -> bool:
    """Whether brackets nest beyond MAX_DEPTH. Counting all openers first keeps the common case to one C-speed pass."""
    if payload.count(b"[") + payload.count(b"{") <= MAX_DEPTH:
        return False
    depth, in_string, escaped = 0, False, False
    for byte in payload:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif byte in b"]}":
            depth -= 1
    return False


def finite(value: float) -> float:
    """The number, or Unreadable("not_finite") for NaN and infinities."""
    if not math.isfinite(value):
        raise Unreadable("not_finite", str(value))
    return value
