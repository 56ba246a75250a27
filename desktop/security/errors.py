"""Failures of sign-in, keys and stores, with words for the one who sees them."""

from __future__ import annotations

from datetime import datetime

from db.errors import StoreError
from desktop.kernel.errors import LinliError, StoreUnavailable


class WrongPassword(LinliError):
    """The login or the password is wrong; which of them is not told. `left` tries remain before the lock."""

    code = "wrong_password"

    def __init__(self, left: int) -> None:
        super().__init__(f"wrong login or password, {left} tries left", left=str(left))
        self.left = left


class LockedOut(LinliError):
    """Too many wrong passwords. `until` is when the next try is allowed."""

    code = "locked_out"

    def __init__(self, until: datetime) -> None:
        super().__init__(
            f"locked until {until.isoformat(timespec='seconds')}", until=until.astimezone().strftime("%H:%M")
        )
        self.until = until


class AccountOff(LinliError):
    """The password is right but the account was switched off."""

    code = "account_off"


class WrongPassphrase(LinliError):
    """The passphrase does not open the keys of this store."""

    code = "wrong_passphrase"


class KeysMissing(LinliError):
    """There is no keys file beside the store, or it has no slot that can be opened here."""

    code = "keys_missing"


class KeysDamaged(LinliError):
    """The keys file is there but was changed or cut; take it from a backup."""

    code = "keys_damaged"


class BackupFailed(LinliError):
    """The copy could not be made or did not pass its check; nothing that was there before has changed."""

    code = "backup_failed"


_STORE_CODES = {
    "full": "store_full",
    "io": "store_io",
    "damaged": "store_damaged",
    "wrong_key": "store_wrong_key",
    "read_only": "store_read_only",
    "newer": "store_newer",
    "busy": "store_busy",
    "missing": "store_missing",
    "library": "store_library",
}


def worded(error: Exception) -> StoreUnavailable | None:
    """`told` for a store's refusal, None for anything else."""
    return told(error) if isinstance(error, StoreError) else None


def told(error: StoreError) -> StoreUnavailable:
    """The store's refusal as a failure with words of its own (`errors.store_full` …)."""
    answer = StoreUnavailable(str(error), reason=error.reason, detail=error.detail)
    answer.code = _STORE_CODES[error.reason]
    return answer
