"""Case definitions: what a kind of case asks for and how it goes from first word to archive. How to write one:
`docs/case-definitions.md`.

A running case keeps the (name, version) it began under: every version is a file of its own, the newest opens.
Files are read by `loading.py`; what the types cannot say about one is checked in `checking.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from desktop.kernel.words import Text

FieldType = Literal[
    "text",
    "choice",
    "category",
    "number",
    "money",
    "date-time",
    "person",
    "place",
    "thing",
    "asset",
    "photo",
    "signature",
    "checklist",
    "items",
    "points",
]
ColumnType = Literal["text", "number", "money", "choice", "tick", "date-time", "part"]
Personal = Literal["", "name", "phone", "papers"]
Tone = Literal["primary", "quiet", "danger"]
Ask = Literal["no", "may", "must"]
Group = Literal["service", "device", "round", "permit", "register", "emergency"]
Pause = Literal["resident", "access", "parts", "vendor", "weather", "approval"]
Every = Literal["day", "week", "month", "days", "run_hours"]

BLANK = "blank"
"""What a field that is not filled in says to a condition."""

When = Mapping[str, tuple[str, ...]]
"""A condition: each of these fields says one of these words (`rules.says`)."""


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to be done and ticked off. Where a checklist is needed, it is complete with every `required` item done."""

    name: str
    title: Text
    required: bool = False


