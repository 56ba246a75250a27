"""A console without a window on the store in `argv[1]` and the broker at `argv[2]`, until it is killed or its input ends;
it tells the id of its field service's process whenever that is a new one.

With a number in `argv[3]` it stands still as soon as it gave that many answers, before it does anything else: so a test
kills it exactly between an answer and whatever comes after."""

from __future__ import annotations

import itertools
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from db.store import Act, Records, Transaction
from desktop.app import open_console
from desktop.field.host import ProcessHost
from desktop.field.messages import AlarmStored, ToField

SLOW = 0.008
"""Seconds that the store takes more for a change: an old disk. A kill then nearly always finds a change half way."""


def slow_disk(records: Records) -> None:
    write = records.write

    def slowly(act: Act, work: Callable[[Transaction], Any]) -> Any:
        time.sleep(SLOW)
        return write(act, work)

    records.write = slowly  # type: ignore[method-assign]


def stand_still_after(answers: int) -> None:
    send, given = ProcessHost.send, itertools.count(1)

    def sent(host: ProcessHost, message: ToField) -> None:
        send(host, message)
        if isinstance(message, AlarmStored) and next(given) == answers:
            threading.Event().wait()

    ProcessHost.send = sent  # type: ignore[method-assign]


def main(folder: Path, broker: str, answers: int = 0) -> None:
    if answers:
        stand_still_after(answers)
    console = open_console(folder, broker=broker, hosting="process")
    slow_disk(console.records)
    assert isinstance(console.field, ProcessHost)
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    told: int | None = None
    while not ended.wait(0.02):
        pid = console.field.pid
        if pid is not None and pid != told:
            told = pid
            # One write call a line: the line is whole or not there.
            sys.stdout.write(f"{pid}\n")
            sys.stdout.flush()
    console.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:]))
