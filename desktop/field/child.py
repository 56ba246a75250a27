"""The field service's own process: one pipe to the console, the latest values in shared memory."""

from __future__ import annotations

import logging
import signal
import threading
import time
from multiprocessing.connection import Connection

import msgspec

from db.errors import StoreError
from desktop.field.latest import SharedTable
from desktop.field.messages import FieldSettings, FromField, Health, Stop, ToField, Trouble
from desktop.field.service import FieldService
from desktop.field.wire import Teller

log = logging.getLogger(__name__)


def run(pipe: Connection, table_name: str) -> None:
    """Serves until the console says Stop, or is gone: the pipe then ends, whatever killed the console."""
    # Ctrl+C is the console's to hear; it says Stop when it has finished.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settings = msgspec.msgpack.decode(pipe.recv_bytes(), type=FieldSettings)
    table = SharedTable(settings.capacity, table_name)
    sending, teller = threading.Lock(), Teller(pipe.send_bytes)

    def tell(message: FromField) -> None:
        with sending:
            teller(message)

    try:
        service = FieldService(settings, table, tell)
        service.start()
    except (StoreError, ValueError) as error:
        log.error("the field service cannot start: %s", error)
        tell(_cannot_start(error))
        table.release()
        return
    try:
        while not isinstance(message := msgspec.msgpack.decode(pipe.recv_bytes(), type=ToField), Stop):
            service.hear(message)
    except (EOFError, OSError):
        log.info("the console is gone")
    service.stop()
    table.release()


def _cannot_start(error: Exception) -> Health:
    return Health(
        link="off",
        link_since_ms=int(time.time() * 1000),
        link_detail="",
        messages=0,
        rate=0.0,
        rejected={},
        dropped={},
        queued={},
        things=0,
        points=0,
        samples_stored=0,
        broker_dropped=None,
        troubles=(Trouble("cannot_start", str(error)),),
    )
