"""Pictures that people attach to an alarm: kept once by their hash, referred to by the alarm and by its case."""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session

from db.store import Transaction
from db.tables.alarms import AlarmRow
from db.tables.plans import Picture
from desktop.alarms.views import Image
from desktop.kernel.errors import Invalid, NotFound

PICTURES = "pictures"
"""Where a row's `extra` holds the hashes."""

LARGEST = 5 * 2**20
MOST = 12

BEGINNINGS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


def check(data: bytes, media: str) -> None:
    """Raises Invalid("picture") for what is no PNG or JPEG, or is over 5 MiB. `facts["why"]` is media or too_big."""
    beginning = BEGINNINGS.get(media)
    if beginning is None or not data.startswith(beginning):
        raise Invalid("a picture is a PNG or a JPEG", "picture", why="media")
    if len(data) > LARGEST:
        raise Invalid("a picture has at most 5 MiB", "picture", why="too_big")


def keep(tx: Transaction, row: AlarmRow, data: bytes, media: str) -> str:
    """Keeps a checked picture with the alarm and returns its hash. Raises Invalid("picture") for one too many."""
    sha256 = hashlib.sha256(data).hexdigest()
    kept = row.extra.get(PICTURES, [])
    if sha256 not in kept:
        if len(kept) >= MOST:
            raise Invalid(f"an alarm has at most {MOST} pictures", "picture", why="too_many")
        row.extra = {**row.extra, PICTURES: [*kept, sha256]}
    return store_picture(tx, data, media)


def store_picture(tx: Transaction, data: bytes, media: str) -> str:
    """Keeps the bytes of a checked picture once, whoever refers to them; returns their SHA-256 in hexadecimal."""
    sha256 = hashlib.sha256(data).hexdigest()
    if tx.session.get(Picture, sha256) is None:
        tx.session.add(Picture(sha256=sha256, media=media, data=data))
    return sha256


def read(session: Session, sha256: str) -> Image:
    """Raises NotFound."""
    found = session.get(Picture, sha256)
    if found is None:
        raise NotFound("there is no such picture", id=sha256)
    return Image(found.sha256, found.media, found.data)
