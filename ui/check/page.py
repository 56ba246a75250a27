"""About and self-test: what this program is, whether everything it stands on is sound, and every loss it counted."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.field.messages import Health
from desktop.kernel.words import catalogue
from desktop.security.views import Check
from ui.aio import in_background
from ui.check.about import about_facts
from ui.check.counters import NAME_WIDTH, Counters, intake, losses
from ui.check.details import in_words
from ui.parts.badge import MarkedWord
from ui.parts.buttons import Button
from ui.parts.detail import FactsList
from ui.parts.layout import card, clear
from ui.parts.page import Page
from ui.parts.refresh import Refresh
from ui.parts.text import Label
from ui.parts.when import local
from ui.shell.context import Context


class CheckPage(Page):
    """Cards: the checks and this program at the left, the intake, its losses and the refused files at the right."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("about.title"))
        self._health: Health | None = None
        self._checking = Refresh(self, self._check, self._failed)
        self._again = Button(words("about.run"), "primary", key="F5", icon_name="shield-check", on=self._run)
        self.toolbar.addWidget(self._again)
        self._checks = QGridLayout()
        self._checks.setHorizontalSpacing(16)
        self._checks.setVerticalSpacing(10)
        self._checks.setColumnStretch(2, 1)
        self._when = Label("", "caption")
        self._intake, self._losses = Counters(), Counters()
        self._files = QVBoxLayout()
        self._files.setSpacing(6)
        left = _column(
            _card(words("about.checks"), self._checks, self._when),
            _card(words("about.program"), FactsList(about_facts(context), NAME_WIDTH)),
        )
        right = _column(
            _card(words("about.intake"), self._intake),
            _card(words("about.losses"), self._losses),
            _card(words("about.refused"), self._files),
        )
        inside = QWidget()
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(24, 4, 24, 24)
        columns.setSpacing(16)
        columns.addLayout(left, 3)
        columns.addLayout(right, 2)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setAccessibleName(words("about.title"))
        scroll.setWidget(inside)
        self.set_body(scroll)
        context.bridge.on(Health, self._hear, self)
        self._health = context.console.field.health()
        self._draw_health()
        self._run()

    # The self-test

    def _run(self) -> None:
        self._again.setEnabled(False)
        self.set_count(self._words("about.running"))
        self._checking.ask()

    async def _check(self) -> None:
        checks = await in_background(self._context.console.check)
        self._again.setEnabled(True)
        self._show(checks)

    def _failed(self, error: Exception) -> None:
        self._again.setEnabled(True)
        self.set_count("")
        self._context.shell.tell(error)

    def _show(self, checks: list[Check]) -> None:
        words = self._words
        clear(self._checks)
        for number, check in enumerate(checks):
            word = words("about.ok" if check.ok else "about.fails")
            mark = MarkedWord(word, "quiet" if check.ok else "critical", "check" if check.ok else "diamond")
            name = Label(catalogue(words.lang).get(f"check.name_{check.name}", check.name), "strong")
            detail = Label(in_words(words, check.detail), "secondary", wrap=True)
            detail.set_selectable()
            detail.setAccessibleName(f"{name.text()}: {word}, {detail.text()}")
            self._checks.addWidget(mark, number, 0, Qt.AlignmentFlag.AlignTop)
            self._checks.addWidget(name, number, 1, Qt.AlignmentFlag.AlignTop)
            self._checks.addWidget(detail, number, 2)
        failed = sum(not check.ok for check in checks)
        self.set_count(words("about.failed", n=failed) if failed else words("about.all_well"))
        self._when.setText(words("about.checked_at", time=f"{local(self._context.console.clock.now()):%H:%M:%S}"))

    # What the intake counted

    def _hear(self, health: Health) -> None:
        self._health = health
        if self.isVisible():
            self._draw_health()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw_health()

    def _draw_health(self) -> None:
        words, health = self._words, self._health
        if health is None:
            self._intake.show_facts([(words("about.link"), words("about.no_word"))])
            self._losses.show_facts([(words("about.rejected"), words("about.no_word"))])
        else:
            self._intake.show_facts(intake(words, health))
            self._losses.show_facts(losses(words, health))
        self._draw_files([*(health.refused_models if health else ()), *map(str, self._context.console.cases.refused())])

    def _draw_files(self, refused: list[str]) -> None:
        """Each as `file:line: reason`, the way whoever mends it looks for it."""
        shown = refused or [self._words("about.none")]
        labels = [item.widget() for n in range(self._files.count()) if (item := self._files.itemAt(n)) is not None]
        if [label.text() for label in labels if isinstance(label, Label)] == shown:
            return
        clear(self._files)
        for text in shown:
            label = Label(text, "secondary", tone="ink", wrap=True)
            label.set_selectable()
            self._files.addWidget(label)


def _column(*cards: QFrame) -> QVBoxLayout:
    box = QVBoxLayout()
    box.setSpacing(16)
    for one in cards:
        box.addWidget(one)
    box.addStretch(1)
    return box


def _card(title: str, *content: QWidget | QLayout) -> QFrame:
    box = QVBoxLayout()
    box.setSpacing(12)
    box.addWidget(Label(title, "section"))
    for item in content:
        if isinstance(item, QWidget):
            box.addWidget(item)
        else:
            box.addLayout(item)
    return card(box)
