"""The first look at bytes from outside: bounded before they are parsed, finite and printable after.

Parsers let through more than one thinks (NaN, 1e999, lone surrogates, ten thousand levels) and raise more than their own
errors (RecursionError, UnicodeDecodeError): everything becomes `Unreadable` here.
"""

from __future__ import annotations

import math
import re
from typing import Any, TypeVar

import msgspec

from desktop.things.dialect import Unreadable

MAX_BYTES = 65_536
MAX_DESCRIPTION_BYTES = 262_144
MAX_DEPTH = 32
SHORT = 2 * MAX_DEPTH
"""So many bytes hold no more levels than that, each closed again."""
MAX_TOPIC = 512
MAX_STRING = 4_096

T = TypeVar("T")


def text(payload: bytes, limit: int = MAX_BYTES) -> str:
    """The payload as plain text (see `plain`). Raises Unreadable."""
    if len(payload) > limit:
        raise Unreadable("too_big", f"{len(payload)} bytes, at most {limit}")
    try:
        return plain(payload.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise Unreadable("not_utf8", str(error)) from error


def plain(text: str) -> str:
    """The text without what could disturb whoever shows it: control characters (but line feeds and tabs), marks that
    turn the direction of writing, lone surrogates, and whatever exceeds MAX_STRING."""
    return text[:MAX_STRING].translate(_UNSEEN)


_UNSEEN = dict.fromkeys(
    [
        *(code for code in range(0x20) if chr(code) not in "\t\n"),
        *range(0x7F, 0xA0),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),
        0xFEFF,
    ]
)


def json(payload: bytes, limit: int = MAX_BYTES) -> Any:
    """The payload as plain JSON values. Raises Unreadable."""
    return typed(payload, _ANY, limit)


def typed(payload: bytes, decoder: msgspec.json.Decoder[T], limit: int = MAX_BYTES) -> T:
    """The payload as the decoder's type. Raises Unreadable."""
    if len(payload) > limit:
        raise Unreadable("too_big", f"{len(payload)} bytes, at most {limit}")
    # What is short, or has few brackets, cannot nest deep: most payloads are let through at C speed.
    if len(payload) > SHORT and payload.count(b"{") + payload.count(b"[") > MAX_DEPTH and too_deep(payload):
        raise Unreadable("too_deep", f"more than {MAX_DEPTH} levels")
    try:
        return decoder.decode(payload)
    except msgspec.ValidationError as error:
        # A number beyond what a float holds is told as a wrong type.
        reason = "not_finite" if "out of range" in str(error) else "wrong_type"
        raise Unreadable(reason, str(error)) from error
    except UnicodeDecodeError as error:
        raise Unreadable("not_utf8", str(error)) from error
    except msgspec.DecodeError as error:
        raise Unreadable(_why(payload, str(error)), str(error)) from error
    except (RecursionError, MemoryError) as error:
        raise Unreadable("too_deep", type(error).__name__) from error


_ANY: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


def _why(payload: bytes, message: str) -> str:
    """The reason behind a decoder's message; only asked once something is wrong."""
    try:
        payload.decode("utf-8")
    except UnicodeDecodeError:
        return "not_utf8"
    if "surrogate" in message or _LONE_SURROGATE.search(payload):
        return "surrogate"
    at = _AT_BYTE.search(message)
    if at and payload.startswith((b"NaN", b"Infinity"), int(at[1])):
        return "not_finite"
    return "not_json"


_AT_BYTE = re.compile(r"\(byte (\d+)\)")
_LONE_SURROGATE = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])")


def too_deep(payload: bytes) -> bool:
    """Whether brackets nest beyond MAX_DEPTH."""
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
