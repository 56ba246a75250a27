"""Pictures of where an alarm is: the cameras that stand there are asked for a still, which the alarm and its case keep."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from PIL import Image, UnidentifiedImageError

from db.errors import StoreError
from desktop.alarms.rules import State
from desktop.alarms.service import Alarms
from desktop.field.messages import AlarmChange
from desktop.kernel.clock import Clock
from desktop.kernel.errors import LinliError, NotFound
from desktop.things.views import ThingView

log = logging.getLogger(__name__)

WAIT = 12.0
"""Seconds in which a camera must have sent one: it does every few seconds."""
MOST_CAMERAS = 3
FRESH = 60.0
"""Seconds after its onset within which a picture says something of it; an alarm told again after a restart is older."""
AGAIN = 600.0
"""Seconds in which a rule of a thing gets one set of pictures: one that chatters fills no store."""
LARGEST_SIDE, LARGEST_AREA, QUALITY = 1280, 40_000_000, 80
"""Pixels kept across the longer side; a picture with more in all is not decoded; of the JPEG."""

UNSEEN: frozenset[State] = frozenset({"suppressed", "out_of_service"})
"""Alarms that ask for no look: their gateway explains them, or people are at work there and try them."""

Take = Callable[[Mapping[str, str], float], Mapping[str, bytes]]
"""Asks cameras (ids and events) for a picture and waits for so many seconds; gives what came."""


class StillTaker:
    """Hears of alarms and sees to their pictures, on a thread of its own, one question for all that wait.

    `around` gives the place that a place is in, None for a building, ground of its own and a home: what happens behind a
    home's door is not looked for in the stairway.
    """

    def __init__(
        self,
        alarms: Alarms,
        things: Callable[[], Iterable[ThingView]],
        around: Callable[[str], str | None],
        take: Take,
        clock: Clock,
    ) -> None:
        self._alarms, self._things, self._around, self._take, self._clock = alarms, things, around, take, clock
        self._lock = Lock()
        self._waiting: dict[str, AlarmChange] = {}
        self._taken: dict[tuple[str, str], float] = {}
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="stills")

    def hear(self, change: AlarmChange) -> None:
        """An alarm that was just recorded. Never waits."""
        if not self._wants(change):
            return
        with self._lock:
            self._taken[change.thing_id, change.rule] = self._clock.monotonic()
            first = not self._waiting
            self._waiting[change.alarm_id] = change
        if first:
            self._worker.submit(self._work)

    def close(self) -> None:
        """Waits for what is under way."""
        self._worker.shutdown(wait=True)

    def _wants(self, change: AlarmChange) -> bool:
        if not change.active or change.comms or change.priority not in ("critical", "high"):
            return False
        if abs(self._clock.now().timestamp() - change.onset_ms / 1000) > FRESH:
            return False
        before = self._taken.get((change.thing_id, change.rule))
        return before is None or self._clock.monotonic() - before >= AGAIN

    def _work(self) -> None:
        with self._lock:
            alarms, self._waiting = self._waiting, {}
        try:
            self._picture(alarms)
        except (StoreError, LinliError) as error:
            log.warning("no pictures of %d alarms: %s", len(alarms), error)
        except Exception:
            log.exception("no pictures of %d alarms", len(alarms))

    def _picture(self, alarms: Mapping[str, AlarmChange]) -> None:
        things = list(self._things())
        seeing = {
            id_: watching(change.thing_id, things, self._around) for id_, change in alarms.items() if self._asks(id_)
        }
        cameras = {view.id: view for all_ in seeing.values() for view in all_}
        if not cameras:
            return
        came = self._take({id_: view.thing.model.still for id_, view in cameras.items()}, WAIT)
        at = self._clock.now()
        pictures = {id_: small for id_, data in came.items() if (small := fitted(data)) is not None}
        for alarm_id, all_ in seeing.items():
            stills = {view.name: pictures[view.id] for view in all_ if view.id in pictures}
            if not stills:
                continue
            try:
                self._alarms.album.keep_stills(alarm_id, stills, at)
            except LinliError as error:
                log.warning("pictures of alarm %s were not kept: %s", alarm_id, error)

    def _asks(self, alarm_id: str) -> bool:
        try:
            return self._alarms.get(alarm_id).state not in UNSEEN
        except NotFound:
            return False  # A copy of an alarm that has its pictures.


def watching(thing_id: str, things: Iterable[ThingView], around: Callable[[str], str | None]) -> list[ThingView]:
    """The cameras that can see a thing: itself, else those at its place, else at the place around it; three at most."""
    everything = {view.id: view for view in things}
    it = everything.get(thing_id)
    if it is None:
        return []
    if it.thing.model.still:
        return [it]
    place = it.place_id
    while place is not None:
        there = [view for view in everything.values() if view.place_id == place and _can_see(view)]
        if there:
            return sorted(there, key=lambda view: view.id)[:MOST_CAMERAS]
        place = around(place)
    return []


def _can_see(view: ThingView) -> bool:
    return bool(view.thing.model.still) and view.online is not False and not view.out_of_service


def fitted(data: bytes) -> bytes | None:
    """The picture as a JPEG of at most 1,280 pixels a side, without what a camera wrote beside it; None for what is none."""
    try:
        with Image.open(io.BytesIO(data), formats=["JPEG"]) as picture:
            if picture.width * picture.height > LARGEST_AREA:
                return None
            picture.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
            small = picture.convert("RGB")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, SyntaxError, ValueError) as error:
        log.info("a camera sent what is no picture: %s", error)
        return None
    small.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
