"""One case: its clocks, its facts, what was filled in, where it came from, and its timeline from the journal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PySide6.QtWidgets import QWidget

from desktop.alarms.views import AlarmView
from desktop.cases.definition import Move
from desktop.cases.views import CaseDetail, LinkView, Step
from desktop.kernel.words import Words
from ui.cases.clock import CaseClock, clock_words, current
from ui.cases.columns import due_tone, state_tone
from ui.cases.evidence import evidence_parts
from ui.cases.filled import case_pictures, filled_in
from ui.cases.round import round_section
from ui.parts.badge import StateBadge
from ui.parts.buttons import Button, IconButton
from ui.parts.chosen import flowing
from ui.parts.detail import FactsList, notice_card, section
from ui.parts.layout import column, row
from ui.parts.text import Label
from ui.parts.timeline import Timeline, TimelineEntry
from ui.parts.when import stamp
from ui.shell.context import Context
from ui.theme.tokens import px

IN_HEADER = 3
"""Moves that stand beside each other in the header, if their names are short; the others stand below the facts."""
_BESIDE_MOVES = 76
"""Pixels of the header's padding and of the menu."""


@dataclass(frozen=True)
class Shown:
    """Everything that is shown of one case; two equal ones look the same."""

    detail: CaseDetail
    moves: tuple[Move, ...]
    alarm: AlarmView | None
    can: frozenset[str] = frozenset()
    """`CaseActs.what_can`."""
    revealed: Mapping[str, str] = field(default_factory=dict)
    """Personal data that was asked for with a reason, by its title."""


def _nothing(*_: str) -> None:
    pass


@dataclass(frozen=True)
class Doing:
    """What the parts of a case call when something is done with them; `host` is what a picture in full covers."""

    host: QWidget
    visit: Callable[[str, str], object] = _nothing
    abnormal: Callable[[str, str], object] = _nothing
    unlink: Callable[[str], object] = _nothing
    reveal: Callable[[str], object] = _nothing


def key_of(number: int) -> str:
    """The key of a move by its place: E is always the usual next step, the others are counted on."""
    return "E" if number == 0 else str(number + 1)


def move_buttons(words: Words, moves: tuple[Move, ...], on_move: Callable[[Move], None]) -> list[Button]:
    """The moves as buttons with keys; only the usual next step is loud."""

    def button(number: int, move: Move) -> Button:
        kind = move.tone if number == 0 or move.tone == "danger" else "quiet"
        return Button(words.of(move.title), kind, key=key_of(number), on=lambda: on_move(move))

    return [button(number, move) for number, move in enumerate(moves)]


def in_header(buttons: list[Button]) -> int:
    """How many of them fit beside each other in the header, with the menu after them."""
    room, fitting = px("width", "detail") - _BESIDE_MOVES, 0
    for button in buttons[:IN_HEADER]:
        room -= button.sizeHint().width() + 8
        if room < 0:
            break
        fitting += 1
    return max(1, fitting)


def state_badges(words: Words, detail: CaseDetail) -> list[QWidget]:
    """State, urgency, round where there was more than one, being late or suspended, and who asked for it."""
    case = detail.view
    urgency = detail.definition.urgency(case.urgency)
    badges: list[QWidget] = [StateBadge(words.of(case.state_title), state_tone(case))]
    if urgency is not None and len(detail.definition.urgencies) > 1:
        badges.append(StateBadge(words.of(urgency.title), "high" if case.urgency == "urgent" else "quiet"))
    if case.round > 1:
        badges.append(StateBadge(words("cases.page.round", n=case.round), "medium"))
    if case.overdue:
        badges.append(StateBadge(words("cases.page.overdue"), due_tone(case), "triangle"))
    if case.paused and case.closed_at is None:
        badges.append(StateBadge(words("casework.detail.paused"), "info", "half"))
    if case.urged and case.closed_at is None:
        badges.append(StateBadge(words("casework.detail.urged", n=case.urged), "medium"))
    if case.escalated and case.closed_at is None:
        badges.append(StateBadge(words("casework.detail.escalated"), "high"))
    return badges


