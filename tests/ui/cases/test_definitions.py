"""The forms of every kind that is shipped: of its opening and of each of its moves, in both languages, whole and named."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

import pytest
from pytestqt.qtbot import QtBot

from desktop.cases.clocks import Span
from desktop.cases.definition import CaseDefinition, CaseField, Group, Move
from desktop.cases.loading import load_definitions
from desktop.cases.values import branch
from desktop.cases.views import CaseDetail, CaseView
from desktop.kernel.words import Lang
from resources.loader import folder
from tests.support.fakes import START
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text, assert_nothing_overlaps
from tests.ui.drivers.panel import OneCase
from tests.ui.pages import Site
from ui import aio
from ui.cases.forms import CaseForm, MoveForm, OpenForm

ALL = load_definitions(folder("cases"), Path(__file__).parent / "kinds").newest()


def leaf(field: CaseField) -> str:
    """The first category that can be chosen."""
    path, nodes = [], field.tree
    while nodes:
        path.append(nodes[0].name)
        nodes = nodes[0].children
    assert branch(field, "/".join(path))
    return "/".join(path)


def some_values(definition: CaseDefinition) -> Mapping[str, object]:
    """A case that has a little of everything a form may begin with."""
    made: dict[str, object] = {}
    for field in definition.fields:
        match field.type:
            case "text":
                made[field.name] = "1*" if field.personal else "一段说明"
            case "choice":
                made[field.name] = next(iter(field.options))
            case "category":
                made[field.name] = leaf(field)
            case "money":
                made[field.name] = 1250
            case "checklist":
                made[field.name] = [field.items[0].name]
            case "points":
                made[field.name] = {"route": [], "visits": []}
    return made


def detail(definition: CaseDefinition, state: str) -> CaseDetail:
    view = CaseView(
        id="c", number="D1-20261122-0001", definition=definition.name, title="试", state=state,
        state_title={"zh": state, "en": state}, urgency=definition.urgencies[0].name, thing_id=None, place_id=None,
        place_path=(), assignee_id=None, assignee_name="", opened_at=START, due_at=None, closed_at=None, round=1,
        overdue=False,
    )  # fmt: skip
    spans: tuple[Span, ...] = ()
    return CaseDetail(view, definition, (), (), (), some_values(definition), spans=spans)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("group", get_args(Group))
def test_every_form_of_a_kind_is_drawn_whole(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop, themed: Callable[[str], None], trial: Site, group: Group, lang: Lang
) -> None:
    context, shell = trial.context("boss", lang)
    host = OneCase(context)
    qtbot.addWidget(host)
    host.resize(1150, 2400)
    host.show()

    def drawn(form: CaseForm, what: str) -> None:
        qtbot.waitUntil(lambda: form.panel is not None and not aio._tasks)
        assert form.panel is not None
        for field in form.fields.values():
            field.setVisible(True)
        try:
            assert_accessible(form.panel)
            assert_no_clipped_text(form.panel)
            assert_nothing_overlaps(form.panel)
        except AssertionError as error:
            raise AssertionError(f"{what}: {error}") from error
        form.panel.close_panel()

    for definition in (one for one in ALL.values() if one.group == group):
        drawn(OpenForm(host, context, definition), definition.name)
        for move in definition.moves:
            if not move.auto:
                form = MoveForm(host, context, detail(definition, move.sources[0]), move)
                drawn(form, f"{definition.name}: {move.name}")
    assert not shell.failures


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_field_that_is_asked_for_has_an_input(name: str) -> None:
    definition = ALL[name]

    def known(move: Move) -> bool:
        return all(definition.field(field) is not None for field in move.fields)

    assert all(known(move) for move in definition.moves)
