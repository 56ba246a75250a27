"""Pictures of an alarm, attached by people or taken by cameras: kept once by their hash, referred to by the alarm and by
its case."""

from __future__ import annotations

import hashlib

from db.store import Transaction
from db.tables.alarms import AlarmRow
from desktop.cases.pictures import check, read, reveal, store_picture
from desktop.kernel.errors import Invalid

PICTURES = "pictures"
"""Where a row's `extra` holds the hashes."""

STILLS = "stills"
"""Where it holds which of them a camera took by itself: by hash, the fields of `desktop.cases.evidence.Still`."""

MOST = 12


def keep(tx: Transaction, row: AlarmRow, data: bytes, media: str) -> str:
    """Keeps a checked picture with the alarm and returns its hash. Raises Invalid("picture") for one too many."""
    sha256 = hashlib.sha256(data).hexdigest()
    kept = row.extra.get(PICTURES, [])
    if sha256 not in kept:
        if len(kept) >= MOST:
            raise Invalid(f"an alarm has at most {MOST} pictures", "picture", why="too_many")
        row.extra = {**row.extra, PICTURES: [*kept, sha256]}
    return store_picture(tx, data, media)


__all__ = ["MOST", "PICTURES", "STILLS", "check", "keep", "read", "reveal", "store_picture"]
