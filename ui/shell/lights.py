"""The connection lights: what each line is doing, in a shape and a word. Decided here, drawn by the top bar."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop.field.messages import Health
from desktop.kernel.clock import Clock
from ui.parts.badge import BadgeTone, Mark

CLOCK_JUMP = 120.0
"""Seconds that wall and monotonic clock may part before the clock counts as wrong (reliability-security T29)."""


@dataclass(frozen=True)
class Light:
    """One line. `word` is a key of the catalogue; `well` is drawn quietly."""

    key: str
    word: str
    tone: BadgeTone = "quiet"
    mark: Mark = "check"
    tip: str = ""
    """A key too, where it is not the line's own."""

    @property
    def well(self) -> bool:
        return self.tone == "quiet"


GRAVE = frozenset({"cannot_start", "handover"})
"""Troubles by which an alarm could be lost; all else costs speed, history or a device."""


def broker_light(health: Health | None) -> Light:
    if health is not None and health.troubles and health.link in ("up", "off"):
        grave = any(trouble.kind in GRAVE for trouble in health.troubles)
        tip = "app.light.broker_trouble_tip"
        return Light(
            "broker",
            "app.light.broker_trouble",
            "critical" if grave else "high",
            "diamond" if grave else "triangle",
            tip,
        )
    if health is None or health.link == "connecting":
        return Light("broker", "app.light.broker_connecting", "quiet", "half")
    if health.link == "up":
        return Light("broker", "app.light.broker_up")
    return Light("broker", f"app.light.broker_{health.link}", "high", "triangle")


def hub_light() -> Light:
    """There is no hub yet: said, not hidden."""
    return Light("hub", "app.light.hub_none", "quiet", "dash")


def store_light(problem: bool) -> Light:
    if problem:
        return Light("store", "app.light.store_problem", "critical", "diamond")
    return Light("store", "app.light.store_ok")


@dataclass
class ClockWatch:
    """Notices a machine clock that was set while the program ran."""

    clock: Clock
    _offset: float = field(init=False)

    def __post_init__(self) -> None:
        self._offset = self._difference()

    def light(self) -> Light:
        if abs(self._difference() - self._offset) > CLOCK_JUMP:
            return Light("clock", "app.light.clock_jumped", "high", "triangle")
        return Light("clock", "app.light.clock_ok")

    def _difference(self) -> float:
        return self.clock.now().timestamp() - self.clock.monotonic()
