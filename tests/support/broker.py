"""A broker of a test's own, on a free port, with the limits mosquitto ships with unless told otherwise."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

MOSQUITTO = "/usr/sbin/mosquitto"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def wait_until(holds: Callable[[], object], timeout: float = 20.0, what: str = "") -> None:
    """Waits, bounded, for something that happens on another thread or process."""
    end = time.monotonic() + timeout
    tick = threading.Event()
    while not holds():
        assert time.monotonic() < end, f"did not happen in {timeout} s: {what or holds}"
        tick.wait(0.02)


class Mosquitto:
    """Starts, stops, freezes and restarts on the same port."""

    def __init__(self, folder: Path, *lines: str) -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._conf = folder / "mosquitto.conf"
        self._conf.write_text("\n".join((f"listener {self.port} 127.0.0.1", "allow_anonymous true", *lines)) + "\n")
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen([MOSQUITTO, "-c", str(self._conf)], stderr=subprocess.DEVNULL)
        wait_until(self._listens, what="the broker listens")

    def stop(self) -> None:
        if self._process:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def freeze(self) -> None:
        """The machine is there and says nothing: what a half-open line looks like."""
        assert self._process
        os.kill(self._process.pid, signal.SIGSTOP)

    def _listens(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True
