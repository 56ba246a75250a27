"""The sound of alarms: one short tone a priority, always the same; only what endangers lives repeats until it is answered.

Qt's sound classes are not part of the Essentials, so the platform's own player is started: winsound, paplay, pw-play, aplay
or afplay, else the system's beep.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QProcess, QTimer
from PySide6.QtWidgets import QApplication

from desktop.alarms.views import AlarmView
from desktop.things.model import Priority
from resources.loader import folder
from ui.alarms.sounding import Asked, asked, sounds

REPEAT_MS = 4_000
PLAYERS = ("paplay", "pw-play", "aplay", "afplay")


class Plays(Protocol):
    """What makes a tone heard."""

    def play(self, file: Path) -> None: ...
    def stop(self) -> None: ...


class Player(QObject):
    """Plays one wave file at a time, without waiting; one asked for meanwhile comes after, the latest of several."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._program = next((found for name in PLAYERS if (found := shutil.which(name))), None)
        self._next: Path | None = None
        self._process = QProcess(self)
        self._process.finished.connect(self._play_next)
        self._process.errorOccurred.connect(self._failed)

    def play(self, file: Path) -> None:
        if sys.platform == "win32":
            import winsound

            winsound.PlaySound(str(file), winsound.SND_FILENAME | winsound.SND_ASYNC | winsound.SND_NODEFAULT)
        elif self._program is None:
            QApplication.beep()
        elif self._process.state() == QProcess.ProcessState.NotRunning:
            self._process.start(self._program, [str(file)])
        else:
            self._next = file

    def stop(self) -> None:
        """Ends a tone that is still sounding."""
        self._next = None
        if self._process.state() != QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(200)

    def _play_next(self) -> None:
        file, self._next = self._next, None
        if file is not None:
            self.play(file)

    def _failed(self, error: QProcess.ProcessError) -> None:
        # A player that is there and does not start: at least something is heard.
        if error == QProcess.ProcessError.FailedToStart:
            QApplication.beep()


class AlarmSound(QObject):
    """Makes heard what `sounds` decides, and goes on with what endangers lives until it is acknowledged.

    `muted` silences this terminal; the alarms stay unacknowledged. A new alarm sounds even after an earlier one
    was silenced.
    """

    def __init__(self, player: Plays, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self._asked: Asked | None = None
        self._going_on: Priority | None = None
        self._repeat = QTimer(self)
        self._repeat.setInterval(REPEAT_MS)
        self._repeat.timeout.connect(self._again)
        self._muted = False

    @property
    def muted(self) -> bool:
        return self._muted

    @property
    def repeating(self) -> bool:
        """Whether an alarm of life safety keeps sounding."""
        return self._repeat.isActive()

    def set_muted(self, muted: bool) -> None:
        """Switched on again, what endangers lives and nobody answered is heard at once."""
        if muted == self._muted:
            return
        self._muted = muted
        if muted:
            self.silence()
        elif self._going_on is not None:
            self._again()
            self._repeat.start()

    def silence(self) -> None:
        """Ends what sounds now; the next new alarm sounds again."""
        self._repeat.stop()
        self._player.stop()

    def hear(self, alarms: Sequence[AlarmView], flood: bool = False) -> None:
        """The alarms as they stand."""
        heard = sounds(self._asked, alarms, flood)
        self._asked, self._going_on = asked(alarms), heard.going_on
        if heard.going_on is None:
            self._repeat.stop()
        if self._muted or heard.once is None:
            return
        self._play(heard.once)
        if heard.going_on is not None:
            self._repeat.start()

    def _again(self) -> None:
        if self._going_on is not None:
            self._play(self._going_on)

    def _play(self, priority: Priority) -> None:
        self._player.play(folder("sounds", f"{priority}.wav"))
