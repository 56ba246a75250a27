"""About and self-test: what this program is, whether everything it stands on is sound, and every loss it counted."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from desktop.field.messages import Health
from desktop.security.check import Check
from ui.aio import in_background, slot
from ui.check.about import about_facts
from ui.parts.badge import MarkedWord
from ui.parts.buttons import Button
from ui.parts.detail import FactsList
from ui.parts.layout import card, clear
from ui.parts.page import Page
from ui.parts.text import Label
from ui.parts.when import local
from ui.shell.context import Context


class CheckPage(Page):
    """Three cards: the checks, the intake's counters, what this program is."""

    def __init__(self, context: Context) -> None:
        self._context, self._words = context, context.words
        words = self._words
        super().__init__(words("about.title"))
        self._again = Button(words("about.run"), "primary", key="F5", icon_name="shield-check", on=self._run)
        self.toolbar.addWidget(self._again)
        self._checks = QGridLayout()
        self._checks.setHorizontalSpacing(16)
        self._checks.setVerticalSpacing(10)
        self._checks.setColumnStretch(2, 1)
        self._when = Label("", "caption")
        self._intake = FactsList(name_width=150)
        self._losses = FactsList(name_width=150)
        self._refused = FactsList(name_width=150)
        left = QVBoxLayout()
        left.setSpacing(16)
        left.addWidget(self._card(words("about.checks"), self._checks, self._when))
        left.addWidget(self._card(words("about.program"), FactsList(about_facts(context), 150)))
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(16)
        right.addWidget(self._card(words("about.intake"), self._intake))
        right.addWidget(self._card(words("about.losses"), self._losses))
        right.addWidget(self._card(words("about.refused"), self._refused))
        right.addStretch(1)
        inside = QWidget()
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(24, 4, 24, 24)
        columns.setSpacing(16)
        columns.addLayout(left, 3)
        columns.addLayout(right, 2)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setAccessibleName(words("about.title"))
        scroll.setWidget(inside)
        self.set_body(scroll)
        context.bridge.on(Health, self._hear, self)
        if (health := context.console.field.health()) is not None:
            self._hear(health)
        else:
            self._losses.set_facts([(words("about.rejected"), words("about.nothing"))])
        self._run()

    def _card(self, title: str, *content: QWidget | QGridLayout) -> QFrame:
        box = QVBoxLayout()
        box.setSpacing(12)
        box.addWidget(Label(title, "section"))
        for item in content:
            if isinstance(item, QWidget):
                box.addWidget(item)
            else:
                box.addLayout(item)
        return card(box)

    @slot
    async def _run(self) -> None:
        self._again.setEnabled(False)
        try:
            checks = await in_background(self._context.console.check)
        finally:
            self._again.setEnabled(True)
        self._show(checks)

    def _show(self, checks: list[Check]) -> None:
        words = self._words
        clear(self._checks)
        for number, check in enumerate(checks):
            word = words("about.ok" if check.ok else "about.fails")
            mark = MarkedWord(word, "quiet" if check.ok else "critical", "check" if check.ok else "diamond")
            name = Label(words(f"check.name_{check.name}"), "strong")
            detail = Label(check.detail, "secondary", wrap=True)
            detail.set_selectable()
            self._checks.addWidget(mark, number, 0, Qt.AlignmentFlag.AlignTop)
            self._checks.addWidget(name, number, 1, Qt.AlignmentFlag.AlignTop)
            self._checks.addWidget(detail, number, 2)
        failed = sum(not check.ok for check in checks)
        self.set_count(words("about.failed", n=failed) if failed else words("about.all_well"))
        self._when.setText(words("about.checked_at", time=f"{local(self._context.console.clock.now()):%H:%M:%S}"))

    def _hear(self, health: Health) -> None:
        words = self._words
        self._intake.set_facts(
            [
                (words("about.link"), words(f"about.links.{health.link}") + _detail(health.link_detail)),
                (words("about.messages"), f"{health.messages:,} · {health.rate:,.0f}/s"),
                (words("about.things"), f"{health.things:,} · {words('about.points', n=f'{health.points:,}')}"),
                (words("about.stored"), f"{health.samples_stored:,}"),
                (words("about.queued"), _counts(health.queued) or "0"),
                (words("about.problem"), health.problem or words("about.none")),
            ]
        )
        rejected = [
            (words(f"check.rejected.{reason}"), f"{count:,}")
            for reason, count in sorted(health.rejected.items())
            if count
        ]
        dropped = [(words(f"about.queue.{queue}"), f"{count:,}") for queue, count in sorted(health.dropped.items())]
        told = words("about.not_told") if health.broker_dropped is None else f"{health.broker_dropped:,}"
        self._losses.set_facts(
            [
                *(rejected or [(words("about.rejected"), words("about.nothing"))]),
                *dropped,
                (words("about.alarms_dropped"), words("about.never")),
                (words("about.broker_dropped"), told),
            ]
        )
        refused = [
            *health.refused_models,
            *(str(error) for error in self._context.console.cases.refused()),
        ]
        self._refused.set_facts(
            [(str(number), text) for number, text in enumerate(refused, 1)]
            or [(words("about.files"), words("about.none"))]
        )


def _detail(text: str) -> str:
    return f"  ({text})" if text else ""


def _counts(counts: dict[str, int]) -> str:
    return "  ".join(f"{name} {count:,}" for name, count in sorted(counts.items()) if count)
