"""What holds of every shipped kind of case, and of the repair's categories."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest

from desktop.cases import rules
from desktop.cases.definition import CaseDefinition, Node
from desktop.cases.loading import load_definitions
from desktop.cases.values import branch, says
from desktop.kernel.errors import Invalid
from desktop.security.roles import roles
from resources.loader import folder, read
from tests.desktop.cases.support import CLERK, FITTER
from tests.desktop.cases.walking import ground, leaves

SHIPPED = load_definitions(folder("cases")).newest()
ASKED_FOR = {
    "repair", "complaint", "street-request", "inspection-round", "guard-patrol", "maintenance", "decoration-permit",
    "lending", "goods-release", "outage-notice", "emergency-drill", "emergency-response", "footage-lookup", "lost-found",
    "elderly-visit", "device-fault", "task", "fire-alarm", "gas-alarm", "lift-entrapment", "waterlogging",
}  # fmt: skip
TEAMWORK = ("repair", "complaint", "task", "device-fault", "maintenance")
"""Kinds that somebody has and may hand on, give back, or be overruled in."""


def kinds() -> Iterator[CaseDefinition]:
    yield from SHIPPED.values()


def test_every_kind_that_was_asked_for_is_shipped() -> None:
    assert load_definitions(folder("cases")).refused == ()
    assert set(SHIPPED) == ASKED_FOR


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_kind_has_icon_list_prints_source_and_indicators_and_names_what_exists(name: str) -> None:
    kind = SHIPPED[name]
    assert folder("icons", f"{kind.icon}.svg").exists()
    assert kind.lists and kind.prints and len(kind.source) > 20 and kind.serves.indicators
    known = frozenset[str]().union(*roles().values())
    assert {move.permission for move in kind.moves} | {kind.opening.permission, kind.dispatch.team} <= known
    assert set(kind.subtasks) <= set(SHIPPED)
    # Who opens a case and says nothing more, and an alarm, ask for "normal".
    assert kind.urgency("normal") is not None
    # Whatever is filled in can be printed.
    printed = {field for one in kind.prints for block in one.blocks for field in block.fields}
    assert set(next(iter(kind.closing.asked))) & printed


def test_a_move_of_one_name_is_one_thing_everywhere() -> None:
    titles = defaultdict(set)
    for kind in kinds():
        for move in kind.moves:
            titles[move.name].add((move.title["zh"], move.title["en"]))
    assert {name: found for name, found in titles.items() if len(found) > 1} == {}


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_every_open_state_has_a_usual_next_step(name: str) -> None:
    kind = SHIPPED[name]
    usual = {source for move in kind.moves if move.tone == "primary" for source in move.sources}
    assert {state.name for state in kind.states if not state.end} - usual == set()


@pytest.mark.parametrize("name", TEAMWORK)
def test_work_is_handed_on_given_back_and_finished_by_a_supervisor_with_a_reason(name: str) -> None:
    kind = SHIPPED[name]
    for move_name in ("hand_on", "give_back", "force_finish", "void"):
        move = kind.move(move_name)
        assert move is not None and move.needs.reason, move_name
    force = kind.move("force_finish")
    assert force is not None and force.permission == "cases.lead"


def test_every_repair_is_of_a_home_or_public_and_says_when_the_resident_is_called_back() -> None:
    category = SHIPPED["repair"].field("category")
    assert category is not None
    paths = list(leaves(category.tree))
    assert len(paths) > 50
    for path in paths:
        said = says(category, path)
        assert len(said & {"household", "public"}) == 1, path
        assert len(said & {"follow_up_always", "follow_up_unrated", "follow_up_never"}) == 1, path
        assert not {"public", "paid"} <= said, path


def test_what_floods_burns_or_locks_somebody_out_is_urgent() -> None:
    category = SHIPPED["repair"].field("category")
    assert category is not None
    for path in ("entrance/water/burst", "kitchen/outlet/burnt", "entrance/lock/stuck", "grounds/manhole/missing"):
        proposed = next((node.urgency for node in reversed(branch(category, path)) if node.urgency), "")
        assert proposed == "urgent", path


def test_combinations_that_make_no_sense_cannot_be_chosen() -> None:
    category = SHIPPED["repair"].field("category")
    assert category is not None
    assert branch(category, "rooms/lamp/off") and not branch(category, "rooms/lamp/leak")


def test_urgent_is_on_site_in_twenty_minutes_and_ordinary_done_in_two_working_days() -> None:
    urgent, normal = SHIPPED["repair"].urgency("urgent"), SHIPPED["repair"].urgency("normal")
    assert urgent is not None and (urgent.minutes["arrive"], urgent.calendar) == (20, "always")
    assert normal is not None and (normal.minutes["done"], normal.calendar) == (2 * 450, "office")


def test_titles_of_nodes_are_told_apart_under_one_parent() -> None:
    def check(nodes: tuple[Node, ...]) -> None:
        assert len({node.title["zh"] for node in nodes}) == len(nodes)
        for node in nodes:
            check(node.children)

    for kind in kinds():
        for field in kind.fields:
            check(field.tree)


@pytest.mark.parametrize("name", sorted(name for name, kind in SHIPPED.items() if any(m.again for m in kind.moves)))
def test_another_round_begins_without_what_closed_the_last(name: str) -> None:
    kind = SHIPPED[name]
    full = {field.name: "x" for field in kind.fields}
    for move in kind.moves:
        left = set(rules.merged(kind, move, full, {}))
        assert left == (set(full) - kind.of_a_round if move.again else set(full)), move.name
    assert kind.closing.fields <= kind.of_a_round


def test_a_reopened_repair_promises_an_arrival_again_and_asks_for_its_own_result() -> None:
    here = ground()
    try:
        cases, at = here.cases, here.clock
        wrong = {"category": "building/light/off", "description": "楼道灯不亮"}
        case_id = cases.open(CLERK, "repair", place_id="b3", urgency="urgent", fields=wrong).id

        def handle() -> None:
            at.advance(600)
            cases.move(CLERK, case_id, "assign", assignee_id="fitter")
            cases.move(FITTER, case_id, "arrive", fields={"arrived_at": at.now().isoformat()})
            cases.move(FITTER, case_id, "start")

        handle()
        cases.move(FITTER, case_id, "finish", fields={"result": "换灯泡", "proof": "已亮"})
        cases.move(CLERK, case_id, "follow_up", fields={"satisfaction": "unsatisfied"})
        again = cases.move(CLERK, case_id, "reopen", reason="又灭了")
        assert again.round == 2 and again.assignee_id is None
        standing = {(clock.clock, clock.round): clock.standing for clock in cases.get(case_id).clocks}
        assert standing == {
            ("arrive", 1): "met", ("done", 1): "met", ("arrive", 2): "running", ("done", 2): "running"
        }  # fmt: skip
        handle()
        with pytest.raises(Invalid) as missing:
            cases.move(FITTER, case_id, "finish", fields={"result": "换灯座"})
        assert missing.value.field == "proof"
    finally:
        here.leave()


def test_paid_work_begins_with_a_signed_quote_and_a_new_quote_is_signed_anew() -> None:
    here = ground()
    try:
        cases, now = here.cases, here.clock.now().isoformat()
        wrong = {"category": "kitchen/tap/leak", "description": "漏水"}
        case_id = cases.open(CLERK, "repair", place_id="b3", fields=wrong).id
        cases.move(CLERK, case_id, "assign", assignee_id="fitter")
        cases.move(FITTER, case_id, "arrive", fields={"arrived_at": now})
        with pytest.raises(Invalid) as unsigned:
            cases.move(FITTER, case_id, "start")
        assert unsigned.value.facts["all"] == "quote:missing quote_signature:missing"
        quote = [{"what": "阀芯", "quantity": 1, "price": 3500}]
        cases.move(FITTER, case_id, "quote", fields={"quote": quote, "quote_signature": here.picture})
        dearer = [{"what": "阀芯", "quantity": 1, "price": 4500}]
        cases.move(FITTER, case_id, "quote", fields={"quote": dearer})
        with pytest.raises(Invalid) as gone:
            cases.move(FITTER, case_id, "start")
        assert gone.value.facts["all"] == "quote_signature:missing"
        assert cases.get(case_id).versions == {"quote": 2}
        cases.move(FITTER, case_id, "start", fields={"quote_signature": here.picture})
    finally:
        here.leave()


@pytest.mark.parametrize(
    ("category", "rated", "way"),
    [
        ("building/light/off", False, "archive_checked"),
        ("kitchen/tap/leak", True, "archive_rated"),
        ("kitchen/tap/leak", False, None),
        ("rooms/wall/seeps", True, None),
    ],
)
def test_who_is_called_back_hangs_on_the_category_and_on_the_rating(
    category: str, rated: bool, way: str | None
) -> None:
    kind = SHIPPED["repair"]
    values = {"category": category, "rating": 5 if rated else None}
    legal = [move.name for move in rules.legal_moves(kind, "done", None, values)]
    assert "follow_up" in legal
    assert [name for name in legal if name.startswith("archive")] == ([way] if way else [])


def test_every_kind_that_an_alarm_names_can_be_opened_by_it() -> None:
    """An alarm knows what it is and what its rule says of the case, and nothing else that a form would ask for."""
    named = [
        rule
        for file in folder("things").glob("*.tm.json")
        for rule in read(file).get("linli:alarms", [])
        if "case" in rule
    ]
    assert {"elderly-visit", "device-fault", "emergency-response"} <= {rule["case"] for rule in named}
    for rule in named:
        opening, given = SHIPPED[rule["case"]].opening, {"description", "alarm", *rule.get("caseFields", {})}
        assert set(opening.needs) <= given <= {*opening.needs, *opening.takes}, rule["name"]
