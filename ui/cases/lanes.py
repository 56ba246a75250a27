"""The columns of the board: the states of one kind, or for all kinds the phases that every definition has."""

from __future__ import annotations

from typing import Literal, NamedTuple

from desktop.app import Console
from desktop.cases.definition import CaseDefinition, Move, State
from desktop.cases.lists import CaseLists
from desktop.cases.views import CaseDetail, CaseQuery, CaseView
from desktop.kernel.words import Text
from desktop.security.principal import Principal

Phase = Literal["new", "doing", "closing", "archived", "void"]
PHASES: tuple[Phase, ...] = ("new", "doing", "closing", "archived", "void")
OPEN_PHASES = PHASES[:3]
MOST = 50
"""Cards of a column; the others are counted."""


class Lane(NamedTuple):
    """A column. `title` is empty for a phase; an end that lists no cases is only somewhere to drop."""

    key: str
    title: Text
    total: int
    cases: tuple[CaseView, ...]
    drop_only: bool = False


class Steps(NamedTuple):
    """A case and what may be done with it now."""

    detail: CaseDetail
    moves: tuple[Move, ...]

    def into(self, lane: str, by_phase: bool) -> list[Move]:
        """The moves that lead into this column."""
        here = lane_key(self.detail.definition, self.detail.view.state, by_phase)
        return [
            move
            for move in self.moves
            if move.to and lane_key(self.detail.definition, move.to, by_phase) == lane and lane != here
        ]


def lane_key(definition: CaseDefinition, state: str, by_phase: bool) -> str:
    """The column that a state belongs to."""
    return phase_of(definition, state) if by_phase else state


def phase_of(definition: CaseDefinition, name: str) -> Phase:
    """How far a case is that stands there: taken by nobody, being done, or one step from the archive."""
    state = definition.state(name)
    if state is None:
        return "doing"
    if state.end:
        return state.end
    if state.initial:
        return "new"
    return "closing" if any(_archives(definition, move, state) for move in definition.moves) else "doing"


def _archives(definition: CaseDefinition, move: Move, state: State) -> bool:
    target = definition.state(move.to)
    return state.name in move.sources and target is not None and target.end == "archived"


def read_steps(console: Console, who: Principal, case_id: str) -> Steps:
    """Waits for the disk. Raises NotFound."""
    return Steps(console.cases.get(case_id), console.cases.moves_for(who, case_id))


def read_lanes(console: Console, query: CaseQuery) -> tuple[Lane, ...]:
    """The columns of what the query finds. Waits for the disk."""
    definitions, lists = console.cases.definitions(), console.case_lists
    if len(query.definitions) == 1:
        return _states(definitions[query.definitions[0]], lists, query)
    return _phases(definitions, lists, query)


def _states(definition: CaseDefinition, lists: CaseLists, query: CaseQuery) -> tuple[Lane, ...]:
    shown = tuple(Lane(*column) for column in lists.board(query, definition.name, MOST))
    known = {lane.key for lane in shown}
    ends = (state for state in definition.states if state.end and state.name not in known)
    return shown + tuple(Lane(state.name, state.title, 0, (), True) for state in ends)


def _phases(definitions: dict[str, CaseDefinition], lists: CaseLists, query: CaseQuery) -> tuple[Lane, ...]:
    def phase(name: str, state: str) -> Phase:
        return phase_of(definitions[name], state) if name in definitions else "doing"

    found = lists.grouped(query, phase, MOST)
    return tuple(
        Lane(phase, {}, *found.get(phase, (0, ())), query.open_only and phase not in OPEN_PHASES) for phase in PHASES
    )
