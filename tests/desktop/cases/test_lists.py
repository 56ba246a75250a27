"""Lists, boards and counts find what they are asked for, in the order of what presses."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from db.store import Records
from desktop.cases.lists import CaseLists
from desktop.cases.service import Cases
from desktop.cases.views import CaseQuery
from desktop.kernel.errors import Invalid, NotFound
from tests.desktop.cases.kinds import put, row, with_places, write_kinds
from tests.desktop.cases.support import BOSS, CLERK, FITTER, TERMINAL, with_operators
from tests.support.fakes import START, FakeClock, FakeIds


@pytest.fixture
def lists(records: Records, clock: FakeClock, new_id: FakeIds, tmp_path: Path) -> CaseLists:
    with_operators(records)
    with_places(records)
    cases = Cases(records, clock, new_id, TERMINAL, write_kinds(tmp_path / "kinds"))
    return CaseLists(records, clock, new_id, cases)


def found(lists: CaseLists, **asked: object) -> list[int]:
    """The numbers of the cases found, in order; the count finds as many."""
    query = CaseQuery(**asked)  # type: ignore[arg-type]
    page = lists.page(query)
    assert lists.count(query).total == len(page)
    return [int(view.id[-3:]) for view in page]


def test_the_most_pressing_comes_first_then_what_waits_then_what_was_closed_last(
    lists: CaseLists, records: Records
) -> None:
    put(
        records,
        row(5),
        row(2),
        row(3, due_at=None, warn_at=None, paused=True),
        row(1, due_at=START - timedelta(minutes=1)),
        row(6, state="archived", due_at=None, closed_at=START - timedelta(hours=3)),
        row(7, state="archived", due_at=None, closed_at=START - timedelta(hours=2)),
    )
    assert found(lists) == [1, 2, 5, 3]
    assert found(lists, open_only=False) == [1, 2, 5, 3, 7, 6]
    assert [view.id for view in lists.page(CaseQuery(open_only=False), limit=2, offset=3)] == ["case-003", "case-007"]


def test_late_warned_paused_and_free_are_told_apart(lists: CaseLists, records: Records) -> None:
    put(
        records,
        row(1, due_at=START - timedelta(microseconds=1), warn_at=START - timedelta(hours=1)),
        row(2, due_at=START, warn_at=START, assignee_id="fitter"),
        row(3, due_at=START + timedelta(hours=1), warn_at=START + timedelta(seconds=1)),
        row(4, paused=True, due_at=START + timedelta(hours=1), warn_at=START - timedelta(hours=1)),
        row(5, state="archived", closed_at=START, due_at=START - timedelta(hours=9)),
    )
    assert found(lists, overdue=True) == [1]
    assert found(lists, warned=True) == [2]
    assert found(lists, paused=True) == [4]
    assert found(lists, unassigned=True) == [1, 3, 4]
    counts = lists.count(CaseQuery())
    assert (counts.overdue, counts.warned, counts.paused, counts.unassigned) == (1, 1, 1, 3)
    assert counts.by_state == {("fix", "reported"): 4}
    told = {view.id[-1]: (view.overdue, view.warned, view.paused) for view in lists.page(CaseQuery(open_only=False))}
    assert told == {
        "1": (True, False, False), "2": (False, True, False), "3": (False, False, False), "4": (False, False, True),
        "5": (False, False, False),
    }  # fmt: skip


def test_a_place_is_asked_for_with_everything_below_it(lists: CaseLists, records: Records) -> None:
    put(records, row(1, place_id="b3"), row(2, place_id="b3u2h1"), row(3, place_id="b4"), row(4))
    assert found(lists, place_id="b3") == [1, 2]
    assert found(lists, place_id="b3u2") == [2]
    assert lists.page(CaseQuery(place_id="b3u2"))[0].place_path == ("3号楼", "2单元", "1201")


def test_a_category_is_asked_for_with_everything_below_it_and_nothing_that_begins_alike(
    lists: CaseLists, records: Records
) -> None:
    put(
        records,
        row(1, fields={"category": "home/pipe"}),
        row(2, fields={"category": "home/lamp"}),
        row(3, fields={"category": "homes/pipe"}),
        row(4),
    )
    assert found(lists, fields={"category": "home"}) == [1, 2]
    assert found(lists, fields={"category": "home/lamp"}) == [2]
    assert found(lists, fields={"category": "home%"}) == []
    assert found(lists, fields={'x"]': "home"}) == []


def test_text_is_part_of_a_number_or_title_as_it_is_written(lists: CaseLists, records: Records) -> None:
    put(records, row(1, title="100% 漏水"), row(2, title="100 漏水"), row(3, title="灯不亮"))
    assert found(lists, text="漏水") == [1, 2]
    assert found(lists, text="0% ") == [1]
    assert found(lists, text="d1-20261122-0003") == [3]
    assert found(lists, text="漏水 -0002") == [2]


def test_the_rest_of_a_query_narrows(lists: CaseLists, records: Records) -> None:
    put(
        records,
        row(1, urgency="urgent", person_id="wang", thing_id="lift"),
        row(2, state="working", assignee_id="fitter"),
        row(3, definition="stop", state="open", opened_at=START - timedelta(days=2)),
    )
    assert found(lists, urgency="urgent") == [1]
    assert found(lists, person_id="wang") == [1]
    assert found(lists, thing_id="lift") == [1]
    assert found(lists, assignee_id="fitter") == [2]
    assert found(lists, states=("working", "open")) == [2, 3]
    assert found(lists, definitions=("stop",)) == [3]
    assert found(lists, opened_from=START - timedelta(days=1)) == [1, 2]
    assert found(lists, opened_to=START - timedelta(hours=1)) == [3]


def test_a_line_says_its_fields_in_words_and_masks_what_is_personal(lists: CaseLists, records: Records) -> None:
    fields = {"category": "home/pipe", "caller": "王小明", "tel": "13812341234", "fee": 123450, "seen": ["wang"]}
    put(records, row(1, fields=fields, urgency="urgent", assignee_id="fitter"), row(2, definition="gone", version=9))
    one, lost = lists.page(CaseQuery())
    assert [text["zh"] for text in one.shown] == ["户内 · 水管", "王**", "138****1234", "¥1,234.50", "王**"]
    assert (one.definition_title["en"], one.urgency_title["zh"], one.state_title["zh"]) == ("Repair", "紧急", "待受理")
    assert one.assignee_name == "Fitter"
    # A case whose file is gone can still be read.
    assert (lost.definition_title["zh"], lost.state_title["zh"], lost.shown) == ("gone", "reported", ())


def test_a_board_has_a_column_for_every_state_with_its_most_pressing_cases(lists: CaseLists, records: Records) -> None:
    put(
        records,
        *(row(n) for n in range(1, 6)),
        row(9, state="working"),
        row(10, state="archived", closed_at=START, due_at=None),
        row(11, definition="stop", state="open"),
        row(12, state="handed_over", version=7),
    )
    board = lists.board(CaseQuery(), "fix", most=2)
    assert [(column.state, column.total, [view.id[-3:] for view in column.cases]) for column in board] == [
        ("reported", 5, ["001", "002"]),
        ("working", 1, ["009"]),
        ("handed_over", 1, ["012"]),
    ]
    whole = lists.board(CaseQuery(open_only=False), "fix")
    assert [column.state for column in whole] == ["reported", "working", "archived", "voided", "handed_over"]


def test_groups_of_states_hold_their_total_and_their_most_pressing_cases(lists: CaseLists, records: Records) -> None:
    put(
        records,
        *(row(n) for n in range(1, 6)),
        row(9, state="working"),
        row(8, definition="stop", state="open"),
        row(10, state="archived", closed_at=START, due_at=None),
    )
    found = lists.grouped(CaseQuery(), lambda name, state: "new" if state == "reported" else f"{name} goes on", 2)
    assert {key: (total, [view.id[-3:] for view in views]) for key, (total, views) in found.items()} == {
        "new": (5, ["001", "002"]),
        "fix goes on": (1, ["009"]),
        "stop goes on": (1, ["008"]),
    }


def test_near_are_open_cases_of_the_home_its_building_and_the_person(lists: CaseLists, records: Records) -> None:
    put(
        records,
        row(1, place_id="b3u2h1"),
        row(2, place_id="b3"),
        row(3, place_id="b4"),
        row(4, place_id="b4", person_id="wang"),
        row(5, place_id="b3u2h1", closed_at=START, state="archived"),
    )
    assert [view.id[-1] for view in lists.near(place_id="b3u2h1")] == ["1", "2"]
    assert [view.id[-1] for view in lists.near(place_id="b3u2h1", person_id="wang")] == ["1", "2", "4"]
    assert lists.near() == ()


def test_notices_are_told_to_who_calls_from_there_until_they_end(
    lists: CaseLists, records: Records, clock: FakeClock
) -> None:
    def outage(n: int, begins: int, ends: int | None, houses: list[str], text: str = "停水检修") -> None:
        fields = {"text": text, "begins": (START + timedelta(hours=begins)).isoformat(), "houses": houses}
        if ends is not None:
            fields["ends"] = (START + timedelta(hours=ends)).isoformat()
        put(records, row(n, definition="stop", state="open", fields=fields))

    outage(1, -1, 2, ["b3"])
    outage(2, -1, 2, ["b4"])
    outage(3, 20, 30, [])
    outage(4, 30, 40, ["b3"])
    outage(5, -9, None, ["b3u2"])
    outage(6, -1, 2, ["b3"], text="")
    told = lists.notices("b3u2h1")
    assert [notice.case.id[-1] for notice in told] == ["5", "1", "3"]
    assert (told[1].text, told[1].ends) == ("停水检修", START + timedelta(hours=2))
    clock.advance(2 * 3600)
    assert [notice.case.id[-1] for notice in lists.notices("b3u2h1")] == ["5", "3"]


def test_today_is_what_i_have_by_how_pressing_and_what_i_could_take(lists: CaseLists, records: Records) -> None:
    # START is 14:00 of the community; its day ends ten hours later.
    put(
        records,
        row(1, assignee_id="fitter", due_at=START - timedelta(hours=1)),
        row(2, assignee_id="fitter", due_at=START + timedelta(hours=9, minutes=59)),
        row(3, assignee_id="fitter", due_at=START + timedelta(hours=10)),
        row(4, assignee_id="fitter", due_at=None, warn_at=None, paused=True),
        row(5, assignee_id="clerk"),
        row(6),
        row(7, state="working"),
        row(8, definition="stop", state="open"),
    )
    put(records, row(9, assignee_id="fitter", state="done"))
    mine = lists.today(FITTER)
    assert [[view.id[-1] for view in part] for part in mine] == [["1"], ["2"], ["3", "4"], ["6"]]
    # The clerk may not work on cases, so that there is nothing to take.
    assert [[view.id[-1] for view in part] for part in lists.today(CLERK)] == [[], ["5"], [], []]


def test_a_filter_is_kept_for_its_operator_under_its_name(lists: CaseLists) -> None:
    late = CaseQuery(overdue=True, fields={"category": "home"}, opened_from=START)
    kept = lists.save(CLERK, " 超时 ", late)
    assert lists.saved(CLERK) == (kept,)
    assert (kept.name, kept.query) == ("超时", late)
    assert lists.saved(BOSS) == ()
    again = lists.save(CLERK, "超时", CaseQuery(warned=True))
    assert again.id == kept.id
    assert [view.query for view in lists.saved(CLERK)] == [CaseQuery(warned=True)]
    with pytest.raises(NotFound):
        lists.forget(BOSS, kept.id)
    lists.forget(CLERK, kept.id)
    assert lists.saved(CLERK) == ()
    with pytest.raises(Invalid) as caught:
        lists.save(CLERK, "  ", late)
    assert caught.value.field == "name"


def test_words_find_by_place_and_by_whoever_has_it(lists: CaseLists, records: Records) -> None:
    put(records, row(1, place_id="b3u2h1"), row(2, assignee_id="fitter"), row(3))
    assert found(lists, text="1201") == [1]
    name = lists.page(CaseQuery(assignee_id="fitter"))[0].assignee_name
    assert name and found(lists, text=name) == [2]


def test_what_a_paused_case_waits_for_is_told(lists: CaseLists, records: Records) -> None:
    waiting = {"kind": "parts", "begins": (START - timedelta(hours=1)).isoformat()}
    put(records, row(1, paused=True, spans=[waiting]), row(2))
    assert [view.waits for view in lists.page(CaseQuery())] == ["parts", ""]
