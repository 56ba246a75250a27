"""Why a store could not do its work, told apart so that a person can act on it."""

from __future__ import annotations

from typing import Literal

Reason = Literal["full", "io", "damaged", "wrong_key", "read_only", "newer", "busy", "missing", "library"]


class StoreError(Exception):
    """The store refused. `reason` is full (disk), io (read, write or fsync failed), damaged, wrong_key, read_only,
    newer (made by a later Linli), busy (another process holds it), missing, or library (SQLite too old)."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason
        self.detail = detail


_BY_CODE: dict[int, Reason] = {
    5: "busy",
    6: "busy",
    8: "read_only",
    10: "io",
    11: "damaged",
    13: "full",
    14: "missing",
    26: "damaged",
}


def store_error(error: BaseException) -> StoreError | None:
    """The StoreError behind a driver's or SQLAlchemy's exception, or None when it is a programming mistake."""
    origin = getattr(error, "orig", None) or error
    code = getattr(origin, "sqlite_errorcode", None)
    reason = _BY_CODE.get(code & 0xFF) if isinstance(code, int) else None
    if reason is None:
        text = str(origin).lower()
        reason = next((r for words, r in _BY_TEXT.items() if words in text), None)
    return StoreError(reason, str(origin)) if reason else None


# sqlcipher3 builds without extended error attributes leave only the text.
_BY_TEXT: dict[str, Reason] = {
    "disk is full": "full",
    "disk i/o": "io",
    "malformed": "damaged",
    "not a database": "damaged",
    "readonly": "read_only",
    "locked": "busy",
    "unable to open": "missing",
}
