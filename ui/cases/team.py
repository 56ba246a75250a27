"""Whom a case can be given to, with how many open jobs each has."""

from __future__ import annotations

from typing import NamedTuple

from desktop.cases.definition import CaseDefinition
from desktop.cases.views import CaseQuery
from desktop.kernel.words import Words
from desktop.people.views import StaffView
from desktop.security.roles import permissions_of
from ui.cases.picking import Picker
from ui.parts.matching import Option, sounds
from ui.shell.context import Context


class Member(NamedTuple):
    """Somebody of the staff, and their open jobs."""

    staff: StaffView
    jobs: int


def team(context: Context, definition: CaseDefinition) -> list[Member]:
    """The staff that cases of this kind can be given to, with their open jobs. Waits for the disk."""
    console = context.console
    able = {one.id for one in console.accounts.operators() if definition.dispatch.team in permissions_of(one.roles)}
    members = []
    for one in console.people.staff():
        if one.operator_id not in able:
            continue
        sounds(one.name)
        members.append(Member(one, console.case_lists.count(CaseQuery(assignee_id=one.operator_id)).total))
    return members


def assignee_field(words: Words, members: list[Member], now: str | None) -> Picker:
    """Who gets it; whoever has it already is left out."""
    options = [
        Option(
            member.staff.operator_id,
            member.staff.name,
            words("casework.form.jobs", post=member.staff.post, n=member.jobs).strip(" ·"),
        )
        for member in members
        if member.staff.operator_id != now
    ]
    return Picker(
        words, words("cases.column.assignee_id"), True, options, hint=words("casework.form.assignee_hint"), browse=True
    )
