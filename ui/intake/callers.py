"""Who may be calling: what was typed into the one box, read as a person, a home, or somebody new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from desktop.cases.views import CaseQuery, CaseView, Notice
from desktop.people.rules import digits_of
from desktop.people.views import PersonView
from ui.cases.known import Known
from ui.parts.matching import Option, folded, found
from ui.shell.context import Context

MOST_PEOPLE, MOST_PLACES = 12, 4
PHONE_DIGITS = 7
"""A number with as many digits is a phone, not a room."""

RECENT = timedelta(days=30)
"""How far back somebody's calls are counted. Our own default."""


@dataclass(frozen=True)
class Caller:
    """Somebody who calls. Known residents are masked and have an id; of the others it is what was typed."""

    person_id: str = ""
    name: str = ""
    phone: str = ""
    place_id: str = ""
    place: str = ""
    """The way to the place, in words."""

    @property
    def is_new(self) -> bool:
        return not self.person_id and bool(self.name or self.phone)

    def said(self) -> str:
        """As they stand in the box."""
        return "  ".join(part for part in (self.name, self.place, self.phone) if part)


class Typed(NamedTuple):
    """The words of the box by what they are. `place` is a place whose code was written out."""

    name: str
    phone: str
    place: Option | None


class Around(NamedTuple):
    """What is known at once of whoever calls."""

    notices: tuple[Notice, ...]
    cases: tuple[CaseView, ...]
    calls: int
    """Cases that were opened for them or their home lately."""


def understood(known: Known, text: str) -> Typed:
    """Each word as a place's code, a phone number, or a part of the name."""
    names: list[str] = []
    phone, place = "", None
    for word in text.split():
        digits = digits_of(word)
        home = next((one for one in known.places if one.code and folded(one.code) == folded(word)), None)
        if home is not None:
            place = home
        elif len(digits) >= PHONE_DIGITS and not any(c.isalpha() for c in word):
            phone = digits
        else:
            names.append(word)
    return Typed(" ".join(names), phone, place)


def read_callers(context: Context, known: Known, text: str) -> list[tuple[Option, Caller]]:
    """Who the text may mean, the closest first; somebody new is always the last choice. Waits for the disk."""
    typed = understood(known, text)
    found_ = [*_people(context, known, typed, text), *_places(context, known, typed, text)]
    if typed.name or typed.phone:
        place = typed.place.title if typed.place else ""
        caller = Caller("", typed.name, typed.phone, typed.place.id if typed.place else "", place)
        title = context.words("intake.new_caller", what=caller.said())
        found_.append((Option("new", title, context.words("intake.new_detail")), caller))
    return found_


def _people(context: Context, known: Known, typed: Typed, text: str) -> list[tuple[Option, Caller]]:
    """A line for each home of each person; with a home written out, only those who live there."""
    if not context.who.may("people.find"):
        return []
    home = typed.place.code if typed.place else ""
    wanted = typed.name or typed.phone or home or text
    people = context.console.people.find(context.who, wanted, MOST_PEOPLE)
    callers = [caller for one in people for caller in _at_home(known, one, home)]
    return [
        (Option(f"{one.person_id}/{one.place_id}", one.name, f"{one.place}  {one.phone}".strip()), one)
        for one in callers
    ]


def _at_home(known: Known, person: PersonView, home: str) -> list[Caller]:
    codes = [code for code in person.homes if not home or code == home or code.startswith(f"{home}-")]
    homes = [place for code in codes if (place := known.home(code))]
    if not homes and not home:
        return [Caller(person.id, person.name, person.phone)]
    return [Caller(person.id, person.name, person.phone, place.id, place.title) for place in homes]


def _places(context: Context, known: Known, typed: Typed, text: str) -> list[tuple[Option, Caller]]:
    """Places alone: also a pump room is called about."""
    if typed.name and typed.place:
        return []
    options: Sequence[Option] = [typed.place] if typed.place else found(known.places, text, MOST_PLACES)
    only = context.words("intake.only_place")
    return [(Option(f"/{one.id}", one.title, only), Caller(place_id=one.id, place=one.title)) for one in options]


def read_around(context: Context, caller: Caller) -> Around:
    """Open cases of person and home, what is told about the place, and how often they called. Waits for the disk."""
    lists, now = context.console.case_lists, context.console.clock.now()
    person, place = caller.person_id or None, caller.place_id or None
    cases = lists.near(place_id=place, person_id=person) if person or place else ()
    asked = {"person_id": person} if person else {"place_id": place}
    lately = CaseQuery(open_only=False, opened_from=now - RECENT, **asked) if person or place else None
    return Around(
        lists.notices(place) if place else (),
        tuple(sorted(cases, key=lambda case: nearness(case, caller))),
        lists.count(lately).total if lately else 0,
    )


def nearness(case: CaseView, caller: Caller) -> int:
    """0 for the home's own, 1 for the person's, 2 for what is in the same building."""
    if caller.place_id and case.place_id == caller.place_id:
        return 0
    return 1 if caller.person_id and case.person_id == caller.person_id else 2
