"""What the forms of plans and routes choose from, read before they are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from desktop.cases.definition import CaseDefinition
from desktop.cases.planned import RouteView
from desktop.cases.routes import points_field
from desktop.cases.runhours import counters_of
from desktop.people.views import StaffView
from ui.cases.known import read_known
from ui.parts.matching import Option
from ui.shell.context import Context


@dataclass(frozen=True)
class Choices:
    """Kinds of case that come again, and what a plan for them may be about. `counters` are the points that count a thing's
    run hours, with their names in words, by thing."""

    kinds: Mapping[str, CaseDefinition]
    places: Sequence[Option]
    assets: Sequence[Option]
    things: Sequence[Option]
    counters: Mapping[str, tuple[tuple[str, str], ...]]
    routes: Sequence[RouteView]
    staff: Sequence[StaffView]

    @property
    def rounds(self) -> dict[str, CaseDefinition]:
        """The kinds that walk points."""
        return {name: kind for name, kind in self.kinds.items() if points_field(kind)}


def read_choices(context: Context) -> Choices:
    """Waits for the disk."""
    console, words = context.console, context.words
    counters = {
        view.id: tuple(
            (point.name, words.of(point.title)) for point in view.thing.model.points if point.name in counters_of(view)
        )
        for view in console.things.all()
    }
    known = read_known(context, ("place", "thing"))
    return Choices(
        {name: kind for name, kind in console.cases.definitions().items() if kind.recurrence},
        known.places,
        [Option(one.id, one.name, " ".join(one.place_path), one.code) for one in console.assets.all()],
        known.things,
        {id_: points for id_, points in counters.items() if points},
        console.schedules.routes(),
        console.people.staff(),
    )
