"""The panel beside the calendar: a plan, what it means, and how its times of the chosen day stand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtWidgets import QWidget

from desktop.cases.planned import Occurrence, PlanView
from desktop.kernel.words import Words
from ui.parts.badge import MarkedWord, StateBadge
from ui.parts.buttons import Button
from ui.parts.detail import DetailPanel, FactsList, notice_card, section
from ui.parts.layout import column, row
from ui.parts.text import Label
from ui.parts.when import local, short
from ui.planned.days import Entry
from ui.planned.words import about_words, next_words, pattern_words, standing, standing_of, time_words

MOST_TIMES = 12


class PlanDetail(DetailPanel):
    """Drawn anew for each plan; `acts` are given by the page, which knows what may be done."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self._words = words

    def show_plan(
        self, plan: PlanView, entry: Entry | None, now: datetime, acts: list[Button], go: Callable[[str], None]
    ) -> None:
        """`go` opens a case by its id."""
        words = self._words
        self.set_title(plan.title, f"{words.of(plan.definition_title)} · {pattern_words(words, plan.pattern)}")
        self.set_state(StateBadge(*standing(words, entry.standing)) if entry else StateBadge(words("planned.plan")))
        self.set_acts(*acts)
        sections = [*self._notices(plan)]
        if entry is not None:
            sections.append(
                section(words("planned.that_day"), *(self._time(one, go) for one in entry.times[:MOST_TIMES]))
            )
            if len(entry.times) > MOST_TIMES:
                sections.append(Label(words("planned.more", n=len(entry.times) - MOST_TIMES), "caption"))
        sections.append(section(words("planned.plan"), FactsList(self._facts(plan, now))))
        self.set_sections(*sections)

    def _notices(self, plan: PlanView) -> list[QWidget]:
        """What the plan could not do, and what it did not."""
        words, told = self._words, list[QWidget]()
        if plan.refused:
            text = Label(words("planned.refused", why=plan.refused), "secondary", tone="ink", wrap=True)
            told.append(notice_card(MarkedWord(words("planned.cannot_open"), "high", "triangle", weight=500), text))
        if plan.left_out and plan.left_out_until:
            until = f"{local(plan.left_out_until):%Y-%m-%d}"
            text = Label(words("planned.left_out_why", until=until), "secondary", tone="ink", wrap=True)
            title = words("planned.left_out", n=plan.left_out)
            told.append(notice_card(MarkedWord(title, "high", "dash", weight=500), text))
        return told

    def _time(self, one: Occurrence, go: Callable[[str], None]) -> QWidget:
        words = self._words
        word, tone, mark = standing(words, standing_of(one))
        line = row(
            Label(f"{local(one.at):%H:%M}", "secondary", tone="ink", tabular=True),
            4,
            MarkedWord(word, tone, mark),
            spacing=8,
        )
        if one.case_id:
            case_id = one.case_id
            line.addStretch(1)
            link = Button(one.number, "link", on=lambda: go(case_id))
            line.addWidget(link)
        else:
            line.addStretch(1)
        made = QWidget()
        under = " · ".join(
            part for part in (words.of(one.state_title) if one.case_id else "", one.assignee_name) if part
        )
        made.setLayout(column(line, *([Label(under, "caption", elide=True)] if under else []), spacing=0))
        return made

    def _facts(self, plan: PlanView, now: datetime) -> list[tuple[str, str | QWidget]]:
        words = self._words
        lead = words("planned.minutes", n=plan.pattern.lead_minutes) if plan.pattern.lead_minutes else ""
        facts: list[tuple[str, str | QWidget]] = [
            (words("planned.next"), next_words(words, plan, now)),
            (words("planned.last"), short(plan.last_at, now) if plan.last_at else ""),
            (words("planned.about"), about_words(plan)),
            (words("planned.who"), plan.assignee_name or words("planned.form.nobody")),
        ]
        if plan.since is not None:
            facts.append((words("planned.since"), time_words(words, plan.since, now)))
        if lead:
            facts.append((words("planned.lead"), lead))
        return facts
