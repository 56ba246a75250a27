"""The demo's own broker on a free port of this machine: mosquitto where it is there, else amqtt.

It runs under a small guardian process that ends it when its owner ends, however that happens: the guardian's standard
input is a pipe from the owner, and reads end-of-file when the owner is gone.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Literal

from desktop.kernel.errors import LinliError

Kind = Literal["mosquitto", "amqtt"]

HOST = "127.0.0.1"


class BrokerUnavailable(LinliError):
    """No broker could be started on this machine."""

    code = "broker_unavailable"


class DemoBroker:
    """A running broker of our own, reachable from this machine alone. `url` is where."""

    def __init__(self, kind: Kind, port: int, guardian: subprocess.Popen[bytes]) -> None:
        self.kind = kind
        self.port = port
        self.url = f"mqtt://{HOST}:{port}"
        self._guardian = guardian

    def running(self) -> bool:
        return self._guardian.poll() is None

    def stop(self) -> None:
        """Ends the broker and waits until it has."""
        if self._guardian.stdin and not self._guardian.stdin.closed:
            self._guardian.stdin.close()
        try:
            self._guardian.wait(10)
        except subprocess.TimeoutExpired:
            self._guardian.kill()
            self._guardian.wait(10)


def mosquitto_path() -> str | None:
    """Where mosquitto is; Debian keeps it in /usr/sbin, which is not on every PATH."""
    places = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin"])
    windows = r"C:\Program Files\mosquitto\mosquitto.exe"
    return shutil.which("mosquitto", path=places) or (windows if Path(windows).is_file() else None)


def available() -> list[Kind]:
    """The brokers this machine can run, the better one first."""
    found: list[Kind] = ["mosquitto"] if mosquitto_path() else []
    if importlib.util.find_spec("amqtt"):
        found.append("amqtt")
    return found


def start_broker(folder: Path, kind: Kind | None = None, timeout: float = 20.0) -> DemoBroker:
    """Starts a broker that keeps its files in `folder`. Raises BrokerUnavailable when none will run."""
    kinds = [kind] if kind else available()
    if not kinds:
        raise BrokerUnavailable("neither mosquitto nor amqtt is installed", detail="mosquitto, amqtt")
    folder.mkdir(parents=True, exist_ok=True)
    for each in kinds:
        # The port is free when asked for and may be taken a moment later: then another one is tried.
        for _ in range(3):
            broker = _launch(folder, each, free_port())
            if _listens(broker, timeout):
                return broker
            broker.stop()
    raise BrokerUnavailable(f"{', '.join(kinds)} did not start", detail=_tail(folder / "broker.log"))


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind((HOST, 0))
        return int(sock.getsockname()[1])


def _launch(folder: Path, kind: Kind, port: int) -> DemoBroker:
    # A source tree is not installed: the guardian must find the project as we did.
    root = str(Path(__file__).parents[2])
    with (folder / "broker.log").open("ab") as log:
        guardian = subprocess.Popen(
            [sys.executable, "-m", "desktop.field.broker_guardian", kind, str(folder), str(port)],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            cwd=root,
            # Ctrl+C at the owner's terminal must not reach the broker before the owner has said goodbye.
            start_new_session=True,
        )
    return DemoBroker(kind, port, guardian)


def _listens(broker: DemoBroker, timeout: float) -> bool:
    end = time.monotonic() + timeout
    while broker.running() and time.monotonic() < end:
        try:
            socket.create_connection((HOST, broker.port), 0.5).close()
            return True
        except OSError:
            time.sleep(0.05)
    return False


def _tail(path: Path) -> str:
    return path.read_text(errors="replace")[-500:] if path.exists() else ""
