"""How passwords are kept: argon2id (RFC 9106), behind a small port so that tests need not burn 64 MiB a try."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from argon2 import PasswordHasher

NO_PASSWORD = "!"
"""Kept in place of a hash for an account that nobody can sign in to until it is given a password."""


class Hasher(Protocol):
    """Hashes passwords. `nobody` is the hash of a password that nobody has, checked for logins that do not exist."""

    @property
    def nobody(self) -> str: ...

    def hash(self, password: str) -> str: ...

    def verify(self, hashed: str, password: str) -> bool: ...

    def is_weak(self, hashed: str) -> bool:
        """Whether it was made with other parameters than today's."""
        ...


class Argon2:
    """argon2id; by default 3 passes over 64 MiB in 4 lanes, about 0.15 s on a small office machine."""

    def __init__(self, passes: int = 3, memory_kib: int = 64 * 1024, lanes: int = 4) -> None:
        self._passes, self._memory_kib, self._lanes = passes, memory_kib, lanes

    @cached_property
    def nobody(self) -> str:
        return self.hash("")

    def hash(self, password: str) -> str:
        return self._argon2.hash(password)

    def verify(self, hashed: str, password: str) -> bool:
        """Whether the password is right. An account without a password takes as long to say no as one that has one.

        Raises argon2's InvalidHashError for a hash that was never one: that is damage and not a wrong password.
        """
        from argon2.exceptions import VerificationError

        wanted = self.nobody if hashed == NO_PASSWORD else hashed
        try:
            return self._argon2.verify(wanted, password) and wanted == hashed
        except VerificationError:
            return False

    def is_weak(self, hashed: str) -> bool:
        return self._argon2.check_needs_rehash(hashed)

    @cached_property
    def _argon2(self) -> PasswordHasher:
        # Lazily: its C library would cost every start of the console.
        from argon2 import PasswordHasher

        return PasswordHasher(self._passes, self._memory_kib, self._lanes)
