"""Trends: any points of any things together, live at the right edge, over an hour or a year."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from PySide6.QtCore import QBuffer, QIODevice, QTimer
from PySide6.QtGui import QHideEvent, QImage, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from desktop.field.messages import ThingGone, ThingSeen
from desktop.kernel.bus import Changed
from desktop.things.limits import Limit
from ui.aio import in_background, slot
from ui.parts.buttons import Button
from ui.parts.chips import FilterChips
from ui.parts.files import ask_where, table_file
from ui.parts.layout import column, framed, hairline, row
from ui.parts.page import Page
from ui.parts.plot import LinePlot
from ui.parts.refresh import Refresh
from ui.parts.text import Label
from ui.parts.value import shown
from ui.parts.when import local, stamp
from ui.shell.context import Context
from ui.trends.legend import Legend, Told
from ui.trends.picker import Picker
from ui.trends.rules import MOST, SPANS, UNITS, Band, Pick, is_steps, pick_of, read_selection, selection_of, unit_key
from ui.trends.saved import View, load_views, save_views, with_view
from ui.trends.saveform import SaveForm
from ui.trends.sheet import Subject, rows_of

BANDS = 900
"""Bands asked for: about one a pixel of a usual window."""
AGAIN_SHARE, AGAIN_LEAST = 1 / 200, 30.0
"""How often stored bands are read anew at the live edge: each two-hundredth of the period, at least every 30 s."""
PICKER = 264


class TrendsPage(Page):
    """A selection key is `<thing>/<point>,<thing>/<point>`, with `@<span>` behind it if wanted."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("trends.title"))
        self._things = context.console.things
        self._subjects: list[Subject] = []
        self._views: list[View] = []
        self._read_at = 0.0
        self._stale = False
        self._refresh = Refresh(self, self._load, self._failed)
        self._make_toolbar()
        self._make_filters()
        self.picker = Picker(words)
        self.picker.toggled.connect(self._toggle)
        self.plot = LinePlot(words("trends.chart"), words("trends.empty"))
        self.plot.ranged.connect(lambda _since, _until: self._refresh.ask())
        self.legend = Legend(words, self._remove, self._open)
        self._period = Label("", "secondary", tabular=True)
        self._live = Label("", "secondary", weight=500)
        self._back = Button(words("trends.to_live"), "plain", key="Home", show_key=False, on=self.plot.home)
        self.set_body(self._lay_out())
        QShortcut(QKeySequence("/"), self, self.picker.search.setFocus)
        self._timer = QTimer(self)
        self._timer.setInterval(1000)
        self._timer.timeout.connect(self.second)
        context.bridge.on(Changed, self._changed, self)
        context.bridge.on(ThingSeen, lambda _seen: self._mark_stale(), self)
        context.bridge.on(ThingGone, lambda _gone: self._mark_stale(), self)
        self.plot.show_span(SPANS[self._spans.current()], self._now())
        self._show_things()
        self._show()
        self._load_views()

    # What the shell asks

    def selection_key(self) -> str:
        return selection_of([subject.pick for subject in self._subjects], self._spans.current())

    def select_key(self, key: str) -> None:
        """Shows these points in the place of what was shown."""
        picks, span = read_selection(key)
        subjects = [subject for pick in picks if (subject := self._subject(pick)) is not None]
        if not subjects:
            return
        if span:
            self._spans.choose(span)
        self._subjects = []
        for subject in subjects:
            if self._fits(subject):
                self._subjects.append(subject)
        gone = len(picks) - len(subjects)
        if gone:
            self.show_banner(self._words("trends.gone", n=gone), "medium", close_name=self._words("parts.close"))
        self.plot.show_span(SPANS[self._spans.current()], self._now())
        self._picked()

    # Life

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()
        self.second()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def second(self) -> None:
        """Once a second: the newest samples, the moving edge; now and then what was stored meanwhile."""
        if self._stale:
            self._stale = False
            self._show_things()
        now = self._now()
        self.plot.tick(now)
        if not self._subjects:
            return
        for subject in self._subjects:
            subject.view = self._things.get(subject.pick.thing_id) or subject.view
            subject.heard(self._things.reading(*_pair(subject.pick)), now)
        since, until = self.plot.range
        if self.plot.following and now - self._read_at > max(AGAIN_LEAST, (until - since) * AGAIN_SHARE):
            self._refresh.ask()
        self._show()

    # Layout

    def _make_toolbar(self) -> None:
        words = self._words
        self._table = Button(words("trends.export_csv"), key="X", icon_name="table", on=self._export_table)
        self._picture = Button(words("trends.export_png"), key="P", icon_name="download", on=self._export_picture)
        self._save = Button(words("trends.save"), key="S", icon_name="pin", on=self._open_save)
        for button in (self._save, self._table, self._picture):
            self.toolbar.addWidget(button)

    def _make_filters(self) -> None:
        words = self._words
        self._spans = FilterChips([(key, words(f"trends.span.{key}")) for key in SPANS], words("trends.span_name"))
        self._spans.choose("shift")
        self._spans.chosen.connect(self._choose_span)
        self._saved = QComboBox()
        self._saved.setAccessibleName(words("trends.views"))
        self._saved.setPlaceholderText(words("trends.views"))
        self._saved.setMinimumWidth(176)
        self._saved.activated.connect(self._open_view)
        self._delete = Button(words("trends.delete"), "plain", on=self._delete_view)
        self._delete.hide()
        self.filters.addWidget(self._spans)
        self.filters.addStretch(1)
        self.filters.addWidget(self._delete)
        self.filters.addWidget(self._saved)

    def _lay_out(self) -> QWidget:
        self.picker.setFixedWidth(PICKER)
        self._sheet = framed("surface")
        head = row(self._period, 8, self._live, self._back, None, spacing=8)
        box = QVBoxLayout(self._sheet)
        box.setContentsMargins(16, 8, 16, 12)
        box.setSpacing(8)
        box.addLayout(head)
        box.addWidget(self.plot, 1)
        box.addWidget(self.legend)
        body = framed("surface")
        halves = QHBoxLayout(body)
        halves.setContentsMargins(0, 0, 0, 0)
        halves.setSpacing(0)
        halves.addWidget(self.picker)
        halves.addWidget(hairline(True))
        halves.addWidget(self._sheet, 1)
        whole = QWidget()
        whole.setLayout(column(hairline(), body, spacing=0))
        return whole

    # What is picked

    def _subject(self, pick: Pick) -> Subject | None:
        view = self._things.get(pick.thing_id)
        point = view.thing.model.point(pick.point) if view is not None else None
        return Subject(pick, view, point) if view is not None and point is not None and point.type != "string" else None

    def _fits(self, subject: Subject) -> bool:
        """Whether there is room for one more line, and for its axis; says so where there is none."""
        units = {unit_key(one.point) for one in self._subjects} | {unit_key(subject.point)}
        if len(self._subjects) >= MOST:
            self._context.shell.say(self._words("trends.too_many", n=MOST))
            return False
        if len(units) > UNITS:
            self._context.shell.say(self._words("trends.too_many_units", n=UNITS))
            return False
        return True

    def _toggle(self, key: str) -> None:
        pick = pick_of(key)
        if pick is None:
            return
        if any(subject.pick == pick for subject in self._subjects):
            self._remove(pick)
            return
        subject = self._subject(pick)
        if subject is not None and self._fits(subject):
            self._subjects.append(subject)
            self._picked()

    def _remove(self, pick: Pick) -> None:
        self._subjects = [subject for subject in self._subjects if subject.pick != pick]
        self._picked()

    def _open(self, pick: Pick) -> None:
        self._context.shell.go("things", pick.thing_id)

    def _picked(self) -> None:
        self._show_things()
        now = self._now()
        for subject in self._subjects:
            subject.heard(self._things.reading(*_pair(subject.pick)), now)
        self._show()
        self._refresh.ask()

    # Showing

    def _show_things(self) -> None:
        self.picker.show_things(self._things.all(), {subject.pick for subject in self._subjects})

    def _show(self) -> None:
        words = self._words
        limits: Mapping[str, list[Limit]] = {}
        if len(self._subjects) == 1:
            # The limits of one line tell how close it is; those of several would only cross each other.
            limits = {unit_key(self._subjects[0].point): list(self._subjects[0].limits())}
        waiting = any(not subject.loaded for subject in self._subjects)
        key = "empty" if not self._subjects else "loading" if waiting else "no_data"
        self.plot.set_empty(words(f"trends.{key}"))
        self.plot.show_lines([subject.line(words, n) for n, subject in enumerate(self._subjects)], limits)
        since, until = self.plot.range
        self.legend.show_rows([self._told(subject, since, until) for subject in self._subjects])
        self._period.setText(f"{_minute(since)} – {_minute(until)}" if self._subjects else "")
        self._live.setText(words("trends.live" if self.plot.following else "trends.standing") if self._subjects else "")
        self._live.set_tone("quiet" if self.plot.following else "accent")
        self._back.setVisible(not self.plot.following)
        for button in (self._save, self._table, self._picture):
            button.setEnabled(bool(self._subjects))
        self.set_count(f"{len(self._subjects)} / {MOST}" if self._subjects else "")

    def _told(self, subject: Subject, since: float, until: float) -> Told:
        reading = self._things.reading(*_pair(subject.pick))
        now = shown(subject.point, reading, self._words, self._now())
        figures = subject.figure_words(subject.figures(since, until), self._words)
        return Told(
            subject.pick, subject.name(self._words), " / ".join(subject.view.place_path), figures,
            "" if reading.quality == "good" else now.note, reading.quality in ("offline", "stale", "bad", "none"),
        )  # fmt: skip

    def _choose_span(self, key: str) -> None:
        self.plot.show_span(SPANS[key], self._now())
        self._show()
        self._refresh.ask()

    # Reading

    async def _load(self) -> None:
        since, until = self.plot.range
        asked = list(self._subjects)
        for subject in asked:
            bands, before = await in_background(self._read, subject, since, until)
            subject.bands, subject.before, subject.loaded = bands, before, True
        self._read_at = self._now()
        self._show()

    def _read(self, subject: Subject, since: float, until: float) -> tuple[Sequence[Band], tuple[float, float] | None]:
        # A little beyond both edges, so that lines leave the picture and do not begin in it.
        margin = (until - since) / 20
        bands = self._things.bands(*_pair(subject.pick), since - margin, until + margin, BANDS)
        before = None
        if is_steps(subject.point) and (not bands or bands[0].at_ms / 1000 > since):
            before = self._things.last_before(*_pair(subject.pick), since)
        return bands, before

    def _failed(self, error: Exception) -> None:
        self._context.shell.tell(error)

    def _changed(self, event: Changed) -> None:
        if event.touches("thing", "place"):
            self._mark_stale()

    def _mark_stale(self) -> None:
        self._stale = True

    def _now(self) -> float:
        return self._context.console.clock.now().timestamp()

    # Saved views

    @slot
    async def _load_views(self) -> None:
        self._show_views(await in_background(load_views, self._context.console.data_dir))

    def _show_views(self, views: list[View], current: str = "") -> None:
        self._views = views
        self._saved.clear()
        for view in views:
            self._saved.addItem(view.name)
        self._saved.setCurrentIndex(next((n for n, view in enumerate(views) if view.name == current), -1))
        self._saved.setVisible(bool(views))
        self._delete.setVisible(self._saved.currentIndex() >= 0)

    def _open_view(self, index: int) -> None:
        self.select_key(self._views[index].selection)
        self._delete.show()

    def _open_save(self) -> None:
        SaveForm(self, self._words, self._saved.currentText(), self._keep)

    def _keep(self, name: str) -> None:
        view = View(name, self.selection_key())
        self._store(with_view(self._views, view), name, self._words("trends.saved", name=name))

    def _delete_view(self) -> None:
        index = self._saved.currentIndex()
        if index >= 0:
            name, before = self._views[index].name, list(self._views)
            left = [view for view in before if view.name != name]
            self._store(left, "", self._words("trends.deleted", name=name), undo=before)

    @slot
    async def _store(self, views: list[View], current: str, said: str, undo: list[View] | None = None) -> None:
        try:
            await in_background(save_views, self._context.console.data_dir, views)
        except OSError as error:
            self.show_banner(self._words("trends.not_saved", why=error.strerror or str(error)), "high",
                             close_name=self._words("parts.close"))  # fmt: skip
            return
        self._show_views(views, current)
        if undo is None:
            self._context.shell.say(said)
        else:
            again = undo
            self._context.shell.say(
                said, act=self._words("trends.undo"), on_act=lambda: self._store(again, "", self._words("trends.undo"))
            )

    # Files

    @slot
    async def _export_table(self) -> None:
        since, until = self.plot.range
        subjects = list(self._subjects)
        seen = [subject.stored(since, until) for subject in subjects]
        await self._export(".csv", "trends.csv_filter", lambda: table_file(rows_of(self._words, subjects, seen)))

    @slot
    async def _export_picture(self) -> None:
        # The picture is taken before the dialog opens: it shows what was asked for.
        self.plot.put_away_readout()
        image = self._sheet.grab().toImage()
        await self._export(".png", "trends.png_filter", lambda: png_of(image))

    async def _export(self, suffix: str, filter_key: str, make: Callable[[], bytes]) -> None:
        words = self._words
        since, until = self.plot.range
        name = words("trends.file_name", since=_file_time(since), until=_file_time(until)) + suffix
        path = await ask_where(self, words("trends.export_title"), name, words(filter_key))
        if path is None:
            return

        def write() -> None:
            path.write_bytes(make())

        try:
            await in_background(write)
        except OSError as error:
            self.show_banner(words("trends.not_exported", why=error.strerror or str(error)), "high",
                             close_name=words("parts.close"))  # fmt: skip
            return
        self._context.shell.say(words("trends.exported", file=path))


def png_of(image: QImage) -> bytes:
    """The picture as a PNG file."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def _pair(pick: Pick) -> tuple[str, str]:
    return pick.thing_id, pick.point


def _minute(at: float) -> str:
    return stamp(datetime.fromtimestamp(at, UTC))[:16]


def _file_time(at: float) -> str:
    return f"{local(datetime.fromtimestamp(at, UTC)):%Y-%m-%d %H%M}"
