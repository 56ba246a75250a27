"""The panel at the right: what the selected row is, what can be done with it, its facts, and more under them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.parts.buttons import IconButton
from ui.parts.layout import clear, framed, hairline, row
from ui.parts.text import Label
from ui.theme.tokens import px


class FactsList(QWidget):
    """Pairs of a quiet name and its value, in two columns."""

    def __init__(
        self, facts: Sequence[tuple[str, str | QWidget]] = (), name_width: int = 96, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._name_width = name_width
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnMinimumWidth(0, name_width)
        self._grid.setColumnStretch(1, 1)
        self.set_facts(facts)

    def set_facts(self, facts: Sequence[tuple[str, str | QWidget]]) -> None:
        """Other facts; an empty text is drawn as "—", since an unknown is drawn as unknown."""
        clear(self._grid)
        for number, (name, value) in enumerate(facts):
            title = Label(name, "secondary", tone="hint", wrap=True)
            title.setMaximumWidth(self._name_width)
            shown = value if isinstance(value, QWidget) else Label(value or "—", "secondary", tone="ink", wrap=True)
            if isinstance(shown, Label):
                shown.set_selectable()
                shown.setAccessibleName(f"{name}: {shown.text()}")
            self._grid.addWidget(title, number, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(shown, number, 1, Qt.AlignmentFlag.AlignTop)


class DetailPanel(QFrame):
    """420 px wide. Header (title, line under it, state), acts, then sections in a scroll area.

    Signals:
        closed: the person put it away (Esc or the cross).
    """

    closed = Signal()

    def __init__(self, close_name: str = "", parent: QWidget | None = None) -> None:
        """Without `close_name` there is no cross."""
        super().__init__(parent)
        self.setProperty("ground", "panel")
        self.setFixedWidth(px("width", "detail"))
        self._title = Label("", "section", wrap=True)
        self._under = Label("", "secondary", wrap=True)
        self.state = QHBoxLayout()
        self.state.setSpacing(8)
        self.acts = QHBoxLayout()
        self.acts.setSpacing(8)
        top = row(self._title, spacing=8)
        top.setStretch(0, 1)
        if close_name:
            top.addWidget(IconButton("x", close_name, key="Esc", on=self._close), 0, Qt.AlignmentFlag.AlignTop)
        header = QVBoxLayout()
        header.setContentsMargins(20, 16, 16, 14)
        header.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addLayout(top)
        words.addWidget(self._under)
        header.addLayout(words)
        header.addLayout(self.state)
        header.addLayout(self.acts)
        inside = QWidget()
        inside.setProperty("ground", "surface")
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._sections = QVBoxLayout(inside)
        self._sections.setContentsMargins(20, 16, 20, 20)
        self._sections.setSpacing(20)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(inside)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(header)
        layout.addWidget(hairline())
        layout.addWidget(self._scroll, 1)

    def set_title(self, title: str, under: str = "") -> None:
        self._title.setText(title)
        self._under.setText(under)
        self._under.setVisible(bool(under))
        self.setAccessibleName(title)

    def set_state(self, *widgets: QWidget) -> None:
        """Badges and words in the line under the title."""
        clear(self.state)
        for widget in widgets:
            self.state.addWidget(widget)
        self.state.addStretch(1)

    def set_acts(self, *buttons: QWidget) -> None:
        """The next acts, the primary one first."""
        clear(self.acts)
        for button in buttons:
            self.acts.addWidget(button)
        self.acts.addStretch(1)

    def set_sections(self, *sections: QWidget) -> None:
        """Other content under the header, scrolled to its top."""
        clear(self._sections)
        for section in sections:
            self._sections.addWidget(section)
        self._sections.addStretch(1)
        self._scroll.verticalScrollBar().setValue(0)

    def _close(self) -> None:
        self.closed.emit()


def section(title: str, *content: QWidget) -> QWidget:
    """A named part of a panel or page."""
    box = QVBoxLayout()
    box.setContentsMargins(0, 0, 0, 0)
    box.setSpacing(10)
    heading = Label(title, "secondary", weight=600, tone="ink")
    box.addWidget(heading)
    for widget in content:
        box.addWidget(widget)
    made = QWidget()
    made.setLayout(box)
    made.setAccessibleName(title)
    return made


def paragraph(text: str) -> Label:
    """Running text in a panel."""
    return Label(text, "secondary", tone="ink", wrap=True)


def notice_card(*widgets: QWidget) -> QFrame:
    """A sunken ground around what should be read as one."""
    box = QVBoxLayout()
    box.setContentsMargins(12, 10, 12, 10)
    box.setSpacing(6)
    for widget in widgets:
        box.addWidget(widget)
    return framed("notice-quiet", box)
