"""Rules of accounts (pure): passwords, logins, lock-out.

GB/T 22239-2019 level 2 asks for complexity, limited tries and a lock; the numbers are this project's defaults.
"""

from __future__ import annotations

import unicodedata

TRIES = 5
"""Wrong passwords in a row before an account locks."""

LOCK_SECONDS = 600
"""How long a lock lasts."""

SHORTEST = 8
LONGEST = 128
"""A longer password would only make the hashing slow."""

CLASSES_NEEDED = 3
"""Of lower case, upper case, digits, and everything else (Chinese counts there)."""

LONGEST_LOGIN = 40


def password_problem(password: str, login: str = "") -> str | None:
    """Why a new password is not good enough (`short`, `long`, `classes`, `login`), or None."""
    if len(password) < SHORTEST:
        return "short"
    if len(password) > LONGEST:
        return "long"
    classes = {
        "lower" if c.islower() and c.isascii() else "upper" if c.isupper() and c.isascii() else
        "digit" if c.isdigit() and c.isascii() else "other"
        for c in password
    }  # fmt: skip
    if len(classes) < CLASSES_NEEDED:
        return "classes"
    if login and login.casefold() in password.casefold():
        return "login"
    return None


def normal_login(text: str) -> str:
    """One spelling for one login: full-width and half-width alike, no outer spaces, no case."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def login_problem(login: str) -> str | None:
    """Why a normalised login cannot be used (`empty`, `long`, `characters`), or None. Chinese logins are welcome."""
    if not login:
        return "empty"
    if len(login) > LONGEST_LOGIN:
        return "long"
    return None if all(c.isalnum() or c in "._-" for c in login) else "characters"


def failures_after(failures: int) -> tuple[int, bool]:
    """The failures in a row after one more, and whether the account locks now.

    After a lock has run out the count stands at the limit: the first further failure starts a new row.
    """
    count = 1 if failures >= TRIES else failures + 1
    return count, count >= TRIES