class Node(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One part of a category; only what stands in the tree can be chosen, down to a leaf.

    `flags` are words that conditions ask for ("paid", "after_photo"); they hold for everything below. `urgency` is what
    a new case of this kind is proposed with.
    """

    name: str
    title: Text
    flags: tuple[str, ...] = ()
    urgency: str = ""
    children: tuple[Node, ...] = ()


class ItemColumn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A column of an item list. `part` names a part of the store. Money is in fen."""

    name: str
    title: Text
    type: ColumnType = "text"
    options: Mapping[str, Text] = {}
    unit: str = ""
    needed: bool = False
    total: bool = False
    """Added up under the list; money or number."""
    personal: Personal = ""
    """As of a field: of a text."""


class CaseField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something a case asks for. How each type's value is kept: `rules.Values`."""

    name: str
    title: Text
    type: FieldType
    hint: Text = {}
    options: Mapping[str, Text] = {}
    """Of a choice."""
    tree: tuple[Node, ...] = ()
    """Of a category."""
    items: tuple[Item, ...] = ()
    """Of a checklist."""
    columns: tuple[ItemColumn, ...] = ()
    """Of an item list."""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    """Of a number, in `unit`; of money, in fen."""
    max_length: int = 500
    most: int = 9
    """Photos, or people and places where there may be `many`; rows of a list are at most ten times as many."""
    many: bool = False
    """Of person and place: several."""
    personal: Personal = ""
    """Of a text: tells who somebody is or how to reach them, and is masked where it is shown. Of photos: they are of
    papers, and are opened by who says why."""
    versioned: bool = False
    """Each new value is another version, counted and shown (a quote); the timeline keeps the ones before."""
    signs: str = ""
    """Of a signature: the field it stands under. When that is changed the signature is gone."""
    stock: bool = False
    """Of an item list with a `part` column and a `quantity` column: they leave the stock of whoever gives them."""


class State(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a case can stand. Entering the initial state puts it back to nobody; an `end` closes it."""

    name: str
    title: Text
    initial: bool = False
    end: Literal["archived", "void"] | None = None


class Also(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is needed besides, where the condition holds."""

    when: When
    fields: tuple[str, ...] = ()
    held: tuple[str, ...] = ()


class Needs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a move needs: `fields` given with it, `held` given with it or before in this round."""

    fields: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    also: tuple[Also, ...] = ()
    assignee: bool = False
    reason: bool = False
    subtasks_closed: bool = False


class Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A step from one of `sources` (`from` in the file) to a state; without `to` the case stays where it is."""

    name: str
    title: Text
    sources: tuple[str, ...] = msgspec.field(name="from")
    to: str = ""
    permission: str
    by: Literal["any", "assignee"] = "any"
    """`assignee`: only by the one who has the case, or by nobody in particular while nobody has it."""
    needs: Needs = Needs()
    takes: tuple[str, ...] = ()
    """Fields that may be given and need not."""
    when: When = {}
    """Legal only while this holds."""
    again: bool = False
    """Begins another round: same number, the closing fields emptied, the clocks anew."""
    dispatch: Literal["", "grab", "rotation"] = ""
    """`grab`: whoever does it has the case from then on; `rotation`: it goes to the one whose turn it is."""
    auto: Literal["", "late"] = ""
    """`late`: the program takes this step itself when a clock is over."""
    tone: Tone = "quiet"

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field a form for this move shows, needed ones first."""
        also = (name for more in self.needs.also for name in more.fields + more.held)
        return tuple(dict.fromkeys((*self.needs.fields, *self.needs.held, *also, *self.takes)))


class Opening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What opening a case asks for, beside its title."""

    permission: str = "cases.open"
    place: Ask = "may"
    thing: Ask = "no"
    person: Ask = "no"
    """Who it is for or who told: a resident."""
    asset: Ask = "no"
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    title_from: str = ""
    """The choice or category whose words are the title where none is given."""
    from_onset: bool = False
    """Whether the clocks of a case made from an alarm run from the alarm's onset."""


class Clock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A time that is promised. It runs in these `states` and stops for the round when the case leaves them, or at the
    instant that is filled into `field` (a date-time)."""

    name: str
    title: Text
    states: tuple[str, ...] = ()
    field: str = ""
    due: str = ""
    """A date-time that is due instead of the urgency's minutes where it is filled in: what was agreed with somebody."""


class Urgency(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How pressing a case is: minutes for each clock, counted in `calendar`, warned of when the share `warn` has gone."""

    name: str
    title: Text
    minutes: Mapping[str, int]
    calendar: str = "always"
    """`always` (24×7) or the name of a file in `resources/calendars`."""
    warn: float = 0.8


class Closing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The fields without which nothing is archived: what was done, what shows it, and at least one of what the other
    side said (or why it was not asked).

    An inner list of `result` and `evidence` is satisfied by one of its fields: a photo or, where none could be taken,
    words.
    """

    result: tuple[str | tuple[str, ...], ...]
    evidence: tuple[str | tuple[str, ...], ...]
    follow_up: tuple[str, ...]

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(name for group in self.asked for name in group) | frozenset(self.follow_up)

    @property
    def asked(self) -> tuple[tuple[str, ...], ...]:
        """What result and evidence ask for: of each group at least one field."""
        return tuple((part,) if isinstance(part, str) else part for part in self.result + self.evidence)


class Dispatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom a case can be given to: operators with the permission `team`; `cap` open jobs at most for whoever grabs or is
    next in turn (0 is no cap)."""

    team: str = "cases.work"
    cap: int = 0


class Block(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a printed page: some fields, the facts of the case, its timeline, plain words, or lines to sign on."""

    show: Literal["facts", "fields", "timeline", "text", "sign", "clocks", "evidence"]
    title: Text = {}
    fields: tuple[str, ...] = ()
    text: Text = {}
    sign: tuple[Text, ...] = ()


class Print(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A printed form of the case."""

    name: str
    title: Text
    size: Literal["A4", "A5"] = "A4"
    blocks: tuple[Block, ...]


class Serves(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which indicators of the catalogue (PUB-10) the kind serves, and which service standard its targets come from."""

    indicators: tuple[str, ...] = ()
    standard: Text = {}


class Tells(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fields that the intake desk shows to whoever calls about one of the places between two times."""

    text: str
    begins: str
    ends: str
    places: str


class CaseDefinition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of case, as its file says it."""

    name: str
    version: int
    title: Text
    group: Group = "service"
    icon: str = "clipboard-list"
    source: str
    states: tuple[State, ...]
    moves: tuple[Move, ...]
    closing: Closing
    clocks: tuple[Clock, ...] = ()
    urgencies: tuple[Urgency, ...]
    pauses: tuple[Pause, ...] = ("resident", "access", "parts", "vendor")
    """What may suspend it; its clocks stand still meanwhile."""
    dispatch: Dispatch = Dispatch()
    subtasks: tuple[str, ...] = ()
    """Definitions of which cases may be opened under it, for other departments."""
    recurrence: tuple[Every, ...] = ()
    """How a plan may open it again and again."""
    opening: Opening = Opening()
    fields: tuple[CaseField, ...] = ()
    lists: tuple[str, ...] = ()
    """Fields that lists show as columns and, choices and categories, as filters."""
    prints: tuple[Print, ...] = ()
    tells: Tells | None = None
    serves: Serves = Serves()

    def state(self, name: str) -> State | None:
        return next((state for state in self.states if state.name == name), None)

    def move(self, name: str) -> Move | None:
        return next((move for move in self.moves if move.name == name), None)

    def field(self, name: str) -> CaseField | None:
        return next((field for field in self.fields if field.name == name), None)

    def urgency(self, name: str) -> Urgency | None:
        return next((urgency for urgency in self.urgencies if urgency.name == name), None)

    def clock(self, name: str) -> Clock | None:
        return next((clock for clock in self.clocks if clock.name == name), None)

    @property
    def of_a_round(self) -> frozenset[str]:
        """The fields that another round begins without: the closing ones, the moments clocks stop at, and signatures
        under the work itself. What was agreed before (a quote and the name under it) stays."""
        moments = {clock.field for clock in self.clocks if clock.field}
        signatures = {field.name for field in self.fields if field.type == "signature" and not field.signs}
        return self.closing.fields | moments | signatures

    @property
    def in_hand(self) -> frozenset[str]:
        """States in which whoever has the case has something to do: a step of their team, or one that only they may take,
        leads on from there. A kind that names no such step is in hand until it is over."""
        own = [move for move in self.moves if move.by == "assignee" or move.permission == self.dispatch.team]
        found = {source for move in own for source in move.sources}
        return frozenset(found or {state.name for state in self.states if not state.end})

    @property
    def initial(self) -> State:
        return next(state for state in self.states if state.initial)

    @property
    def void(self) -> State | None:
        """Where a case goes that should not be there; None where the definition has no such end."""
        return next((state for state in self.states if state.end == "void"), None)


def stand_in(name: str, version: int, state: str) -> CaseDefinition:
    """For a case whose file is gone or refused: it can be read, and nothing can be done with it."""
    return CaseDefinition(
        name=name,
        version=version,
        title={"zh": name, "en": name},
        source="",
        states=(State(name=state, title={"zh": state, "en": state}, initial=True),),
        moves=(),
        closing=Closing(result=(), evidence=(), follow_up=()),
        urgencies=(),
    )
