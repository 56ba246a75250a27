"""What is known at once of whoever calls: what to tell them, what is being done already, and how often they called."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from desktop.cases.views import CaseView, Notice
from ui.cases.columns import due_mark, due_tone, due_words, state_tone
from ui.intake.callers import Around, Caller, nearness
from ui.parts.badge import StateBadge
from ui.parts.buttons import Button
from ui.parts.chosen import flowing
from ui.parts.layout import card, clear, column, framed, row
from ui.parts.text import Label
from ui.parts.when import short
from ui.shell.context import Context

OFTEN = 3
"""So many calls in a month stand out."""

_NEAR = ("home", "person", "nearby")
_KEYS = {"urge": "Ctrl+U", "duplicate": "Ctrl+D", "open": "Ctrl+O"}
"""Of the first case; the others are reached with Tab."""


class AroundPanel(QScrollArea):
    """Beside the form.

    Signals:
        urged(CaseView): the caller asks where this one stays.
        opened(CaseView): this one is to be seen.
    """

    urged = Signal(object)
    opened = Signal(object)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context, self._words = context, context.words
        self._duplicate = ""
        self._shown: tuple[Caller, Around] | None = None
        inside = QWidget()
        self._box = QVBoxLayout(inside)
        self._box.setContentsMargins(0, 0, 24, 16)
        self._box.setSpacing(12)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inside)
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)
        self.show_nothing()

    def show_nothing(self) -> None:
        """Nobody was chosen yet."""
        self._duplicate, self._shown = "", None
        self._draw(Label(self._words("intake.around.empty"), "secondary", tone="hint", wrap=True))

    def show_around(self, caller: Caller, around: Around) -> None:
        """What there is about this caller; drawn anew only where something changed."""
        if self._shown == (caller, around):
            return
        self._shown = caller, around
        if self._duplicate not in {case.id for case in around.cases}:
            self._duplicate = ""
        words = self._words
        parts: list[QWidget] = []
        who = "  ".join(part for part in (caller.name, caller.phone) if part)
        head = [Label(who or caller.place, "section", elide=True)]
        if around.calls:
            tone = "medium" if around.calls >= OFTEN else "quiet"
            head.append(StateBadge(words("intake.around.calls", n=around.calls), tone))  # type: ignore[arg-type]
        top = QWidget()
        under = [Label(caller.place, "secondary", elide=True)] if who and caller.place else []
        top.setLayout(column(row(*head, None), *under, spacing=2))
        parts.append(top)
        if around.notices:
            parts.append(Label(words("intake.around.notices"), "secondary", weight=500))
            parts += [self._notice(one) for one in around.notices]
        parts.append(Label(words("intake.around.cases", n=len(around.cases)) if around.cases
                           else words("intake.around.none"), "secondary", weight=500))  # fmt: skip
        parts += [self._case(caller, case, number == 0) for number, case in enumerate(around.cases)]
        self._draw(*parts)

    def duplicate(self) -> str:
        """The case that the new one will be a duplicate of; "" for none."""
        return self._duplicate

    # Drawing

    def _draw(self, *parts: QWidget) -> None:
        clear(self._box)
        self._box.addWidget(Label(self._words("intake.around.title"), "caption", weight=500))
        for part in parts:
            self._box.addWidget(part)
        self._box.addStretch(1)

    def _notice(self, one: Notice) -> QWidget:
        kind = " · ".join(text for text in map(self._words.of, one.case.shown[:1]) if text) or one.case.title
        when = self._when(one.begins, one.ends)
        text = Label(one.text, "body", wrap=True)
        text.set_selectable()
        head = row(Label(kind, "strong"), None, Label(when, "secondary", tabular=True))
        frame = framed("notice-info", column(head, text, spacing=6, margins=(14, 10, 14, 12)))
        frame.setAccessibleName(f"{kind} {when} {one.text}")
        return frame

    def _when(self, begins: datetime | None, ends: datetime | None) -> str:
        words, now = self._words, self._context.console.clock.now()
        if begins and ends:
            return words("intake.around.from_to", begins=short(begins, now), ends=short(ends, now))
        if begins:
            return words("intake.around.from_on", begins=short(begins, now))
        return words("intake.around.until", ends=short(ends, now)) if ends else ""

    def _case(self, caller: Caller, case: CaseView, first: bool) -> QWidget:
        words, now = self._words, self._context.console.clock.now()
        badges: list[QWidget] = [StateBadge(words.of(case.state_title), state_tone(case))]
        due = due_words(words, case, now)
        if due != "—":
            badges.append(StateBadge(due, due_tone(case), due_mark(case)))
        if case.urged:
            badges.append(StateBadge(words("intake.around.urged", n=case.urged), "medium"))
        where = words(f"intake.around.{_NEAR[nearness(case, caller)]}")
        told = f"{case.number} · {words.of(case.definition_title)} · {where}"
        acts = [self._act(name, case, first) for name in ("urge", "duplicate", "open")]
        lines = column(
            Label(told, "caption", tabular=True, elide=True), Label(case.title, "strong", elide=True),
            flowing(*badges, spacing=6), flowing(*[act for act in acts if act], spacing=6), spacing=6,
        )  # fmt: skip
        made = card(lines)
        made.setAccessibleName(f"{told} {case.title}")
        return made

    def _act(self, name: str, case: CaseView, first: bool) -> Button | None:
        words, may = self._words, self._context.who.may("cases.open")
        if (name == "open" and not self._context.who.may("cases.see")) or (name != "open" and not may):
            return None
        key = _KEYS[name] if first else ""
        if name == "duplicate":
            chosen = case.id == self._duplicate
            title = words("intake.around.duplicate_on" if chosen else "intake.around.duplicate")
            button = Button(title, key=key, icon_name="check" if chosen else "", on=partial(self._toggle, case))
        else:
            signal = self.urged if name == "urge" else self.opened
            button = Button(words(f"intake.around.{name}"), "quiet" if name == "urge" else "plain", key=key,
                            on=partial(signal.emit, case))  # fmt: skip
        button.setAccessibleName(f"{button.accessibleName()} {case.number}")
        return button

    def _toggle(self, case: CaseView) -> None:
        self._duplicate = "" if self._duplicate == case.id else case.id
        if self._shown is not None:
            shown, self._shown = self._shown, None
            self.show_around(*shown)
