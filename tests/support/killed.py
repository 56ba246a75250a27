"""A child that writes to the store in `argv[1]` until it is killed, telling each act once it is acknowledged."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from db.act import Act
from db.open import open_records
from db.store import Transaction
from db.tables.security import Setting
from desktop.kernel.ids import uuid7

ROWS = 3
"""Rows an act: all of them or none."""


def main(folder: Path, key: bytes, first: int) -> None:
    def new_id() -> str:
        return uuid7(datetime.now(UTC))

    records = open_records(folder, key, new_id)
    number = first
    while True:

        def work(tx: Transaction, n: int = number) -> None:
            for part in range(ROWS):
                tx.add(Setting(id=f"{n}/{part}", value={"n": n}))

        records.write(Act("test.act", "system", "系统", "D1", datetime.now(UTC)), work)
        # One write call a line: the line is whole or not there.
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        number += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), int(sys.argv[3]))
