"""Fields of a form that are more than a line of text: a label, whatever is filled in, and what is wrong below it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLayout, QVBoxLayout, QWidget

from ui.parts.layout import row
from ui.parts.text import Label
from ui.theme.icons import pixmap


class Entry(QWidget):
    """One field with its label, hint and error. Subclasses `fill` it and answer `value` and, where needed, `problem`.

    Like a `FormField` it says nothing while somebody still fills in: it is asked by `check`, and from then on with every
    change.

    Signals:
        changed: the content changed.
    """

    changed = Signal()

    def __init__(
        self, title: str, *, needed: bool = False, optional: str = "", missing: str = "", hint: str = ""
    ) -> None:
        """`optional` stands behind the title of what need not be filled in; `missing` is said where nothing was given
        though something must."""
        super().__init__()
        self._title, self._optional = title, optional
        self._needed, self._missing, self._hint = needed, missing, hint
        self._focus: QWidget = self
        self._names_focus = False
        self._judging = False
        self.heading = Label("", "secondary", weight=500, tone="quiet")
        self._mark = QLabel()
        self._mark.setPixmap(pixmap("circle-alert", "critical", 14))
        self._mark.hide()
        self._below = Label(hint, "caption", elide=True)
        self._below.setFixedHeight(18)
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(4)
        self._box.addWidget(self.heading)
        self._say_title()
        self.changed.connect(self._again)

    def fill(self, content: QWidget | QLayout, focus: QWidget, *, names: bool = True) -> None:
        """What is filled in, and where the cursor goes. `names` unless that has a name of its own."""
        self._focus, self._names_focus = focus, names and focus is not self
        if isinstance(content, QWidget):
            self._box.addWidget(content)
        else:
            self._box.addLayout(content)
        below = row(self._mark, spacing=4)
        below.addWidget(self._below, 1)
        self._box.addLayout(below)
        self._say_title()

    @property
    def input(self) -> QWidget:
        """Where the cursor goes when something is wrong."""
        return self._focus

    def value(self) -> object:
        """What was filled in; None for nothing."""
        raise NotImplementedError

    def problem(self) -> str:
        """What is wrong with what was filled in, in words for the person, or ""."""
        return ""

    def set_needed(self, needed: bool) -> None:
        """Whether something must be given, from now on."""
        if needed != self._needed:
            self._needed = needed
            self._say_title()
            if self._judging:
                self.check()

    def error(self) -> str:
        """What stands below it as wrong, or ""."""
        return self._below.text() if self._mark.isVisibleTo(self) else ""

    def set_error(self, text: str) -> None:
        """Shows what is wrong, or with "" the hint again."""
        self._below.setText(text or self._hint)
        self._below.set_tone("critical" if text else "hint")
        self._mark.setVisible(bool(text))
        self._focus.setAccessibleDescription(text or self._hint)

    def set_hint(self, text: str) -> None:
        """Another hint; an error that stands stays."""
        if not self.error():
            self._below.setText(text)
        self._hint = text

    def check(self) -> bool:
        """Judges now; true when the content will do."""
        self._judging = True
        problem = self.problem() or (self._missing if self._needed and self.value() is None else "")
        self.set_error(problem)
        return not problem

    def _say_title(self) -> None:
        title = self._title if self._needed else self._title + self._optional
        self.heading.setText(title)
        self.setAccessibleName(title)
        if self._names_focus:
            self._focus.setAccessibleName(title)

    def _again(self) -> None:
        if self._judging:
            self.check()
        elif self.error():
            self.set_error("")