def sections(context: Context, shown: Shown, more: list[Button], doing: Doing | None = None) -> list[QWidget]:
    """The clocks, the round, then facts, what was filled in, what it is tied to, and everything that happened."""
    words, detail = context.words, shown.detail
    doing = doing or Doing(QWidget())
    found: list[QWidget] = []
    if shown.revealed:
        lines = [row(Label(title, "secondary"), _selectable(value), None) for title, value in shown.revealed.items()]
        card = QWidget()
        card.setLayout(column(Label(words("casework.reveal.shown"), "caption"), *lines, spacing=4))
        found.append(notice_card(card))
    if current(detail):
        found.append(section(words("cases.page.clock"), CaseClock(words, detail, context.console.clock.now())))

    def photos(pictures: list[str]) -> QWidget:
        return case_pictures(context, doing.host, pictures, words("casework.round.photos"))

    found += round_section(words, detail, "visit" in shown.can, doing.visit, doing.abnormal, photos)
    found.append(section(words("cases.page.facts"), FactsList(_facts(context, detail)), *_links(context, shown)))
    if more:
        found.append(section(words("cases.page.more_moves"), flowing(*more)))
    found += filled_in(context, doing.host, detail, doing.reveal if "reveal" in shown.can else None)
    if detail.links:
        found.append(
            section(
                words("casework.detail.ties"),
                *(_tie(context, link, doing.unlink if "link" in shown.can else None) for link in detail.links),
            )
        )
    if (left := detail.evidence) is not None and (parts := evidence_parts(context, doing.host, detail.view.id, left)):
        found.append(section(words("cases.page.evidence"), *parts))
    timeline = Timeline(_timeline(words, detail), words("cases.page.timeline"))
    return [*found, section(words("cases.page.timeline"), timeline)]


def _facts(context: Context, detail: CaseDetail) -> list[tuple[str, str | QWidget]]:
    words, case = context.words, detail.view
    facts: list[tuple[str, str | QWidget]] = [
        (words("cases.page.kind"), f"{words.of(detail.definition.title)} · v{detail.definition.version}"),
        (words("cases.column.assignee_id"), case.assignee_name),
    ]
    if detail.person_name:
        facts.append((words("casework.form.person"), detail.person_name))
    if detail.asset_name:
        facts.append((words("casework.form.asset"), detail.asset_name))
    by = f"  {detail.opened_by}" if detail.opened_by else ""
    facts.append((words("cases.page.opened"), f"{stamp(case.opened_at)}{by}"))
    if case.closed_at:
        facts.append((words("cases.page.closed"), stamp(case.closed_at)))
    now = context.console.clock.now()
    for round_ in range(1, case.round):
        told = [
            f"{words.of(clock.title)} {clock_words(words, clock, now)}"
            for clock in detail.clocks
            if clock.round == round_
        ]
        if told:
            facts.append((words("cases.page.round", n=round_), "\n".join(told)))
    return facts


def _selectable(value: str) -> Label:
    label = Label(value, "strong")
    label.set_selectable()
    return label


def _links(context: Context, shown: Shown) -> list[QWidget]:
    """To the alarm it was made from and to the thing it is about."""
    words, shell, case = context.words, context.shell, shown.detail.view
    links: list[QWidget] = []
    if (alarm := shown.alarm) is not None:
        name = words("cases.page.to_alarm", title=words.of(alarm.title))
        links.append(Button(name, "link", on=lambda: shell.go("alarms", alarm.id)))
    if (thing_id := case.thing_id) is not None:
        thing = context.console.things.get(thing_id)
        name = words("cases.page.to_thing", name=thing.name if thing else thing_id)
        links.append(Button(name, "link", on=lambda: shell.go("things", thing_id)))
    return links


def _tie(context: Context, link: LinkView, unlink: Callable[[str], object] | None) -> QWidget:
    """Another case with how it is tied and how it stands; a press goes there."""
    words, other = context.words, link.case
    key = link.kind if link.outward or link.kind != "merged" else "merged_in"
    kind = words(f"casework.tie.{key}")
    button = Button(other.number, "link", on=lambda: context.shell.go("cases", other.id))
    button.setAccessibleName(f"{kind} {other.number} {other.title}")
    made = QWidget()
    loose = []
    if unlink is not None and link.kind in ("linked", "duplicate"):
        loose = [IconButton("unlink", words("casework.act.unlink", number=other.number), on=lambda: unlink(other.id))]
    state = StateBadge(words.of(other.state_title), state_tone(other))
    head = row(Label(kind, "caption"), button, None, state, *loose, spacing=8)
    made.setLayout(column(head, Label(other.title, "secondary", elide=True), spacing=0))
    return made


def _timeline(words: Words, detail: CaseDetail) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            words.of(step.op_title) + _filed_later(words, detail, step),
            stamp(step.at),
            f"{step.actor_name} · {step.terminal}",
            tuple((words.of(c.field), words.of(c.before), words.of(c.after)) for c in step.changes),
            words("cases.page.because", reason=step.reason) if step.reason else "",
        )
        for step in reversed(detail.timeline)
    ]


def _filed_later(words: Words, detail: CaseDetail, step: Step) -> str:
    """What was noted in this step only after it had happened."""
    late = [clock for clock in detail.clocks if clock.back_filed and clock.filed == step.at]
    return words("casework.detail.filed_later", what="、".join(words.of(clock.title) for clock in late)) if late else ""
