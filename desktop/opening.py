"""What a window knows of a store before it is open: little enough to be on the screen at once.

Imports nothing heavy: the stores, the field service and their libraries load in `open`, on a background thread, while the
person is already typing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.kernel.terminal import terminal_code

if TYPE_CHECKING:
    from desktop.app import Console
    from desktop.security.principal import Principal


@dataclass(frozen=True)
class FirstLook:
    """An open store as its first window finds it. `who` is at the terminal without signing in: the demo's operator."""

    who: Principal | None
    needs_setup: bool
    founded: bool


@dataclass(frozen=True)
class Opening:
    """A store about to be opened. `sign_in_as` (login, password) is the demo's: it opens its own door."""

    data_dir: Path
    broker: str | None = None
    passphrase: str | None = None
    sign_in_as: tuple[str, str] | None = None

    @property
    def terminal(self) -> str:
        return terminal_code(self.data_dir)

    def needs_passphrase(self) -> bool:
        """Whether a person must give it: none was handed over and no other way into the keys is there."""
        from desktop.security import keys

        return self.passphrase is None and keys.needs_passphrase(self.data_dir)

    def has_passphrase(self) -> bool:
        """Whether there is a passphrase that would open it."""
        from desktop.security import keys

        return keys.ways(self.data_dir).passphrase

    def remember(self, passphrase: str) -> bool:
        """Lets the system's keyring open the store from now on; false where there is none."""
        from desktop.security import keys

        return keys.remember(self.data_dir, keys.unlock(self.data_dir, passphrase))

    def open(self, passphrase: str | None = None) -> Console:
        """Opens everything. Raises LinliError."""
        from db.errors import StoreError
        from desktop.app import open_console
        from desktop.security.errors import told

        try:
            return open_console(self.data_dir, passphrase=passphrase or self.passphrase, broker=self.broker)
        except StoreError as error:
            raise told(error) from error

    def look(self, console: Console) -> FirstLook:
        """What decides the next page. Raises LinliError."""
        who = console.accounts.sign_in(*self.sign_in_as) if self.sign_in_as else None
        return FirstLook(who, console.accounts.needs_setup(), console.places.community() is not None)
