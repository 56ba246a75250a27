"""Every act that the journal may hold has a word in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect

from db.journal import kinds
from desktop.cases.loading import load_definitions
from desktop.kernel.words import Lang, Words, catalogue
from resources.loader import folder
from tests.ui.pages import PUMP, Site
from ui.journal.words import MOVE, UNSEEN, field_word, kind_word, op_word, summary, value_word

ROOT = Path(__file__).parents[3]
LANGS: tuple[Lang, ...] = ("zh", "en")


def ops_of(tree: ast.AST) -> Iterator[str]:
    """The second argument of every `act(…)` and `_own_act(…)`; what is filled in later stands as `.+`."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        named = [
            value
            for node in ast.walk(function)
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "op" for t in node.targets)
            for value in ast.walk(node.value)
            if isinstance(value, ast.Constant)
        ]
        for call in ast.walk(function):
            if isinstance(call, ast.Call) and getattr(call.func, "id", getattr(call.func, "attr", "")) in (
                "act", "_own_act", "_write", "write", "_note_stranger",
            ):  # fmt: skip
                for argument in call.args[1:2]:
                    found = named if isinstance(argument, ast.Name) and argument.id == "op" else [argument]
                    yield from filter(None, map(_pattern, found))


def _pattern(node: ast.expr) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in node.values)
    return ""


def written() -> set[str]:
    files = (ROOT / "desktop").rglob("*.py")
    return {op for file in files for op in ops_of(ast.parse(file.read_text(encoding="utf-8"))) if r"\." in op}


def test_the_acts_are_found() -> None:
    assert {r"alarms\.onset", r"alarms\.return", r"cases\.open", r"things\.in_service", r"security\..+"} <= written()


@pytest.mark.parametrize("lang", LANGS)
def test_every_act_that_the_code_writes_has_a_word(lang: Lang) -> None:
    known = [key.removeprefix("journal.ops.") for key in catalogue(lang) if key.startswith("journal.ops.")]
    known += [key.replace(".op.", ".") for key in catalogue(lang) if key.startswith("cases.op.")]
    nameless = {
        op for op in written() if not op.startswith(re.escape(MOVE)) and not any(map(re.compile(op).fullmatch, known))
    }
    assert not nameless


@pytest.mark.parametrize("lang", LANGS)
def test_every_move_of_a_case_has_its_definition_s_word(lang: Lang) -> None:
    words, definitions = Words(lang), load_definitions(folder("cases")).newest().values()
    for definition in definitions:
        for move in definition.moves:
            assert op_word(words, MOVE + move.name, definitions) == words("journal.case_move", move=move.title[lang])


@pytest.mark.parametrize("lang", LANGS)
def test_every_kind_and_column_has_a_word(lang: Lang) -> None:
    words = Words(lang)
    assert {kind for kind in kinds() if kind_word(words, kind) == kind} == set()
    columns = {attribute.key for record in kinds().values() for attribute in inspect(record).column_attrs}
    secret = {"password_hash"}
    assert {name for name in columns - UNSEEN - secret if field_word(words, name) == name} == set()


def test_a_store_that_was_worked_with_shows_no_code(site: Site) -> None:
    alarm_id = site.raise_alarm(thing=PUMP, life_safety=True)
    boss = site.sign_in("boss")
    site.off(site.console.alarms.acknowledge, boss, [alarm_id])
    site.off(site.console.alarms.shelve, boss, alarm_id, 15, "检修", ("song.engineer", "Test-1234"))
    case_id = site.off(site.console.alarms.to_case, boss, alarm_id)
    site.off(lambda: site.console.cases.move(boss, case_id, "assign", assignee_id=boss.id))
    site.off(site.console.journal.verify, site.sign_in("yuan.audit"))
    entries = site.off(lambda: site.console.journal.page(boss, limit=1000))
    definitions = site.console.cases.definitions().values()
    for lang in LANGS:
        words = Words(lang)
        bare = {entry.op for entry in entries if op_word(words, entry.op, definitions) == entry.op}
        bare |= {
            name
            for e in entries
            for name in {**e.before, **e.after}
            if name not in UNSEEN and field_word(words, name) == name
        }
        assert not bare


def test_values_read_as_people_write_them() -> None:
    words = Words("zh")
    assert value_word(words, "2026-11-22T06:00:00.000000+00:00") == "2026-11-22 14:00:00"
    assert value_word(words, True) == "是"
    assert value_word(words, None) == value_word(words, {}) == "—"
    assert value_word(words, "一\n二") == "一 二"
    assert len(value_word(words, "长" * 500)) == 120
    assert value_word(words, "<b>x</b>") == "<b>x</b>"


def test_a_summary_begins_with_what_people_name_it_by(site: Site) -> None:
    boss = site.sign_in("boss")
    case_id = site.off(lambda: site.console.cases.open(boss, "device-fault", "水泵异响").id)
    site.off(lambda: site.console.cases.move(boss, case_id, "assign", assignee_id=boss.id))
    moved, opened, *_ = site.off(lambda: site.console.journal.page(boss, kind="case"))
    words, definitions = Words("zh"), list(site.console.cases.definitions().values())
    assert summary(words, opened, definitions).endswith("事项: 水泵异响  状态: 待派单")
    assert summary(words, moved, definitions).startswith("状态: 待派单 → 已派单")
    assert "—" not in summary(words, opened, definitions)
