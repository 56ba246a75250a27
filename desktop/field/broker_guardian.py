"""Runs the demo's broker until standard input ends: `python -m desktop.field.broker_guardian KIND FOLDER PORT`."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from desktop.field.broker import HOST, mosquitto_path

MAX_PACKET = 1_100_000
"""Bytes of one message; larger than anything a device says, so that the intake's own limits are what refuses."""

CONF = """\
listener {port} {host}
allow_anonymous true
persistence false
max_queued_messages 0
max_packet_size {max_packet}
set_tcp_nodelay true
sys_interval 1
log_dest stderr
log_type error
log_type warning
"""


def run_mosquitto(folder: Path, port: int) -> int:
    """Until standard input or the broker ends. Answers the exit status."""
    conf = folder / "mosquitto.conf"
    conf.write_text(CONF.format(port=port, host=HOST, max_packet=MAX_PACKET))
    path = mosquitto_path()
    if path is None:
        return 1
    # This process has one thread yet, so that the hook between fork and exec is safe.
    process = subprocess.Popen([path, "-c", str(conf)], stdin=subprocess.DEVNULL, preexec_fn=_die_with_parent())  # noqa: PLW1509
    _when_owner_is_gone(process.terminate)
    return process.wait()


def run_amqtt(port: int) -> int:
    """Until standard input ends."""
    from amqtt.broker import Broker

    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"{HOST}:{port}", "max_connections": 500}},
        "plugins": {
            "amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True},
            "amqtt.plugins.sys.broker.BrokerSysPlugin": {"sys_interval": 1},
        },
    }

    async def serve() -> None:
        loop, gone = asyncio.get_running_loop(), asyncio.Event()
        broker = Broker(config)
        await broker.start()
        _when_owner_is_gone(lambda: loop.call_soon_threadsafe(gone.set))
        await gone.wait()
        await broker.shutdown()

    asyncio.run(serve())
    return 0


def _when_owner_is_gone(then: Callable[[], object]) -> None:
    def watch() -> None:
        # Not the buffered reader, whose lock would be held for ever.
        while os.read(0, 4096):
            pass
        then()

    threading.Thread(target=watch, daemon=True).start()


def _die_with_parent() -> Callable[[], None] | None:
    """Where Linux can, the broker ends even if this guardian is killed."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl
    return lambda: prctl(1, signal.SIGTERM)  # 1 is PR_SET_PDEATHSIG


def main(kind: str, folder: str, port: str) -> int:
    return run_mosquitto(Path(folder), int(port)) if kind == "mosquitto" else run_amqtt(int(port))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
