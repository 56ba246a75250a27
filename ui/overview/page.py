"""The overview: what needs me now, who is here, how the plant is, what is due today. One screen, no scrolling."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from desktop.alarms.views import AlarmView
from desktop.cases.views import CaseQuery, CaseView
from desktop.kernel.bus import Changed
from desktop.people.duty import Turn
from desktop.things.views import ThingView
from ui.aio import in_background, slot
from ui.overview.lines import LINE, SystemRow
from ui.overview.lists import Line, Lines, card
from ui.overview.summary import LINES, SystemLine, by_post, due_soon, how_of, needing, overdue, state_of, system_lines
from ui.parts.badge import PRIORITY_MARK, Mark
from ui.parts.buttons import Button
from ui.parts.layout import column
from ui.parts.listpage import ListPage
from ui.parts.refresh import Refresh
from ui.parts.series import Sample
from ui.parts.text import Label
from ui.parts.trend import HOUR
from ui.parts.value import one_line, shown
from ui.parts.when import short
from ui.shell.context import Context
from ui.things.silence import DEAD, Census, census
from ui.things.state import by_thing

SECOND_MS, SILENT_EVERY, TRENDS_EVERY, DUTY_EVERY = 1000, 5, 60, 30
FRAME = 260
"""Pixels of the page's height that are neither a system's line nor one of what is due and who is here."""
LEAST_LINES = 3
ICONS = {
    "water": "droplets", "power": "zap", "lift": "arrow-up-down", "fire": "siren", "gas": "flame", "flood": "waves",
    "access": "door-closed", "security": "cctv", "energy": "plug-zap", "light": "lightbulb", "environment": "wind",
    "care": "heart-pulse", "network": "network", "other": "box",
}  # fmt: skip


MARKS: dict[str, Mark] = {
    "things.state.normal": "", "things.state.out_of_service": "dash", "overview.state.offline": "ring",
    "overview.state.silent": "ring", "overview.state.returned": "dash",
}  # fmt: skip
"""Of a system's words without an alarm; whatever else leaves something open is half."""
MOST_CASES = 200
"""Of the most pressing cases so many are read; whoever has more that are late has other worries than their count."""


