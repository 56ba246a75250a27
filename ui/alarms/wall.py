"""Alarms for a screen on the wall: read at four metres, without a button, alive as long as it hangs there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QPainter, QPaintEvent, QShortcut
from PySide6.QtWidgets import QWidget

from desktop.alarms.views import PRIORITIES, AlarmView
from desktop.field.messages import Health
from desktop.kernel.bus import Changed
from desktop.kernel.words import Words
from ui.aio import in_background
from ui.alarms.columns import lasted, what
from ui.alarms.detail import listed
from ui.alarms.rows import Row, by_priority, grouped, hidden_by
from ui.alarms.standing import read_standing
from ui.alarms.views import WAITING, Standing, narrowed
from ui.alarms.walllines import MARK, Line, WallLines
from ui.parts.badge import PRIORITY_MARK, paint_mark
from ui.parts.layout import column, hairline, row
from ui.parts.refresh import Refresh
from ui.parts.text import Label
from ui.parts.when import lasting, local
from ui.shell.context import Context
from ui.shell.lights import broker_light
from ui.theme.fonts import Weight, font
from ui.theme.tokens import theme
from ui.things.silence import census

MARGIN = 40


@dataclass(frozen=True)
class Board:
    """What was read for the wall."""

    standing: Standing
    on_duty: tuple[str, ...]
    silent: int = 0
    """How many things are not heard."""


def wall_order(rows: Sequence[Row]) -> list[Row]:
    """What endangers lives and nobody has answered, then the most urgent, of equals what nobody has answered; the line for
    the rest stays last."""

    def rank(one: Row) -> tuple[bool, bool, int, bool]:
        waiting = [alarm for alarm in one.alarms if alarm.state in WAITING]
        lives = any(alarm.life_safety for alarm in waiting)
        return one.kind == "more", not lives, PRIORITIES.index(one.alarm.priority), not waiting

    return sorted(rows, key=rank)


def answered_by(words: Words, alarms: Sequence[AlarmView], on_duty: Sequence[str]) -> str:
    """Who is on it: who acknowledged, else that nobody did and who should."""
    names = dict.fromkeys(alarm.acknowledged_by_name for alarm in alarms if alarm.acknowledged_by_name)
    if names and not any(alarm.state in WAITING for alarm in alarms):
        return words("alarms.wall.answered", name=listed(words, names))
    if not on_duty:
        return words("alarms.wall.nobody")
    return words("alarms.wall.nobody_yet", names=listed(words, on_duty))


def hang(wall: QWidget, console: QWidget) -> None:
    """Fills a screen that the console's window is not on; its own where there is no other."""
    own = console.screen()
    screen = next((one for one in QGuiApplication.screens() if one is not own), own)
    wall.setScreen(screen)
    wall.setGeometry(screen.geometry())
    wall.showFullScreen()


class Big(Label):
    """28 or 48 px."""

    def __init__(self, *, huge: bool = False, weight: Weight = 600, wrap: bool = False) -> None:
        super().__init__("", "figure", weight=weight, elide=not wrap, wrap=wrap)
        if huge:
            self.setFont(font("gate", weight, True))


