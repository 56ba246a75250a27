"""Pictures: kept once by their hash, whoever refers to them.

Some show people who were asked nothing (what a camera took by itself) or say who somebody is (photos of papers). To look at
one in full is to read personal data, and is in the journal before the picture is handed out: who, of which alarm or case,
and the picture's hash, never the picture. What a camera took is also drawn small beside its alarm, a hundred points across,
as a name is shown behind its mask: enough to say what there is, and an entry for every alarm that is passed over would bury
those that count. Papers are not drawn small at all.
What people photographed for the work (a broken pipe, a mended one) is the work's own record, and looked at freely.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy.orm import Session

from db.store import Transaction
from db.tables.plans import Picture
from desktop.kernel.errors import Invalid, NotFound

LARGEST = 5 * 2**20

BEGINNINGS = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


@dataclass(frozen=True)
class Image:
    """A picture. `media` is image/png or image/jpeg."""

    sha256: str
    media: str
    data: bytes


def check(data: bytes, media: str) -> None:
    """Raises Invalid("picture") for what is no PNG or JPEG, or is over 5 MiB. `facts["why"]` is media or too_big."""
    beginning = BEGINNINGS.get(media)
    if beginning is None or not data.startswith(beginning):
        raise Invalid("a picture is a PNG or a JPEG", "picture", why="media")
    if len(data) > LARGEST:
        raise Invalid("a picture has at most 5 MiB", "picture", why="too_big")


def store_picture(tx: Transaction, data: bytes, media: str) -> str:
    """Keeps the bytes of a checked picture once; returns their SHA-256 in hexadecimal."""
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


def reveal(tx: Transaction, kind: str, entity_id: str, what: str, *hashes: str) -> tuple[Image, ...]:
    """Hands out pictures of `what` (a camera, a field) with the note of the journal that they were looked at.

    Raises NotFound, also for one that was taken away because its time was up: of that nothing was seen.
    """
    found = tuple(read(tx.session, sha256) for sha256 in hashes)
    if gone := [image.sha256 for image in found if not image.data]:
        raise NotFound("the picture was taken away", id=gone[0])
    tx.note(kind, entity_id, {"revealed": what, "pictures": list(hashes)})
    return found
