"""Cases and each other: sub-tasks, links, doubles; and the words people leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.store import Records
from desktop.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from tests.desktop.cases.support import BOSS, CLERK, GUARD, principal
from tests.desktop.cases.workshop import ANNA, FINISHED, Shop, at_work, job, walk, workshop
from tests.support.fakes import FakeClock, FakeIds

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.fixture
def shop(records: Records, clock: FakeClock, new_id: FakeIds, tmp_path: Path) -> Shop:
    return workshop(records, clock, new_id, tmp_path)


def test_a_case_waits_for_its_sub_tasks_where_the_step_says_so(shop: Shop) -> None:
    case = at_work(shop)
    errand = shop.cases.open(ANNA, "errand", "借梯", asset_id="ladder", parent_id=case.id)
    with pytest.raises(Refused) as refused:
        shop.cases.move(ANNA, case.id, "finish", fields=FINISHED)
    assert (refused.value.facts["why"], refused.value.facts["numbers"]) == ("subtasks", errand.number)
    assert shop.cases.get(case.id).view.state == "working"
    parent, child = shop.cases.get(case.id), shop.cases.get(errand.id)
    assert [(link.kind, link.outward, link.case.id) for link in parent.links] == [("subtask", False, errand.id)]
    assert [(link.kind, link.outward, link.case.id) for link in child.links] == [("parent", True, case.id)]
    assert (child.view.parent_id, child.asset_name) == (case.id, "人字梯")
    shop.cases.move(ANNA, errand.id, "close", fields={"result": "借到了"})
    assert shop.cases.get(case.id).links[0].case.state == "archived"
    assert shop.cases.move(ANNA, case.id, "finish", fields=FINISHED).state == "done"


def test_a_sub_task_is_of_a_kind_the_parent_names_and_under_an_open_case(shop: Shop) -> None:
    case = job(shop)
    with pytest.raises(Refused):
        shop.cases.open(BOSS, "job", "又一件", parent_id=case.id)
    with pytest.raises(NotFound):
        shop.cases.open(BOSS, "errand", "借梯", asset_id="ladder", parent_id="nothing")
    shop.cases.move(BOSS, case.id, "void", reason="误登记")
    with pytest.raises(Refused):
        shop.cases.open(BOSS, "errand", "借梯", asset_id="ladder", parent_id=case.id)


def test_a_link_is_seen_from_both_sides_once(shop: Shop) -> None:
    case, other = job(shop), job(shop)
    for _ in range(2):
        shop.acts.link(CLERK, case.id, other.id, "duplicate", reason="同一户")
    here, there = shop.cases.get(case.id), shop.cases.get(other.id)
    assert [(link.kind, link.outward, link.case.number) for link in here.links] == [("duplicate", True, other.number)]
    assert [(link.kind, link.outward, link.case.number) for link in there.links] == [("duplicate", False, case.number)]
    assert other.number in said(shop, case.id)
    shop.acts.unlink(CLERK, other.id, case.id)
    assert shop.cases.get(case.id).links == shop.cases.get(other.id).links == ()
    with pytest.raises(NotFound):
        shop.acts.unlink(CLERK, case.id, other.id)


def test_nothing_is_tied_to_itself_or_to_nothing(shop: Shop) -> None:
    case = job(shop)
    for tie in (shop.acts.link, shop.acts.merge):
        with pytest.raises(Invalid):
            tie(BOSS, case.id, case.id, reason="x")
        with pytest.raises(NotFound):
            tie(BOSS, case.id, "nothing", reason="x")


def test_a_double_goes_into_the_other(shop: Shop) -> None:
    double, case = job(shop), at_work(shop)
    shop.acts.urge(CLERK, double.id, "快点")
    with pytest.raises(NotAllowed):
        shop.acts.merge(ANNA, double.id, case.id, "同一处")
    merged = shop.acts.merge(BOSS, double.id, case.id, "同一处")
    assert (merged.state, merged.closed_at, merged.overdue) == ("voided", shop.clock.now(), False)
    detail = shop.cases.get(case.id)
    assert [(link.kind, link.outward, link.case.number) for link in detail.links] == [("merged", False, double.number)]
    assert (detail.view.state, detail.view.urged) == ("working", 1)
    assert double.number in said(shop, case.id) and case.number in said(shop, double.id)
    with pytest.raises(Refused):
        shop.acts.merge(BOSS, double.id, case.id, "再来")
    with pytest.raises(Refused):
        shop.acts.merge(BOSS, case.id, double.id, "进已作废的")


def test_a_double_with_open_sub_tasks_is_not_merged_away(shop: Shop) -> None:
    double, case = job(shop), job(shop)
    shop.cases.open(BOSS, "errand", "借梯", asset_id="ladder", parent_id=double.id)
    with pytest.raises(Refused) as refused:
        shop.acts.merge(BOSS, double.id, case.id, "同一处")
    assert refused.value.facts["why"] == "subtasks"
    assert shop.cases.get(double.id).links[0].kind == "subtask"


def test_a_kind_without_a_void_end_is_not_merged(shop: Shop) -> None:
    parent = job(shop)
    errands = [shop.cases.open(BOSS, "errand", "借梯", asset_id="ladder", parent_id=parent.id) for _ in range(2)]
    assert "merge" not in shop.acts.what_can(BOSS, errands[0].id)
    with pytest.raises(Refused):
        shop.acts.merge(BOSS, errands[0].id, errands[1].id, "同一把")


def said(shop: Shop, case_id: str) -> str:
    """Every word of the timeline."""
    steps = shop.cases.get(case_id).timeline
    words = [w for step in steps for c in step.changes for w in (c.field["zh"], c.before["zh"], c.after["zh"])]
    return "\n".join([*words, *(step.op_title["zh"] for step in steps), *(step.reason or "" for step in steps)])


def test_words_are_counted_and_told(shop: Shop) -> None:
    case = at_work(shop)
    shop.acts.urge(CLERK, case.id, "老人在家等水")
    shop.acts.urge(GUARD, case.id, "又来问")
    assert shop.acts.escalate(ANNA, case.id, "要两个人").escalated == 1
    sha256 = shop.cases.keep_picture(ANNA, PNG, "image/png")
    shop.acts.note(GUARD, case.id, "钥匙在门岗", photos=[sha256])
    assert shop.cases.get(case.id).view.urged == 2
    for word in ("老人在家等水", "又来问", "要两个人", "钥匙在门岗"):
        assert word in said(shop, case.id)
    steps = shop.cases.get(case.id).timeline[-4:]
    assert [step.op_title["zh"] for step in steps] == [
        step.op_title["zh"] for step in steps if "cases." not in step.op_title["zh"]
    ]
    assert [step.actor_name for step in steps] == ["Clerk", "Guard", "Anna", "Guard"]


@pytest.mark.parametrize(("text", "why"), [("", "missing"), ("  ", "missing"), ("x" * 1001, "too_long"),
                                           ("a\x00", "unreadable")])  # fmt: skip
def test_a_note_that_says_nothing_or_too_much_is_refused(shop: Shop, text: str, why: str) -> None:
    case = job(shop)
    with pytest.raises(Invalid) as refused:
        shop.acts.note(GUARD, case.id, text)
    assert refused.value.facts["why"] == why


def test_a_note_shows_only_pictures_that_were_kept(shop: Shop) -> None:
    case = job(shop)
    with pytest.raises(Invalid):
        shop.acts.note(GUARD, case.id, "见图", photos=["0" * 64])
    assert len(shop.cases.get(case.id).timeline) == 1


def test_a_closed_case_takes_notes_and_nothing_that_would_move_it(shop: Shop) -> None:
    case = job(shop)
    shop.cases.move(BOSS, case.id, "void", reason="误登记")
    shop.clock.advance(61)
    assert shop.acts.what_can(BOSS, case.id) <= {"note", "link", "reveal"}
    shop.acts.note(BOSS, case.id, "来电说明")
    with pytest.raises(Refused):
        shop.acts.suspend(BOSS, case.id, "parts", reason="x")
    with pytest.raises(Refused):
        shop.acts.escalate(BOSS, case.id, "x")
    with pytest.raises(Refused):
        shop.acts.set_urgency(BOSS, case.id, "urgent", "x")


def test_everybody_is_offered_what_they_may_and_no_more(shop: Shop) -> None:
    case = at_work(shop)
    shop.cases.move(ANNA, case.id, "record", fields={"tel": "13812341234"})
    assert shop.acts.what_can(GUARD, case.id) == {"urge", "note", "link"}
    assert {"suspend", "escalate", "urge", "note"} <= shop.acts.what_can(ANNA, case.id)
    assert not {"merge", "set_urgency", "resume", "visit", "reveal"} & shop.acts.what_can(ANNA, case.id)
    offered = shop.acts.what_can(BOSS, case.id)
    assert {"suspend", "set_urgency", "merge", "reveal"} <= offered and not {"resume", "visit"} & offered
    shop.acts.suspend(BOSS, case.id, "parts", reason="等配件")
    offered = shop.acts.what_can(BOSS, case.id)
    assert "resume" in offered and "suspend" not in offered
    with pytest.raises(NotAllowed):
        shop.acts.set_urgency(GUARD, case.id, "normal", "x")


def test_points_of_a_round_are_visited_flagged_and_missed_by_name(shop: Shop) -> None:
    case_id = walk(shop)
    assert "visit" in shop.acts.what_can(GUARD, case_id)
    with pytest.raises(Invalid) as refused:
        shop.acts.visit(GUARD, case_id, "walk", "P-9", way="qr")
    assert refused.value.field == "code"
    with pytest.raises(Invalid):
        shop.acts.visit(GUARD, case_id, "result", "P-1", way="qr")
    with pytest.raises(Invalid):
        shop.acts.visit(GUARD, case_id, "walk", "P-1", way="qr", photo="0" * 64)
    shop.acts.visit(GUARD, case_id, "walk", "p-2", way="typed", ok=False, note="压力低")
    detail = shop.cases.get(case_id)
    (visit,) = detail.values["walk"]["visits"]  # type: ignore[index]
    assert (visit["code"], visit["ok"], visit["note"]) == ("P-2", False, "压力低")
    assert {"typed", "out_of_order"} <= set(visit["flags"])
    (fact,) = (fact.value["zh"] for fact in detail.facts if fact.name == "walk")
    assert "东门" in fact and "水泵房" not in fact


def test_an_auditor_reads_cases_and_leaves_nothing_on_them(shop: Shop) -> None:
    """The three admin roles do none of the office's business (GB/T 22239)."""
    case, auditor = job(shop), principal("audit", "auditor")
    assert shop.cases.get(case.id).view.id == case.id
    with pytest.raises(NotAllowed):
        shop.acts.note(auditor, case.id, "看过了")
    with pytest.raises(NotAllowed):
        shop.cases.keep_picture(auditor, PNG, "image/png")
    assert shop.acts.what_can(auditor, case.id) == frozenset()
