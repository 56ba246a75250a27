"""The sound of alarms: one short tone a priority, always the same; only a critical one repeats until it is answered.

Qt's sound classes are not part of the Essentials, so the platform's own player is started: winsound, paplay, pw-play, aplay
or afplay, else the system's beep.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer
from PySide6.QtWidgets import QApplication

from desktop.alarms.views import PRIORITIES
from desktop.things.model import Priority
from resources.loader import folder

REPEAT_MS = 4_000
PLAYERS = ("paplay", "pw-play", "aplay", "afplay")


class Player(QObject):
    """Plays one wave file at a time, without waiting."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._program = next((found for name in PLAYERS if (found := shutil.which(name))), None)
        self._process = QProcess(self)

    def play(self, file: Path) -> None:
        if sys.platform == "win32":
            import winsound

            winsound.PlaySound(str(file), winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT)
        elif self._program is None:
            QApplication.beep()
        elif self._process.state() == QProcess.ProcessState.NotRunning:
            self._process.start(self._program, [str(file)])

    def stop(self) -> None:
        """Ends a tone that is still sounding."""
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()


class AlarmSound(QObject):
    """Sounds when an unacknowledged alarm is new, and again while a critical one is unanswered.

    `muted` silences this terminal; the alarms stay unacknowledged. A new alarm sounds even after an earlier one
    was silenced.
    """

    def __init__(self, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self._known: frozenset[str] | None = None
        self._repeat = QTimer(self)
        self._repeat.setInterval(REPEAT_MS)
        self._repeat.timeout.connect(lambda: self._play("critical"))
        self._muted = False

    @property
    def muted(self) -> bool:
        return self._muted

    def set_muted(self, muted: bool) -> None:
        self._muted = muted
        if muted:
            self.silence()

    def silence(self) -> None:
        """Ends what sounds now; the next new alarm sounds again."""
        self._repeat.stop()
        self._player.stop()

    def hear(self, unacknowledged: Mapping[str, Priority]) -> None:
        """The unacknowledged alarms as they stand, by id. What stood already when the window opened does not sound alone;
        a critical one does."""
        new = frozenset(unacknowledged) - (self._known or frozenset())
        first, self._known = self._known is None, frozenset(unacknowledged)
        urgent = [unacknowledged[id_] for id_ in new]
        if not any(priority == "critical" for priority in unacknowledged.values()):
            self._repeat.stop()
        if not urgent or self._muted:
            return
        loudest = min(urgent, key=PRIORITIES.index)
        if first and loudest != "critical":
            return
        self._play(loudest)
        if loudest == "critical":
            self._repeat.start()

    def _play(self, priority: Priority) -> None:
        self._player.play(folder("sounds", f"{priority}.wav"))
