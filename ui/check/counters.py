"""What the intake counted, in words: nothing is lost without being in here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop.field.messages import Health, Trouble
from desktop.kernel.words import Words, catalogue
from ui.parts.layout import clear
from ui.parts.text import Label
from ui.parts.value import one_line

NAME_WIDTH = 176

Facts = Sequence[tuple[str, str]]


class Counters(QWidget):
    """Names and values in two columns. A refresh changes only the texts, so that it can come every second."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnMinimumWidth(0, NAME_WIDTH)
        self._grid.setColumnStretch(1, 1)
        self._values: dict[str, Label] = {}

    def show_facts(self, facts: Facts) -> None:
        if [name for name, _ in facts] != list(self._values):
            clear(self._grid)
            self._values = {}
            for number, (name, _) in enumerate(facts):
                title = Label(name, "secondary", tone="hint", wrap=True)
                title.setMaximumWidth(NAME_WIDTH)
                shown = Label("", "secondary", tone="ink", wrap=True, tabular=True)
                shown.set_selectable()
                self._values[name] = shown
                self._grid.addWidget(title, number, 0, Qt.AlignmentFlag.AlignTop)
                self._grid.addWidget(shown, number, 1, Qt.AlignmentFlag.AlignTop)
        for name, value in facts:
            self._values[name].setText(value)
            self._values[name].setAccessibleName(f"{name}: {value}")


def intake(words: Words, health: Health) -> Facts:
    """How the intake is doing."""
    link = words(f"about.links.{health.link}") + (f" ({health.link_detail})" if health.link_detail else "")
    waiting = "  ".join(f"{waiting_word(words, name)} {count:,}" for name, count in health.queued.items() if count)
    return [
        (words("about.link"), link),
        (words("about.messages"), words("about.per_second", n=f"{health.messages:,}", rate=f"{health.rate:,.0f}")),
        (words("about.things"), f"{health.things:,} · {words('about.points', n=f'{health.points:,}')}"),
        (words("about.stored"), f"{health.samples_stored:,}"),
        (words("about.queued"), waiting or words("about.none")),
        (
            words("about.problem"),
            "\n".join(trouble_words(words, one) for one in health.troubles) or words("about.none"),
        ),
    ]


def trouble_words(words: Words, trouble: Trouble) -> str:
    """What happened, what still works and what to do; behind it what the machine said, for whoever mends it."""
    said = f" ({one_line(trouble.detail)})" if trouble.detail else ""
    return words(f"about.trouble.{trouble.kind}") + said


def losses(words: Words, health: Health) -> Facts:
    """Every message refused, by reason, and everything dropped, by queue. Alarms have no counter: none is ever dropped."""
    refused = [(reason_word(words, reason), f"{n:,}") for reason, n in sorted(health.rejected.items()) if n]
    dropped = [(dropped_word(words, name), f"{n:,}") for name, n in health.dropped.items()]
    told = words("about.not_told") if health.broker_dropped is None else f"{health.broker_dropped:,}"
    return [
        *(_merged(refused) or [(words("about.rejected"), words("about.nothing"))]),
        *_merged(dropped),
        (dropped_word(words, "alarms"), words("about.never")),
        (words("about.broker_dropped"), told),
    ]


def reason_word(words: Words, reason: str) -> str:
    """Why messages were refused; a reason this version has no word for is shown as it stands."""
    known: Mapping[str, str] = catalogue(words.lang)
    return words("about.refused_for", reason=known.get(f"check.rejected.{reason}", reason))


def waiting_word(words: Words, queue: str) -> str:
    """What waits; an unknown queue as it stands."""
    return catalogue(words.lang).get(f"about.waiting.{queue}", queue)


def dropped_word(words: Words, queue: str) -> str:
    """What was dropped; an unknown queue as it stands."""
    return words("about.dropped", queue=catalogue(words.lang).get(f"about.queue.{queue}", queue))


def _merged(facts: Facts) -> list[tuple[str, str]]:
    """One line a name: two reasons may have the same words."""
    return list(dict(facts).items())
