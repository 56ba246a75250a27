"""Opening a case of any kind from the keyboard, in few keys, with what is known filled in and nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from desktop.kernel.errors import Refused
from tests.ui.cases.test_fields import keys
from tests.ui.drivers.panel import OneCase, PanelDriver
from tests.ui.pages import Recorder, Site
from ui.cases.fields import Typed
from ui.cases.forms import OpenForm
from ui.cases.kinds import KindChooser, grouped, last_kind
from ui.cases.picking import PersonField, Picker
from ui.shell.context import Context

TAB, ENTER, DOWN = Qt.Key.Key_Tab, Qt.Key.Key_Return, Qt.Key.Key_Down
Begin = Callable[[str], tuple[PanelDriver, OpenForm, Recorder]]


@pytest.fixture
def page(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop, trial: Site, themed: Callable[[str], None]
) -> tuple[PanelDriver, Context, Recorder]:
    context, shell = trial.context("boss")
    host = OneCase(context)
    qtbot.addWidget(host)
    host.resize(1150, 900)
    with qtbot.waitExposed(host):
        host.show()
    host.activateWindow()
    return PanelDriver(qtbot, host, ""), context, shell


@pytest.fixture
def begin(trial: Site, page: tuple[PanelDriver, Context, Recorder]) -> Begin:
    driver, context, shell = page

    def begun(kind: str) -> tuple[PanelDriver, OpenForm, Recorder]:
        form = OpenForm(driver.page, context, trial.console.cases.definition(kind))
        driver.until(lambda: form.panel is not None)
        driver.settle()
        return driver, form, shell

    return begun


def typed(*pressed: str | Qt.Key) -> int:
    """Presses the keys and says how many they were."""
    keys(*pressed)
    return sum(len(one) if isinstance(one, str) else 1 for one in pressed)


def test_a_repair_is_opened_in_few_keys_with_home_urgency_and_title_filled_in(
    trial: Site, begin: Begin, qtbot: QtBot
) -> None:
    who = trial.sign_in("boss")
    person = trial.off(trial.console.people.find, who, "3-2-1201")[0]
    page, form, shell = begin("repair")
    opened: list[str] = []
    form.opened.connect(opened.append)
    finder = form.fields["person"]
    assert isinstance(finder, PersonField)
    pressed = typed("3-2-1201")
    page.until(finder.line.is_open)
    pressed += typed(TAB)
    assert finder.value() == person.id
    place = form.fields["place"]
    assert isinstance(place, Picker) and "1201室" in place.line.text(), "whoever calls is calling about home"
    pressed += typed(TAB, "cfsltbcs", TAB)
    assert form.fields["category"].value() == "kitchen/tap/no_water"
    urgency = form.fields["urgency"]
    assert isinstance(urgency, Typed) and urgency.text() == "urgent", "no water presses"
    pressed += typed(TAB, "no water")
    page.form().send()
    page.until(lambda: opened)
    page.settle()
    case = trial.off(trial.console.cases.get, opened[0])
    assert (case.view.urgency, case.view.person_id, case.view.place_path[-1]) == ("urgent", person.id, "1201室")
    assert case.view.title.endswith("不出水")
    assert pressed + 1 == 29, "8 of the room, 8 of the category, 8 of the words, 4 Tab and Ctrl+Enter"
    assert shell.said[-1].startswith("已登记")


def test_the_urgency_that_was_chosen_by_hand_stays(trial: Site, begin: Begin) -> None:
    page, form, _ = begin("job")
    urgency, category = form.fields["urgency"], form.fields["category"]
    assert isinstance(urgency, Typed)
    category.input.setFocus()
    keys("dj", ENTER)
    assert urgency.text() == "urgent"
    urgency.input.setFocus()
    QTest.keyClick(urgency.input, DOWN)
    urgency.input.activated.emit(urgency.input.currentIndex())  # type: ignore[union-attr]
    category.input.setFocus()
    category.input.selectAll()  # type: ignore[attr-defined]
    keys("slt", ENTER)
    category.input.selectAll()  # type: ignore[attr-defined]
    keys("dj", ENTER)
    assert urgency.text() == "normal"
    page.form().dismiss()


def test_a_title_is_asked_for_only_where_no_field_gives_it(begin: Begin) -> None:
    page, form, _ = begin("device-fault")
    assert next(iter(form.fields)) == "title"
    page.form().send()
    page.until(lambda: form.fields["title"].error() == "此项必填。")
    page.form().dismiss()
    page.until(lambda: not page.has_form())
    page, form, _ = begin("repair")
    assert form.fields["title"].check()


def test_a_refused_save_keeps_every_word(trial: Site, begin: Begin, monkeypatch: pytest.MonkeyPatch) -> None:
    page, form, shell = begin("device-fault")
    page.form().write("事项", "水泵异响")
    page.form().write("故障现象（选填）", "启动时有金属声")

    def refused(*_: object, **__: object) -> object:
        raise Refused("no")

    monkeypatch.setattr(trial.console.cases, "open", refused)
    page.form().send()
    page.until(lambda: page.form().says("现在不能这样做。"))
    assert form.fields["title"].value() == "水泵异响" and form.fields["description"].value() == "启动时有金属声"
    monkeypatch.undo()
    page.form().send()
    page.until(lambda: not page.has_form())
    assert shell.said[-1].startswith("已登记")


def test_esc_asks_once_where_something_would_be_lost(begin: Begin) -> None:
    page, _, _ = begin("device-fault")
    page.form().write("事项", "水泵异响")
    page.form().dismiss()
    assert page.form().says("填写的内容尚未保存，再按一次 Esc 放弃。")
    page.form().dismiss()
    page.until(lambda: not page.has_form())


def test_kinds_are_grouped_found_by_sound_and_the_last_stands_first(
    trial: Site, page: tuple[PanelDriver, Context, Recorder]
) -> None:
    driver, context, _ = page
    kinds = list(trial.console.cases.definitions().values())
    assert [group for group, _ in grouped(context.words, kinds, "", "")][:2] == ["service", "device"]
    assert [one.name for _, found in grouped(context.words, kinds, "sbgz", "") for one in found] == ["device-fault"]
    chosen: list[object] = []
    chooser = KindChooser(driver.page, context, kinds)
    chooser.chosen.connect(lambda one: chosen.append(one.name))
    keys("sbgz", ENTER)
    assert chosen == ["device-fault"]
    assert last_kind(trial.console.data_dir, context.who.id) == "device-fault"
    chooser = KindChooser(driver.page, context, kinds)
    chooser.chosen.connect(lambda one: chosen.append(one.name))
    keys(ENTER)
    assert chosen == ["device-fault", "device-fault"]


def test_work_is_given_in_four_keys(trial: Site, page: tuple[PanelDriver, Context, Recorder]) -> None:
    driver, _, _ = page
    boss = trial.sign_in("boss")
    fields = {"category": "public/light"}
    case_id = trial.off(lambda: trial.console.cases.open(boss, "job", "", fields=fields).id)
    driver.panel.show_case(case_id)
    driver.settle()
    driver.begin("2")
    field = driver.current().fields["assignee"]
    assert isinstance(field, Picker)
    assert all("手上" in option.detail for option in field.line.offered())
    pressed = typed("sl")
    driver.form().send()
    driver.until(lambda: not driver.has_form())
    assert trial.off(trial.console.cases.get, case_id).view.assignee_name == "宋立"
    assert 1 + pressed + 1 == 4
