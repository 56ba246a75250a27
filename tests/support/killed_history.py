"""A child that writes history and compacts it until it is killed, telling each write once it is done."""

from __future__ import annotations

import sys
from pathlib import Path

from db.rollup import HOUR
from db.telemetry import Telemetry

BEGIN = 1_795_000_000_000
SERIES = 40
STEP = 60_000


def main(path: Path, key: bytes, first: int) -> None:
    store = Telemetry(path, key)
    ids = [store.series_id("sump", f"p{n}") for n in range(SERIES)]
    number = first
    while True:
        store.write([(id_, BEGIN + number * STEP, float(number)) for id_ in ids])
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
        if number % 7 == 0:
            store.settle(BEGIN + number * STEP + HOUR)
        number += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), int(sys.argv[3]))
