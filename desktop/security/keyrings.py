"""The system's keyring, behind a port: it may be absent, locked, or hang, and nothing here waits for it long."""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
from collections.abc import Callable
from typing import Protocol, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

SERVICE = "linli"
PATIENCE = 3.0
"""Seconds to wait for a keyring that may be asking its user something nobody sees."""


class Keyring(Protocol):
    """Keeps one secret of 32 bytes a store."""

    def get(self, store: str) -> bytes | None: ...

    def set(self, store: str, secret: bytes) -> bool:
        """False when it could not be kept."""
        ...


class SystemKeyring:
    """Secret Service, Keychain or Credential Locker, whichever the system has; none on a machine without a session."""

    def get(self, store: str) -> bytes | None:
        import keyring

        text = self._ask(lambda: keyring.get_password(SERVICE, store))
        try:
            return bytes.fromhex(text) if text else None
        except ValueError:
            return None

    def set(self, store: str, secret: bytes) -> bool:
        import keyring

        def keep() -> bool:
            keyring.set_password(SERVICE, store, secret.hex())
            return keyring.get_password(SERVICE, store) == secret.hex()

        return bool(self._ask(keep))

    def _ask(self, question: Callable[[], T]) -> T | None:
        """The answer, or None where there is no keyring, it refuses, or it does not answer in time."""
        if not _has_session():
            return None
        from keyring.errors import KeyringError

        answers: queue.Queue[T | None] = queue.Queue()

        def ask() -> None:
            try:
                answers.put(question())
            except (KeyringError, RuntimeError, OSError) as error:
                log.info("the system's keyring did not answer: %s", error)
                answers.put(None)

        # A daemon: a keyring that hangs must not keep the program from ending.
        threading.Thread(target=ask, name="keyring", daemon=True).start()
        try:
            return answers.get(timeout=PATIENCE)
        except queue.Empty:
            log.info("the system's keyring did not answer in %s s", PATIENCE)
            return None


def _has_session() -> bool:
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS"))
