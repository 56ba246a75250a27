"""Identifiers are made by the client: UUIDv7 for new records, UUIDv5 for what two observers must agree on."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from datetime import datetime

NewId = Callable[[], str]

# Namespace of every deterministic id of Linli; changing it would split known occurrences in two.
NAMESPACE = uuid.UUID("6f0b1b0e-8f5d-5b0a-9d7b-1d6a2f3c4e58")


def uuid7(at: datetime, randomness: bytes | None = None) -> str:
    """A UUIDv7 (RFC 9562 §5.7) of the instant `at`, so that ids sort by creation.

    `randomness` is 10 bytes; fresh ones are drawn when it is None.
    """
    noise = int.from_bytes(randomness or os.urandom(10), "big")
    value = (round(at.timestamp() * 1000) & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (noise >> 62 & 0xFFF) << 64 | 0b10 << 62 | noise & (1 << 62) - 1
    return str(uuid.UUID(int=value))


def deterministic_id(*parts: str) -> str:
    """The same id for the same parts on every machine (UUIDv5, RFC 9562 §5.5)."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))
