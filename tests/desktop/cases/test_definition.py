"""A definition file is read as it says, or refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.cases.loading import load_definitions
from resources.loader import folder
from tests.desktop.cases.workshop import ERRAND, JOB

GOOD = (Path(__file__).parent / "fault.yaml").read_text(encoding="utf-8")


def test_every_shipped_definition_loads() -> None:
    loaded = load_definitions(folder("cases"))
    assert loaded.refused == ()
    assert loaded.newest()["device-fault"].title == {"zh": "设备故障", "en": "Device fault"}


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("to: in_progress", "to: nowhere", "there is no state 'nowhere'"),
        ("from: [done]", "from: [finished]", "there is no state 'finished'"),
        ("needs: {fields: [arrived_at]}", "needs: {fields: [arived_at]}", "there is no field 'arived_at'"),
        ("needs: {fields: [result, cause, evidence]}", "needs: {fields: [cause, evidence]}", "without result"),
        ("needs: {fields: [result, cause, evidence]}", "needs: {fields: [result, cause]}", "without evidence"),
        ("needs: {fields: [satisfaction]}", "needs: {reason: true}", "without satisfaction"),
        ("title: {zh: 已派单, en: Assigned}", "title: {zh: 已派单}", "the text has no en"),
        ("title: {zh: 已派单, en: Assigned}", "titel: {zh: 已派单, en: Assigned}", "unknown field `titel`"),
        (", initial: true}", "}", "0 states are initial"),
        ("en: Assigned}}\n", "en: Assigned}, initial: true}\n", "2 states are initial"),
        ("end: archived", "end: void", "no state ends in the archive"),
        ("from: [followed_up]\n    to: archived", "from: [archived]\n    to: archived", "nothing leaves it"),
        ("when: {satisfaction: [unsatisfied]}", "when: {satisfaction: [angry]}", "never says one of angry"),
        ("type: number", "type: blob", "Invalid enum value"),
        ("type: date-time", "type: text\n    personal: papers", "papers are photos"),
        ("type: date-time", "type: photo\n    personal: name", "names and phones are texts"),
        ("{done: 240}", "{done: 0}", "more than 0 minutes"),
        ("{done: 240}", "{done: soon}", "Expected `int`"),
        ("name: low,", "name: normal,", "used twice"),
        ("version: 1", "version: 1\nvesion: 2", "unknown field"),
        ("states:\n", "states:\n  - {name: limbo, title: {zh: 悬, en: Limbo}}\n", "no move leads to 'limbo'"),
        ("closing:\n", "closing: [\n", ""),
    ],
)
def test_a_mistake_is_refused_with_its_line_and_the_rest_loads(tmp_path: Path, old: str, new: str, reason: str) -> None:
    assert old in GOOD
    bad = GOOD.replace(old, new, 1)
    (tmp_path / "a-bad.yaml").write_text(bad, encoding="utf-8")
    (tmp_path / "b-good.yaml").write_text(GOOD, encoding="utf-8")
    loaded = load_definitions(tmp_path)
    assert list(loaded.definitions) == [("device-fault", 1)]
    (error,) = loaded.refused
    assert (error.file.name, reason in error.reason) == ("a-bad.yaml", True), str(error)
    assert error.line > 0


def test_the_line_is_that_of_the_mistake(tmp_path: Path) -> None:
    bad = GOOD.replace("to: in_progress", "to: nowhere", 1)
    (tmp_path / "bad.yaml").write_text(bad, encoding="utf-8")
    (error,) = load_definitions(tmp_path).refused
    assert bad.splitlines()[error.line - 1].strip() == "to: nowhere"


def test_a_way_round_the_follow_up_is_found(tmp_path: Path) -> None:
    short_cut = "  - {name: skip, title: {zh: 跳, en: Skip}, from: [done], to: archived, permission: cases.archive}\n"
    (tmp_path / "bad.yaml").write_text(GOOD + short_cut, encoding="utf-8")
    (error,) = load_definitions(tmp_path).refused
    assert "a path leads to 'archived' without satisfaction" in error.reason


def test_another_round_needs_its_own_result(tmp_path: Path) -> None:
    bad = GOOD.replace(
        "    to: reported\n    permission: cases.follow_up", "    to: done\n    permission: cases.follow_up"
    )
    assert bad != GOOD
    (tmp_path / "bad.yaml").write_text(bad, encoding="utf-8")
    (error,) = load_definitions(tmp_path).refused
    assert "without cause, evidence, result" in error.reason


def test_the_same_version_twice_is_refused_and_the_newest_opens(tmp_path: Path) -> None:
    (tmp_path / "k.v1.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "k.v1-copy.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "k.yaml").write_text(GOOD.replace("version: 1", "version: 2"), encoding="utf-8")
    loaded = load_definitions(tmp_path)
    assert set(loaded.definitions) == {("device-fault", 1), ("device-fault", 2)}
    assert loaded.newest()["device-fault"].version == 2
    assert len(loaded.refused) == 1


EITHER = (folder("cases") / "repair.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("        - {when: {after: [blank]}, held: [proof]}\n", "", "without after or proof"),
        (
            "{when: {after: [blank]}, held: [proof]}",
            "{when: {cause: [blank]}, held: [proof]}",
            "without after or proof",
        ),
        ("[[after, proof]]", "[[after, prof]]", "there is no field 'prof'"),
        ("[[after, proof]]", "[quote_signature]", "is gone when what it stands under changes"),
    ],
)
def test_evidence_of_which_one_will_do_is_asked_for_where_the_other_is_blank(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    assert old in EITHER
    (tmp_path / "bad.yaml").write_text(EITHER.replace(old, new, 1), encoding="utf-8")
    (error,) = load_definitions(tmp_path).refused
    assert reason in error.reason, str(error)


def test_another_round_begins_without_arrival_signature_and_result_but_with_the_quote() -> None:
    old = load_definitions(folder("cases")).newest()["repair"].of_a_round
    assert {"result", "after", "proof", "satisfaction", "rating", "checked", "arrived_at", "signature"} == old


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("calendar: office", "calendar: offise", "there is no calendar 'offise'"),
        (
            "permission: cases.work, dispatch",
            "permission: cases.wrk, dispatch",
            "no role has the permission 'cases.wrk'",
        ),
        ("team: cases.work", "team: cases.wrok", "no role has the permission 'cases.wrok'"),
        ("opening:\n  {", "opening:\n  {permission: cases.opne, ", "no role has the permission 'cases.opne'"),
        ("- {name: done, title: {zh: 办结", "- {name: arrive, title: {zh: 办结", "'arrive' is empty or used twice"),
        ("subtasks: [errand]", "subtasks: [errand, nothing]", "there is no kind of case 'nothing'"),
        ("minimum: 0, maximum: 24", "minimum: 30, maximum: 24", "the minimum is more than the maximum"),
        ("cap: 2", "cap: -1", "a cap is 0 or more"),
        ("field: arrived_at}", "field: arrived_at, due: hours}", "'hours' is no date-time"),
        ("field: arrived_at}", "field: arrived_at, due: arrived_at}", "what stops a clock is not what is due"),
        ("fields: [result, hours]", "fields: [result, hours, walk]", "'walk' is ticked off, not filled in"),
        ("title_from: category", "needs: [walk], title_from: category", "'walk' is ticked off, not filled in"),
    ],
)
def test_a_name_or_bound_that_would_fail_without_a_word_is_refused(
    tmp_path: Path, old: str, new: str, reason: str
) -> None:
    assert old in JOB
    (tmp_path / "job.yaml").write_text(JOB.replace(old, new, 1), encoding="utf-8")
    (tmp_path / "errand.yaml").write_text(ERRAND, encoding="utf-8")
    loaded = load_definitions(tmp_path)
    assert [name for name, _ in loaded.definitions] == ["errand"]
    (error,) = loaded.refused
    assert reason in error.reason and error.line > 0, str(error)


def test_a_refused_sub_task_does_not_take_the_kinds_above_it_along(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(JOB, encoding="utf-8")
    (tmp_path / "errand.yaml").write_text(ERRAND.replace("version: 1", "version: 0"), encoding="utf-8")
    loaded = load_definitions(tmp_path)
    assert [name for name, _ in loaded.definitions] == ["job"]
    assert [error.file.name for error in loaded.refused] == ["errand.yaml"]
