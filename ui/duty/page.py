"""The duty roster: who is on now, and a week of turns. Guards see it, managers change it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop.kernel.bus import Changed
from desktop.people.duty import POSTS, Turn
from desktop.people.views import StaffView
from ui.aio import in_background, slot
from ui.duty.form import TurnForm
from ui.duty.grid import WeekGrid
from ui.duty.week import DAYS, cells, monday_of
from ui.parts.badge import MarkedWord
from ui.parts.buttons import Button, IconButton
from ui.parts.failed import tell_failure
from ui.parts.layout import card, clear, column, row
from ui.parts.listpage import ListPage
from ui.parts.refresh import Refresh
from ui.parts.text import Label
from ui.parts.when import local, midnight, short
from ui.shell.context import Context

BEGINS = timedelta(hours=8)
"""When a turn that is put into an empty day begins."""
WEEK = timedelta(days=DAYS)


@dataclass(frozen=True)
class Read:
    """One week and this moment."""

    turns: tuple[Turn, ...]
    on_now: tuple[Turn, ...]
    staff: tuple[StaffView, ...]


class DutyPage(ListPage):
    """A week grid under a line that says who is on now."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        super().__init__(self._words("duty.title"))
        self._may = context.who.may("duty.change")
        self._monday = monday_of(self._today())
        self._read: Read | None = None
        self._form: QObject | None = None
        self._refresh = Refresh(
            self,
            self._load,
            lambda error: tell_failure(self, self._words, error, self._read is not None, self._refresh.ask),
        )
        self._build_toolbar()
        self._now = row(spacing=16)
        self.filters.addLayout(self._now)
        self._grid = WeekGrid(self._words)
        self._grid.moved.connect(self._chosen)
        if self._may:
            self._grid.opened.connect(self._open_form)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget()
        inside.setLayout(column(self._grid, None))
        inside.setProperty("ground", "surface")
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        scroll.setWidget(inside)
        self._scroll = scroll
        self.set_body(scroll)
        self.land_on(self._grid)
        self._minute = QTimer(self)
        self._minute.setInterval(30_000)
        self._minute.timeout.connect(self._refresh.ask)
        self._minute.start()
        context.bridge.on(
            Changed, lambda event: self._refresh.ask() if event.touches("duty", "operator") else None, self
        )
        self._refresh.ask()

    def _build_toolbar(self) -> None:
        words = self._words
        self._week = Label("", "body", tabular=True)
        back = IconButton("chevron-left", words("duty.week_before"), key="PgUp", on=lambda: self._go(-1))
        on = IconButton("chevron-right", words("duty.week_after"), key="PgDown", on=lambda: self._go(1))
        self._today_act = Button(words("duty.week"), key="T", on=lambda: self._go(0))
        self._copy = Button(words("duty.copy_last"), icon_name="copy", key="Ctrl+D", on=self._copy_last)
        self._off = Button(words("duty.take_off"), key="Del", on=self._take_off)
        self._put = Button(words("duty.put"), "primary", key="N", on=self._open_form)
        for widget in (back, self._week, on, self._today_act, self._copy, self._off, self._put):
            self.toolbar.addWidget(widget)
        for act in (self._copy, self._off, self._put):
            act.setHidden(not self._may)

    def selection_key(self) -> str:
        return f"{self._monday:%Y-%m-%d}"

    def select_key(self, key: str) -> None:
        """The week of a day written as 2026-11-22; anything else changes nothing."""
        try:
            self._monday = monday_of(date.fromisoformat(key))
        except ValueError:
            return
        self._refresh.ask()

    # Reading

    def _today(self) -> date:
        return local(self._context.console.clock.now()).date()

    async def _load(self) -> None:
        monday = self._monday
        self._read = await in_background(self._ask, monday)
        if monday == self._monday:
            self._draw(self._read)

    def _ask(self, monday: date) -> Read:
        """Waits for the store."""
        console = self._context.console
        since = midnight(monday)
        staff = console.people.staff() if self._may else []
        return Read(
            tuple(console.duty.shifts(since, since + WEEK)), tuple(console.duty.on_duty(console.clock.now())),
            tuple(staff),
        )  # fmt: skip

    def _draw(self, read: Read) -> None:
        now, sunday = self._context.console.clock.now(), self._monday + WEEK - timedelta(days=1)
        self._week.setText(f"{self._monday:%Y-%m-%d} – {sunday:%m-%d}")
        self._today_act.setEnabled(self._monday != monday_of(self._today()))
        self.set_count(self._words("duty.count", n=len(read.turns)) if read.turns else "")
        self._draw_now(read)
        self._grid.show_week(self._monday, self._today(), cells(read.turns, self._monday, now))
        self._chosen()
        self._say_empty(not read.turns)
        self.show_body()

    def _say_empty(self, empty: bool) -> None:
        """An empty week says what to do about it, to those who may."""
        if not empty:
            self.clear_banner()
            return
        do = self._words("duty.empty_do") if self._may else ""
        self.show_banner(self._words("duty.empty"), detail=do)

    def _draw_now(self, read: Read) -> None:
        """One card a post: who answers now, and until when; an empty post is said by shape and word."""
        clear(self._now)
        now = self._context.console.clock.now()
        for post in POSTS:
            title = Label(self._words("duty.now", post=self._words(f"duty.post.{post}")), "caption")
            there = [turn for turn in read.on_now if turn.post == post]
            if there:
                names = ("、" if self._words.lang == "zh" else ", ").join(turn.name for turn in there)
                until = self._words("duty.until_at", time=short(max(turn.ends_at for turn in there), now))
                told = row(
                    Label(names, "section", elide=True), Label(until, "secondary", tabular=True), None, spacing=12
                )
            else:
                told = row(MarkedWord(self._words("duty.nobody"), "high", "triangle", weight=500), None)
            self._now.addWidget(card(column(title, told, spacing=4)), 1)

    def _chosen(self) -> None:
        self._off.setEnabled(self._form is None and self._grid.turn() is not None)

    def _go(self, weeks: int) -> None:
        """To another week, or with nought to this one."""
        self._monday = self._monday + weeks * WEEK if weeks else monday_of(self._today())
        self._refresh.ask()

    # Acts

    def _open_form(self) -> None:
        if self._read is None or self._form is not None:
            return
        post, day = self._grid.cell()
        turn = self._grid.turn()
        # After the turn that is chosen comes the next one.
        begins = turn.ends_at if turn is not None else midnight(self._monday + timedelta(days=day)) + BEGINS
        form = TurnForm(self, self._context, self._read.staff, POSTS[post], begins)
        form.closed.connect(self._release)
        self._form = form
        self._enable(False)

    def _release(self) -> None:
        self._form = None
        self._enable(True)
        self._chosen()
        self._grid.setFocus()

    def _enable(self, on: bool) -> None:
        for widget in (self._scroll, self._copy, self._off, self._put):
            widget.setEnabled(on)

    @slot
    async def _take_off(self) -> None:
        turn = self._grid.turn()
        if turn is None or not self._may:
            return
        words, shell, duty, who = self._words, self._context.shell, self._context.console.duty, self._context.who
        await in_background(duty.take_off, who, turn.id)
        shell.say(words("duty.taken_off", name=turn.name), act=words("duty.undo"), on_act=lambda: self._put_back(turn))

    @slot
    async def _put_back(self, turn: Turn) -> None:
        duty, who = self._context.console.duty, self._context.who
        await in_background(duty.put, who, turn.post, turn.operator_id, turn.begins_at, turn.ends_at)

    @slot
    async def _copy_last(self) -> None:
        duty, who = self._context.console.duty, self._context.who
        copied = await in_background(duty.copy_week, who, midnight(self._monday - WEEK))
        self._context.shell.say(self._words("duty.copied_n" if copied else "duty.copied_none", n=copied))