class OverviewPage(ListPage):
    """Counts and values move once a second while the page is visible, sparklines once a minute."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        super().__init__(context.words("overview.title"))
        self._alarms: Sequence[AlarmView] = ()
        self._in_hand: Sequence[AlarmView] = ()
        self._cases: Sequence[CaseView] = ()
        self._open_cases = 0
        self._turns: Sequence[Turn] = ()
        self._census: Census | None = None
        self._lines: list[SystemLine] = []
        self._speaking: list[str] = []
        self._seconds = 0
        self._read = False
        self._needs, self._due, self._here = Lines(), Lines(), Lines()
        self._systems = {
            system: SystemRow(
                ICONS[system], context.words(f"things.system.{system}"), partial(self._open_system, system)
            )
            for system in LINES
        }
        self._plant = QGridLayout()
        self._arranged: list[str] = []
        self._ordered: list[QWidget] = []
        self._needs_count = Label("", "secondary", tone="hint", tabular=True)
        self._rest = Button("", "link", key="M", on=lambda: self._context.shell.go(self._rest_page))
        self._rest_page = "alarms"
        self._due_count = Label("", "secondary", tone="hint", tabular=True)
        self.inside = self._lay_out()
        self.set_body(self.inside)
        self._timer = QTimer(self)
        self._timer.setInterval(SECOND_MS)
        self._timer.timeout.connect(self.tick)
        self._list = Refresh(self, self._load, context.shell.tell)
        context.bridge.on(Changed, self._changed, self)
        self._list.ask()

    def tick(self) -> None:
        """A second went by."""
        views = self._context.console.things.all()
        if self._seconds % SILENT_EVERY == 0:
            self._take_census(views)
        if self._seconds % DUTY_EVERY == DUTY_EVERY - 1:
            # Turns begin and end while nothing is written.
            self._list.ask()
        self._show_needs()
        self._show_systems(views)
        self._order_tabs()
        if self._read and self.hasFocus():
            self.focusNextChild()
        # Also when another thing speaks for a system: at the start they come in one by one.
        speaking = [line.thing.id if line.thing else "" for line in self._lines]
        if speaking != self._speaking or (self._seconds % TRENDS_EVERY == 0 and views):
            self._speaking = speaking
            self._load_trends()
        self._seconds += 1

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._seconds = 0
        self.tick()
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def landing(self) -> Sequence[QWidget]:
        """What needs somebody first. Until that was read the page itself holds the focus, and gives it on then."""
        return [*self._needs.lines(), *self._due.lines(), *self._shown_systems()] if self._read else [self]

    def needs(self) -> list[str]:
        """What needs a person, in the order shown."""
        return self._needs.titles()

    def due(self) -> list[str]:
        return self._due.titles()

    def here(self) -> list[str]:
        """Who is on duty, a line for each post."""
        return self._here.titles()

    def system_words(self) -> dict[str, str]:
        """The one word of each system that is here."""
        return {system: self._systems[system].word() for system in self._arranged}

    # Drawing

    def _lay_out(self) -> QWidget:
        words = self._words
        needs = card(words("overview.needs"), self._needs_count, self._needs, rest=self._rest)
        self._plant.setSpacing(0)
        self._plant.setHorizontalSpacing(16)
        for side in (0, 1):
            self._plant.setColumnStretch(side, 1)
        plant = card(words("overview.plant"), None, self._plant)
        here = card(words("overview.here"), None, self._here)
        due = card(words("overview.due"), self._due_count, self._due)
        body = QWidget()
        # What is listed follows the window's height; it must not keep a window from being made lower.
        body.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        grid = QGridLayout(body)
        grid.setContentsMargins(24, 4, 24, 20)
        grid.setSpacing(16)
        grid.addLayout(column(needs, None, spacing=16), 0, 0)
        grid.addLayout(column(due, here, None, spacing=16), 0, 1)
        grid.addWidget(plant, 1, 0, 1, 2)
        grid.setRowStretch(2, 1)
        grid.setColumnStretch(0, 64)
        grid.setColumnStretch(1, 36)
        return body

    def _arrange(self, systems: Sequence[str]) -> None:
        """The systems that are here, in two columns read downwards."""
        if systems == self._arranged:
            return
        self._arranged = list(systems)
        half = (len(systems) + 1) // 2
        for name, line in self._systems.items():
            line.setVisible(name in systems)
            if name in systems:
                side, place = divmod(systems.index(name), half)
                self._plant.addWidget(line, place, side)

    def _shown_systems(self) -> list[QWidget]:
        return [self._systems[system] for system in self._arranged]

    def _order_tabs(self) -> None:
        """As the eye goes: lines that are made anew would come after everything else."""
        order: list[QWidget] = [*self._needs.lines(), self._rest, *self._due.lines(), *self._here.lines()]
        order += self._shown_systems()
        if order != self._ordered:
            self._ordered = order
            for one, after in pairwise(order):
                QWidget.setTabOrder(one, after)

    def _show_needs(self) -> None:
        words = self._words
        alarms, late = needing(self._alarms, self._in_hand), overdue(self._cases)
        dead = self._census.silent if self._census else ()
        go, now = self._context.shell.go, self._context.console.clock.now()
        lines: list[Line] = []
        for alarm in alarms:
            place = " / ".join((*alarm.place_path, one_line(alarm.thing_name)))
            # What is over and answered is no longer on the page of alarms: its case is what goes on.
            over = alarm.state == "normal" and alarm.case_id is not None
            state = words(f"overview.{how_of(alarm)}", at=short(alarm.onset_at, now), case=alarm.case_number or "")
            open_ = partial(go, "cases", alarm.case_id or "") if over else partial(go, "alarms", alarm.id)
            look = alarm.priority if alarm.active else f"{alarm.priority}-over"
            lines.append((look, words.of(alarm.title), place, state, open_))
        for case in late:
            at = words("overview.overdue_since", at=short(case.due_at or case.opened_at, now))
            lines.append(("overdue", one_line(case.title), case.number, at, partial(go, "cases", case.id)))
        room = self._room() + 1 - (1 if dead else 0)
        hidden = max(0, len(lines) - room)
        # What is left out is where its kind is listed whole.
        self._rest_page = "alarms" if len(alarms) > room else "cases"
        lines = lines[:room]
        if dead:
            name = one_line(dead[0].view.name)
            under = name if len(dead) == 1 else words("overview.and_others", name=name, n=len(dead))
            lines.append(("silent", words("overview.silent", n=len(dead)), under, "", partial(go, "things", DEAD)))
        count = len(alarms) + len(late)
        parts = [words("overview.alarms", n=len(alarms))] if alarms else []
        parts += [words("overview.late", n=len(late))] if late else []
        self._rest.setVisible(hidden > 0)
        self._rest.set_label(words("overview.more", n=hidden))
        self._needs_count.setText(" · ".join(parts) if count else "")
        self._needs.show_lines(lines, words("overview.needs_none"))
        self._show_due()

    def _room(self) -> int:
        """For how many lines of what is due and who is here there is room without scrolling; beside these two cards the one
        of what needs somebody has room for one line more."""
        rows = (len(self._arranged or LINES) + 1) // 2
        return max(LEAST_LINES, (self.height() - FRAME - rows * LINE) // LINE)

    def _show_due(self) -> None:
        words, now = self._words, self._context.console.clock.now()
        due = due_soon(self._cases, now)
        here = self._show_here(len(due))
        # One at least: an empty list would say that nothing is due.
        room = max(1, self._room() - here)
        lines: list[Line] = [
            (
                "due", one_line(case.title), case.number, short(case.due_at or case.opened_at, now),
                partial(self._context.shell.go, "cases", case.id),
            )
            for case in due[:room]
        ]  # fmt: skip
        self._due_count.setText(str(len(due)) if due else "")
        open_count = self._open_cases
        self._due.show_lines(
            lines, words("overview.due_none" if open_count == 0 else "overview.due_open", n=open_count)
        )

    def _show_here(self, due: int) -> int:
        """Who the roster says is here: whoever is signed in need not be. A line for each post, or one for all where what is
        due would not have room beside them; says how many."""
        words, now = self._words, self._context.console.clock.now()
        go = partial(self._context.shell.go, "duty")
        lines: list[Line] = []
        for post, turns in by_post(self._turns):
            until = words("overview.until", at=short(min(turn.ends_at for turn in turns), now))
            names = words("overview.and").join(one_line(turn.name) for turn in turns)
            lines.append(("here", names, words(f"duty.post.{post}"), until, go))
        if len(lines) > 1 and len(lines) + due > self._room():
            lines = [("here", "  ·  ".join(f"{post} {names}" for _, names, post, _, _ in lines), "", "", go)]
        lines = lines or [("nobody", words("overview.nobody_here"), "", "", go)]
        self._here.show_lines(lines, "")
        return len(lines)

    def _show_systems(self, views: Sequence[ThingView]) -> None:
        words, now = self._words, self._context.console.clock.now().timestamp()
        self._lines = system_lines(views, by_thing(self._alarms), self._census or Census())
        self._arrange([line.system for line in self._lines if line.count] or list(LINES))
        for line in self._lines:
            own = self._systems[line.system]
            if not line.count:
                own.show_state("", words("overview.no_things"), "quiet", "")
                own.show_no_value()
                continue
            count = words("overview.count", n=line.count)
            word, n = state_of(line)
            if self._census is None and not line.alarmed:
                # Nothing is called well before it was looked at.
                own.show_state(count, "", "quiet", "")
                continue
            mark: Mark = PRIORITY_MARK[line.priority] if line.priority else MARKS.get(word, "half")
            own.show_state(count, words(word, n=n), line.priority or "quiet", mark)
            if line.thing is not None and line.point is not None:
                reading = self._context.console.things.reading(line.thing.id, line.point.name)
                title = words.of(line.point.title)
                own.show_value(shown(line.point, reading, words, now), title)
            else:
                own.show_no_value()

    def _open_system(self, system: str) -> None:
        line = next((line for line in self._lines if line.system == system), None)
        dead = line is not None and line.priority is None and line.silent
        self._context.shell.go("things", f"{DEAD}/{system}" if dead else line.first.id if line and line.first else "")

    # Reading

    def _changed(self, event: Changed) -> None:
        if event.touches("alarm", "case", "thing", "place", "duty", "operator"):
            self._list.ask()

    async def _load(self) -> None:
        console = self._context.console
        if self._context.who.may("alarms.see"):
            self._alarms = await in_background(console.alarms.open)
            self._in_hand = await in_background(console.alarms.in_hand)
        self._turns = await in_background(console.duty.on_duty, console.clock.now())
        if self._context.who.may("cases.see"):
            self._cases, self._open_cases = await in_background(self._pressing)
        self._read = True
        self.tick()

    def _pressing(self) -> tuple[Sequence[CaseView], int]:
        """The late ones and then those that are due next, and how many are open."""
        lists = self._context.console.case_lists
        return lists.page(CaseQuery(), limit=MOST_CASES), lists.count(CaseQuery()).total

    @slot
    async def _take_census(self, views: Sequence[ThingView]) -> None:
        # The main values of every thing are looked at.
        found = await in_background(census, views, self._context.console.things)
        if found != self._census:
            self._census = found
            self._show_needs()
            self._show_systems(self._context.console.things.all())

    @slot
    async def _load_trends(self) -> None:
        lines = [line for line in self._lines if line.thing is not None and line.point is not None]
        now = self._context.console.clock.now().timestamp()
        found = await in_background(self._read_trends, lines, now)
        for line, samples in zip(lines, found, strict=True):
            every = line.point is not None and line.point.history == "every"
            gap = max(30.0, line.point.stale_after * 1.5) if line.point and every else float("inf")
            self._systems[line.system].show_samples(samples, now - HOUR, now, gap, not every)

    def _read_trends(self, lines: Sequence[SystemLine], now: float) -> list[list[Sample]]:
        history = self._context.console.things.history
        return [
            history(line.thing.id, line.point.name, now - HOUR, now, 240) if line.thing and line.point else []
            for line in lines
        ]