class Count(QWidget):
    """How many of one priority, in its shape."""

    def __init__(self, priority: str, name: str) -> None:
        super().__init__()
        self._priority, self._n = priority, 0
        self._figure, self._word = Big(huge=True), Big(weight=400)
        self._word.setText(name)
        self.setLayout(row(56, self._figure, self._word, None, spacing=16))
        self.setMinimumHeight(72)
        self.show_count(0)

    def show_count(self, n: int) -> None:
        self._n = n
        self._figure.setText(str(n))
        # None of a priority is nothing to look at.
        self._figure.set_tone("ink" if n else "hint")
        self._word.set_tone("ink" if n else "hint")
        self.setAccessibleName(f"{self._word.text()} {n}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        color = theme().color(self._priority if self._n else "line_strong")
        paint_mark(painter, QPointF(22, self.height() / 2), PRIORITY_MARK[self._priority], color, 36)


class AlarmWall(QWidget):
    """A window of its own. Esc or F11 puts it away.

    Signals:
        closed: it is gone.
    """

    closed = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("ground", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._context, self._words = context, context.words
        words = self._words
        self.setWindowTitle(words("alarms.wall.title"))
        self._board = Board(Standing(), ())
        self._loaded = False
        self._clock, self._trouble = Big(), Big()
        self._trouble.set_tone("high")
        community = context.console.places.community()
        name = Big()
        name.setText(f"{community.name} · {words('alarms.title')}" if community else words("alarms.wall.title"))
        self._counts = {one: Count(one, words(f"alarms.priority.{one}")) for one in PRIORITIES}
        self._mark = _Mark()
        self._what, self._where, self._who, self._do = (
            Big(huge=True),
            Big(),
            Big(weight=400),
            Big(weight=400, wrap=True),
        )
        self._first = QWidget()
        told = column(self._what, self._where, self._who, 8, self._do, spacing=8)
        self._first.setLayout(row(self._mark, told, spacing=24))
        self._lines = WallLines()
        self._calm = Big(huge=True)
        top = row(name, None, self._clock, spacing=24)
        counts = row(*self._counts.values(), spacing=24)
        self._inside = column(
            top, self._trouble, counts, hairline(), self._first, self._calm, 8, self._lines, spacing=16,
            margins=(MARGIN, 28, MARGIN, 28),
        )  # fmt: skip
        self._inside.setStretchFactor(self._lines, 1)
        self.setLayout(self._inside)
        for key in ("Esc", "F11"):
            QShortcut(QKeySequence(key), self).activated.connect(self.close)
        self._refresh = Refresh(self, self._load, self._failed)
        self._second = QTimer(self)
        self._second.setInterval(1000)
        self._second.timeout.connect(self._draw)
        self._second.start()
        # Floods end and turns change while nothing else happens.
        self._minute = QTimer(self)
        self._minute.setInterval(30_000)
        self._minute.timeout.connect(self._refresh.ask)
        self._minute.start()
        context.bridge.on(Changed, self._changed, self)
        context.bridge.on(Health, lambda _health: self._draw(), self)
        self._problem = ""
        self._refresh.ask()
        self._draw()

    def closeEvent(self, _event: QCloseEvent) -> None:
        self._second.stop()
        self._minute.stop()
        self.closed.emit()

    def _changed(self, event: Changed) -> None:
        if event.touches("alarm", "duty", "operator", "thing", "place"):
            self._refresh.ask()

    async def _load(self) -> None:
        self._board = await in_background(self._read)
        self._loaded, self._problem = True, ""
        self._draw()

    def _read(self) -> Board:
        """Waits for the store."""
        console = self._context.console
        turns = console.duty.on_duty(console.clock.now())
        silent = len(census(console.things.all(), console.things).silent)
        return Board(read_standing(console), tuple(dict.fromkeys(turn.name for turn in turns)), silent)

    def _failed(self, error: Exception) -> None:
        # What was shown stays and is said to be old; the person at the desk is told by their own window.
        self._problem = self._words("alarms.wall.store")
        self._draw()

    # Drawing

    def _draw(self) -> None:
        now = self._context.console.clock.now()
        self._clock.setText(f"{local(now):%H:%M}")
        self._say_trouble(now)
        seen = narrowed("open", self._board.standing.alarms, now)
        counted = by_priority(seen)
        for priority, count in self._counts.items():
            count.show_count(counted.get(priority, 0))
        rows = wall_order(self._rows(seen, now))
        self._first.setVisible(bool(rows))
        self._calm.setVisible(not rows)
        if not rows:
            self._calm.setText(self._words(self._nothing()))
            self._lines.show_lines((), "")
            return
        self._draw_first(rows[0], now)
        more = self._words("alarms.page.more_n", n="{n}")
        self._lines.show_lines([self._line(one, now) for one in rows[1:]], more)

    def _nothing(self) -> str:
        """No alarms is good news only while somebody would hear of them."""
        if not self._loaded:
            return "parts.loading"
        return "alarms.wall.deaf" if self._trouble.text() else "alarms.none"

    def _rows(self, seen: Sequence[AlarmView], now: datetime) -> list[Row]:
        things = self._context.console.things.all()
        parents = {view.id: view.parent_id for view in things if view.parent_id}
        names = {view.id: view.name for view in things}
        standing = self._board.standing
        return grouped(
            seen, parents, standing.flood_since(now) is not None, (),
            lambda group: names.get(group.thing_id or "", "") or group.head.thing_name
            if group.thing_id else " / ".join(group.place_path),
            hidden_by(standing.alarms),
        )  # fmt: skip

    def _draw_first(self, one: Row, now: datetime) -> None:
        words, alarm = self._words, one.asks
        self._mark.show_priority(alarm.priority)
        self._what.setText(words.of(alarm.title))
        count = [words("alarms.count", n=len(one.alarms))] if len(one.alarms) > 1 else []
        place = " / ".join(alarm.place_path)
        self._where.setText("  ·  ".join(part for part in (one.title or alarm.thing_name, place, *count) if part))
        age = lasting(words, lasted(alarm, now))
        self._who.setText(f"{age}  ·  {answered_by(words, one.alarms, self._board.on_duty)}")
        self._who.set_tone("ink" if one.waiting else "quiet")
        self._do.setText(words.of(alarm.response))

    def _line(self, one: Row, now: datetime) -> Line:
        words, alarm = self._words, one.alarm
        if one.kind == "more":
            return Line("", what(words, one), "", "", True, len(one.behind))
        where = one.title or alarm.thing_name
        return Line(
            alarm.priority, what(words, one), where, lasting(words, lasted(alarm, now)), not one.waiting,
            len(one.alarms),
        )  # fmt: skip

    def _say_trouble(self, now: datetime) -> None:
        words, console = self._words, self._context.console
        since = self._board.standing.flood_since(now)
        flood = words("alarms.wall.flood", at=f"{local(since):%H:%M}") if since else ""
        health = console.field.health()
        light = broker_light(health)
        lost = "" if light.well else words(light.word if health and health.troubles else "alarms.wall.lost")
        silent = words("app.silent_things", n=self._board.silent) if self._board.silent else ""
        self._trouble.setText("    ".join(part for part in (self._problem, lost, flood, silent) if part))
        self._trouble.setVisible(bool(self._trouble.text()))


class _Mark(QWidget):
    """The priority of what comes first, as tall as its words."""

    def __init__(self) -> None:
        super().__init__()
        self._priority = "low"
        self.setFixedWidth(MARGIN + int(MARK) // 2)

    def show_priority(self, priority: str) -> None:
        self._priority = priority
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_mark(painter, QPointF(24, 36), PRIORITY_MARK[self._priority], theme().color(self._priority), 44)
