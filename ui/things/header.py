"""The head of a thing's panel: what it is, where it stands, how it is, and what is to be known before its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.alarms.views import AlarmView
from desktop.kernel.words import Words
from desktop.things.model import Reading
from desktop.things.views import ThingView
from ui.parts.badge import StateBadge
from ui.parts.layout import clear, column, framed, row
from ui.parts.text import Label
from ui.parts.value import one_line, since_words
from ui.theme.icons import pixmap
from ui.things.state import hearing, state_word

MOST_NOT_UNDERSTOOD = 6
Others = Callable[[str], ThingView | None]
"""Another thing by its id: whether the gateway a thing speaks through is there."""


class PanelHeader(QWidget):
    """Title, state and age in the first lines; under them sentences, only while there is something to say."""

    def __init__(self, words: Words, others: Others, acts: Sequence[QWidget]) -> None:
        super().__init__()
        self._words, self._others = words, others
        self._icon = QLabel()
        self._title = Label("", "title", elide=True)
        self._under = Label("", "secondary", elide=True)
        self._state, self._beside = StateBadge(), StateBadge()
        self._simulated = StateBadge(words("things.simulated"))
        self._age = Label("", "caption", tabular=True)
        self._line = Label("", "secondary", tone="ink", wrap=True)
        self._line_box = framed("notice-quiet", row(self._line, margins=(12, 8, 12, 8)))
        self._line_box.hide()
        self._notices = QVBoxLayout()
        self._notices.setSpacing(6)
        self._told: tuple[str, ...] | None = None
        title = row(self._icon, self._title, *acts, spacing=12)
        title.setStretch(1, 1)
        # Under the whole title: a long state beside the acts would push them out of a narrow panel.
        badges = row(self._state, self._beside, self._simulated, self._age, None, spacing=10)
        self.setLayout(column(title, badges, self._under, self._line_box, self._notices, spacing=8))
        badges.setAlignment(Qt.AlignmentFlag.AlignVCenter)

    def show_thing(self, view: ThingView) -> None:
        """Another thing, or the same one described anew."""
        words, model = self._words, view.thing.model
        self._icon.setPixmap(pixmap(model.icon, "ink2", 24))
        # Said once for the whole thing: every value of it is.
        self._simulated.setVisible(view.thing.simulated)
        self._title.setText(one_line(view.name))
        place = " / ".join(view.place_path) or (
            words("things.panel.announces", code=one_line(view.place_code)) if view.place_code else ""
        )
        facts = (
            place or words("things.tree.unplaced"), words.of(model.title), one_line(view.thing.maker or ""),
            words(f"things.dialect.{view.thing.dialect}"), self._through(view),
        )  # fmt: skip
        self._under.setText("  ·  ".join(fact for fact in facts if fact and fact != "—"))
        self._show_notices(view)

    def show_state(
        self, view: ThingView, alarms: Sequence[AlarmView], readings: Mapping[str, Reading], now: float
    ) -> None:
        """How it is and when it was last heard of, as of now (Unix seconds)."""
        state = state_word(view, alarms, self._words, hearing(view, readings, now))
        # An alarm or maintenance has the first word; that nobody answers must be seen beside it.
        beside = state.beside
        self._beside.setVisible(beside is not None)
        for badge, word in ((self._state, state), (self._beside, beside)):
            if word is not None and word.text != badge.text():
                badge.set(word.text, word.tone, word.mark)
        newest = max((reading.at for reading in readings.values() if reading.at), default=0.0)
        heard = since_words(newest, now, self._words) if newest else ""
        self._age.setText(self._words("things.panel.heard", at=heard) if heard else self._words("things.quality.none"))
        self._show_notices(view)

    def set_line(self, lost: str) -> None:
        """A sentence while the line to the site is gone."""
        self._line.setText(lost)
        self._line_box.setVisible(bool(lost))

    def _through(self, view: ThingView) -> str:
        if not view.parent_id:
            return ""
        return self._words("things.panel.through", name=one_line(view.parent_name or view.parent_id))

    def _show_notices(self, view: ThingView) -> None:
        said: list[str] = []
        if view.out_of_service:
            said.append(self._words("things.panel.out_of_service", reason=one_line(view.out_reason)))
        parent = self._others(view.parent_id) if view.parent_id else None
        if parent is not None and parent.online is False:
            said.append(self._words("things.panel.parent_gone", name=one_line(parent.name)))
        told = (*said, *view.thing.not_understood)
        if told == self._told:
            return
        self._told = told
        clear(self._notices)
        for text in said:
            words = Label(text, "secondary", tone="ink", wrap=True)
            self._notices.addWidget(framed("notice-quiet", row(words, margins=(12, 8, 12, 8))))
        if view.thing.not_understood:
            title = Label(self._words("things.panel.not_understood"), "secondary", weight=500, tone="ink")
            parts = [Label(one_line(part), "caption", wrap=True) for part in view.thing.not_understood]
            box = column(title, *parts[:MOST_NOT_UNDERSTOOD], spacing=2, margins=(12, 8, 12, 8))
            self._notices.addWidget(framed("notice-quiet", box))
