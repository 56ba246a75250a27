"""The pictures of alarms: attached by people, taken by cameras, handed out to whoever looks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from db.store import Records, Transaction
from db.tables.alarms import AlarmRow
from desktop.alarms import occurrences, pictures
from desktop.alarms.case import CaseMaker
from desktop.cases.pictures import Image
from desktop.kernel.clock import Clock
from desktop.kernel.errors import NotFound
from desktop.security.principal import Principal, act, require


class Album:
    """Keeps an alarm's pictures with it, and with its case where it has one. `program` is who does what nobody did."""

    def __init__(self, records: Records, clock: Clock, cases: CaseMaker, program: Principal) -> None:
        self._records, self._clock, self._cases, self._program = records, clock, cases, program

    def attach(self, who: Principal, alarm_id: str, data: bytes, media: str) -> str:
        """Keeps a picture and returns its hash.

        The bytes must be a PNG (`image/png`) or JPEG (`image/jpeg`) of at most 5 MiB, twelve an alarm. Told twice it is
        kept once. Raises NotAllowed, NotFound, Invalid("picture").
        """
        require(who, "alarms.acknowledge")
        pictures.check(data, media)

        def work(tx: Transaction) -> str:
            row = occurrences.row_of(tx, alarm_id)
            sha256 = pictures.keep(tx, row, data, media)
            self._cases.pictured(tx, row)
            return sha256

        return self._records.write(act(who, "alarms.attach", self._clock), work)

    def keep_stills(self, alarm_id: str, stills: Mapping[str, bytes], at: datetime) -> None:
        """Keeps what cameras (by their names) showed at an instant, as JPEGs.

        Nobody did it: the program itself is named. Raises NotFound, Invalid("picture").
        """
        for data in stills.values():
            pictures.check(data, "image/jpeg")

        def work(tx: Transaction) -> None:
            row = occurrences.row_of(tx, alarm_id)
            took = {
                pictures.keep(tx, row, data, "image/jpeg"): {"camera": camera, "at": at.isoformat()}
                for camera, data in stills.items()
            }
            row.extra = {**row.extra, pictures.STILLS: {**row.extra.get(pictures.STILLS, {}), **took}}
            self._cases.pictured(tx, row)

        self._records.write(act(self._program, "alarms.still", self._clock), work)

    def picture(self, sha256: str) -> Image:
        """A picture to be drawn small, as a sign that it is there; to look at one is `look`. Raises NotFound."""
        return self._records.read(lambda session: pictures.read(session, sha256))

    def look(self, who: Principal, alarm_id: str, sha256: str) -> Image:
        """One of the alarm's pictures, to be looked at in full; of one that a camera took by itself it is in the journal
        before it is handed out (`pictures.reveal`).

        Nobody is asked for a reason: the alarm is the reason, and at three in the morning it is the guard who looks.
        Raises NotAllowed, NotFound (also for one that was taken away since), StoreError.
        """
        require(who, "alarms.see")
        row = self._records.read(lambda session: session.get(AlarmRow, alarm_id))
        if row is None or sha256 not in row.extra.get(pictures.PICTURES, ()):
            raise NotFound("the alarm has no such picture", id=sha256)
        still = row.extra.get(pictures.STILLS, {}).get(sha256)
        if still is None:
            return self.picture(sha256)

        def work(tx: Transaction) -> Image:
            return pictures.reveal(tx, "alarm", alarm_id, still["camera"], sha256)[0]

        return self._records.write(act(who, "alarms.reveal", self._clock), work)
