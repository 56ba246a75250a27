"""Rounds and routes: who walks what today, and the line with what was visited, what was missed and what looked odd."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop.cases import rounds
from desktop.cases.planned import Round, RouteView
from desktop.cases.rounds import Stop
from desktop.kernel.words import Words
from ui.parts.badge import BadgeTone, Mark, MarkedWord
from ui.parts.layout import clear, column, framed, hairline, row
from ui.parts.table import Column, DataTable
from ui.parts.text import Label
from ui.parts.when import local, short
from ui.planned.linemap import LineMap
from ui.planned.words import flags, stop

LIST = 400


class Line(NamedTuple):
    """A row of the list: a round that was opened, or a route as it is."""

    id: str
    title: str
    when: str
    word: str
    tone: BadgeTone
    mark: Mark
    stops: tuple[Stop, ...]
    case_id: str
    route_id: str
    said: str


def round_line(words: Words, one: Round, now: datetime) -> Line:
    """A round with how far it is; what was missed and what was found goes before how much is done."""
    done, missed = rounds.progress(one.value), rounds.missed(one.value)
    key, tone, mark = "waiting", "quiet", "ring"
    if one.over:
        key, tone, mark = ("missed", "high", "dash") if missed else ("done", "done", "check")
    elif one.case.overdue:
        key, tone, mark = "late", "high", "triangle"
    elif done.visited:
        key, tone, mark = "walking", "accent", "half"
    notes = [words("planned.visited", n=done.visited, total=done.total)]
    notes += [words("planned.missed_n", n=len(missed))] if one.over and missed else []
    notes += [words("planned.abnormal_n", n=done.abnormal)] if done.abnormal else []
    notes += [words("planned.flagged_n", n=done.flagged)] if done.flagged else []
    who = one.case.assignee_name or words("planned.form.nobody")
    return Line(
        one.case.id, one.case.title, short(one.at, now), words(f"planned.round.{key}"), tone, mark,  # type: ignore[arg-type]
        rounds.stops(one.value, over=one.over), one.case.id, "", " · ".join([one.case.number, who, *notes]),
    )  # fmt: skip


def route_line(words: Words, route: RouteView) -> Line:
    stops = rounds.stops(rounds.snapshot(route.points, ordered=route.ordered))
    order = words("planned.in_order" if route.ordered else "planned.any_order")
    plain = tuple(one._replace(standing="waiting") for one in stops)
    return Line(
        route.id,
        route.name,
        "",
        words("planned.points_n", n=len(route.points)),
        "quiet",
        "ring",
        plain,
        "",
        route.id,
        order,
    )


class RoundsView(QWidget):
    """A list at the left, the line of the chosen round at the right, and what is known of the chosen point under it.

    Signals:
        opened(case id): Enter on a round.
        chosen: another row is chosen.
    """

    opened = Signal(str)
    chosen = Signal()

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words
        self._places: dict[str, tuple[str, ...]] = {}
        columns: list[Column[Line]] = [
            Column("title", words("planned.column.round"), lambda line: line.title, 150, "strong", stretch=True),
            Column("when", words("planned.column.when"), lambda line: line.when, 96, "figure"),
            Column("state", words("planned.column.state"), lambda line: line.word, 104, "marked",
                   tone=lambda line: line.tone, mark=lambda line: line.mark),
        ]  # fmt: skip
        self.table = DataTable(columns, lambda line: line.id, words("planned.rounds"))
        self.table.chosen.connect(lambda _line: self._show())
        self.table.opened.connect(lambda line: self.opened.emit(line.case_id) if line.case_id else None)
        self.table.setFixedWidth(LIST)
        self.map = LineMap(words)
        self.map.moved.connect(self._show_point)
        self._title, self._under = Label("", "section", elide=True), Label("", "secondary", elide=True, tabular=True)
        self._point = column(spacing=4)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self.map)
        legend = row(*(MarkedWord(*stop(words, key), size="caption") for key in
                       ("visited", "flagged", "abnormal", "next", "waiting", "missed")), None, spacing=16)  # fmt: skip
        card = framed("notice-quiet", self._point)
        self._point.setContentsMargins(16, 12, 16, 12)
        self._card = card
        right = framed("surface", column(
            column(self._title, self._under, 4, legend, spacing=2, margins=(24, 14, 24, 8)), hairline(), scroll,
            row(card, margins=(24, 8, 24, 16)), spacing=0,
        ))  # fmt: skip
        body = row(self.table, hairline(vertical=True), right, spacing=0)
        body.setStretch(2, 1)
        self.setLayout(body)

    def show_lines(self, lines: Sequence[Line], places: dict[str, tuple[str, ...]]) -> None:
        self._places = places
        self.table.set_rows(lines)
        self.table.select_first()
        self._show()

    def line(self) -> Line | None:
        return self.table.selected()

    def _show(self) -> None:
        line = self.line()
        self._title.setText(line.title if line else "")
        self._under.setText(line.said if line else "")
        self.map.show_stops(line.stops if line else (), self._places)
        self._show_point()
        self.chosen.emit()

    def _show_point(self) -> None:
        one = self.map.chosen()
        clear(self._point)
        self._card.setVisible(one is not None)
        if one is None:
            return
        point, visit, words = one.point, one.visit, self._words
        self._point.addLayout(
            row(
                Label(f"{point.code}  {point.name}", "strong", elide=True), None, MarkedWord(*stop(words, one.standing))
            )
        )
        where = " / ".join(self._places.get(point.place_id or "", ()))
        for text in (where, words("planned.check", text=point.check) if point.check else ""):
            if text:
                self._point.addWidget(Label(text, "secondary", elide=True))
        if visit is None:
            return
        way = words(f"planned.way.{visit.way}")
        self._point.addWidget(
            Label(f"{words('planned.visited_at', at=f'{local(visit.at):%H:%M}')} · {way}", "secondary", elide=True)
        )
        odd = flags(words, visit.flags)
        for text in (
            words("planned.odd", text=odd) if odd else "",
            words("planned.note", text=visit.note) if visit.note else "",
        ):
            if text:
                self._point.addWidget(Label(text, "secondary", tone="ink", elide=True))
