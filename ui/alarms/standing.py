"""Reads what stands, for the page, the wall and the ear."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.kernel.bus import Changed
from ui.aio import in_background, slot
from ui.alarms.views import LOOK_BACK, Standing

if TYPE_CHECKING:
    from desktop.app import Console


def read_standing(console: Console) -> Standing:
    """Waits for the store: call it in the background."""
    now = console.clock.now()
    return Standing(tuple(console.alarms.open()), tuple(console.alarms.annunciations(now - LOOK_BACK)))


class Hearing(QObject):
    """Reads what stands and hands it on, one reading at a time and the newest last, whoever may look."""

    def __init__(self, console: Console, tell: Callable[[Standing], None], parent: QObject) -> None:
        super().__init__(parent)
        self._console, self._tell = console, tell
        self._asked = self._running = False

    def changed(self, event: Changed) -> None:
        """A thing too: one that is taken out of service takes its alarms with it."""
        if event.touches("alarm", "thing"):
            self.ask()

    def ask(self) -> None:
        self._asked = True
        if not self._running:
            self._running = True
            self._run()

    @slot
    async def _run(self) -> None:
        try:
            while self._asked:
                self._asked = False
                self._tell(await in_background(read_standing, self._console))
        finally:
            self._running = False
