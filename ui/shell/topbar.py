"""Above the pages: whose community this is, how its lines are, the search, and the few switches of this terminal."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QFrame, QSizePolicy, QWidget

from desktop.kernel.words import Words
from ui.parts.badge import MarkedWord
from ui.parts.buttons import IconButton
from ui.parts.keyhint import key_text, key_width, paint_key
from ui.parts.layout import row
from ui.parts.text import Label, plain_tip
from ui.shell.lights import Light
from ui.theme.fonts import font
from ui.theme.icons import pixmap
from ui.theme.tokens import px, theme


class SearchButton(QAbstractButton):
    """Looks like the search field it opens."""

    def __init__(self, text: str, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self._key = key_text(key)
        self.setAccessibleName(text)
        plain_tip(self, f"{text}  {self._key}")
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFixedHeight(32)
        self.setMinimumWidth(160)
        self.setMaximumWidth(280)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(260, 32)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        colors = theme()
        painter.setPen(colors.color("accent" if self.hasFocus() else "line"))
        painter.setBrush(colors.color("ground"))
        painter.drawRoundedRect(area, 6, 6)
        painter.drawPixmap(10, 8, pixmap("search", "ink3", 16, self.devicePixelRatioF()))
        width = key_width(self._key)
        paint_key(painter, QRectF(self.width() - width - 7, 0, width, self.height()), self._key)
        painter.setFont(font("table"))
        painter.setPen(colors.color("ink3"))
        room = QRectF(34, 0, self.width() - width - 48, self.height())
        cut = painter.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, cut)


class TopBar(QFrame):
    """56 px high.

    Signals:
        search, theme, language, sound: the person asked for it.
    """

    search = Signal()
    theme = Signal()
    language = Signal()
    sound = Signal()

    def __init__(self, words: Words, community: str, *, dark: bool, muted: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("ground", "topbar")
        self.setFixedHeight(px("height", "topbar"))
        self._words = words
        self._lights: dict[str, MarkedWord] = {}
        self._name = Label(community, "section", elide=True)
        self._name.setMinimumWidth(120)
        finder = SearchButton(words("app.search"), "Ctrl+K")
        finder.clicked.connect(self.search)
        lights = row(spacing=16)
        for key in ("broker", "hub", "store", "clock"):
            self._lights[key] = MarkedWord("", "quiet", "", size="caption", ink="ink2")
            lights.addWidget(self._lights[key])
        look = words("app.to_light" if dark else "app.to_dark")
        self.theme_button = IconButton("sun" if dark else "moon", look, on=self.theme.emit)
        self.language_button = IconButton("languages", words("app.to_other_language"), on=self.language.emit)
        self.sound_button = IconButton("bell", "", on=self.sound.emit)
        self.set_muted(muted)
        layout = row(self._name, finder, lights, 4, spacing=16, margins=(24, 0, 16, 1))
        layout.setStretch(0, 1)
        layout.addLayout(row(self.sound_button, self.language_button, self.theme_button, spacing=4))
        self.setLayout(layout)

    def set_muted(self, muted: bool) -> None:
        self.sound_button.set_icon(
            "volume-x" if muted else "volume-2", self._words("app.sound_on" if muted else "app.sound_off")
        )

    def set_light(self, light: Light) -> None:
        """Shows a line's state; a troubled one in its colour and heavier than the rest."""
        shown = self._lights[light.key]
        word = self._words(light.word)
        if (shown.text(), shown.tone(), shown.mark()) != (word, light.tone, light.mark):
            shown.set_ink("ink2" if light.well else "")
            shown.set(word, light.tone, light.mark)
            plain_tip(shown, self._words(light.tip or f"app.light.{light.key}_tip"))

    def light_words(self) -> dict[str, str]:
        """What the lights say now."""
        return {key: shown.text() for key, shown in self._lights.items()}
