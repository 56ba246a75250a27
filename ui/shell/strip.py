"""The line at the foot of the window: what is connected, what waits, and what time it is."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QWidget

from desktop.field.messages import Health
from desktop.kernel.clock import Clock, from_ms
from desktop.kernel.words import Words
from ui.parts.layout import row
from ui.parts.text import Label
from ui.parts.when import local, short
from ui.theme.tokens import px


def intake_words(health: Health | None, clock: Clock, words: Words) -> str:
    """How the live values stand, in a sentence."""
    if health is None or health.link == "connecting":
        return words("app.strip.connecting")
    if health.link == "up":
        return words("app.strip.live", rate=f"{health.rate:.0f}")
    return words("app.strip.last_known", since=short(from_ms(health.link_since_ms), clock.now()))


def waiting_words(health: Health | None, words: Words) -> str:
    """What has been taken in and not yet written."""
    waiting = sum(health.queued.values()) if health else 0
    return words("app.strip.waiting", n=waiting) if waiting else words("app.strip.nothing_waits")


def lost_words(health: Health | None, words: Words) -> str:
    """What was refused or dropped; nothing is said when nothing was."""
    lost = sum(health.dropped.values()) if health else 0
    return words("app.strip.dropped", n=lost) if lost else ""


class StatusStrip(QFrame):
    """28 px of plain words."""

    def __init__(self, words: Words, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "strip")
        self.setFixedHeight(px("height", "strip"))
        self._words, self._clock = words, clock
        self._intake, self._things, self._waiting, self._lost, self._time = (
            Label("", "caption", tone="quiet", tabular=True) for _ in range(5)
        )
        self._lost.set_tone("high")
        self.setLayout(
            row(
                self._intake,
                self._things,
                self._waiting,
                self._lost,
                None,
                self._time,
                spacing=20,
                margins=(24, 1, 16, 0),
            )
        )

    def refresh(self, health: Health | None, online: int, known: int) -> None:
        """Called once a second."""
        self._intake.setText(intake_words(health, self._clock, self._words))
        self._intake.set_tone("quiet" if health is None or health.link in ("up", "connecting") else "high")
        self._things.setText(self._words("app.strip.things", online=online, known=known))
        self._waiting.setText(waiting_words(health, self._words))
        self._lost.setText(lost_words(health, self._words))
        self._lost.setVisible(bool(self._lost.text()))
        self._time.setText(f"{local(self._clock.now()):%Y-%m-%d %H:%M:%S}")
