"""Everything a site may set otherwise for one thing, through its form: what is folded away, and what is refused."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QPlainTextEdit

from db.store import Records
from desktop.field.messages import Overridden
from desktop.kernel.words import Lang, Words
from desktop.things.overrides import Overrides, PointOverride, RuleOverride
from tests.support.fakes import FakeClock
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.things.conftest import OnLoop
from tests.ui.things.site import Site, defaults, make_site, thing
from tests.ui.things.test_page import Driver, one, opened, until
from ui.things.limits import LimitsForm
from ui.things.rulefields import RuleFields, number_of, plain_number


def fields_of(form: LimitsForm, rule: str) -> RuleFields:
    return next(fields for fields in form.rules if fields.rule.name == rule)


def choose(box: QComboBox, data: object) -> None:
    box.setCurrentIndex(box.findData(data))


async def limits_of(driver: Driver, thing: str, lang: Lang = "zh") -> LimitsForm:
    await until(driver.list.current)
    driver.list.choose(thing)
    driver.button(Words(lang)("things.act.limits")).click()
    await until(lambda: driver.page.findChild(LimitsForm) is not None)
    return one(driver.page, LimitsForm)  # type: ignore[type-var]


def sent(site: Site) -> list[Overrides]:
    return [message.overrides for message in site.field.sent if isinstance(message, Overridden)]


def test_all_that_the_service_takes_can_be_set_with_the_keyboard(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            form = await limits_of(driver, "em-1")
            fields = form.rules[0]
            name = fields.rule.name
            assert not fields.input("off_delay").isVisibleTo(form.panel) and not form.thing.isVisibleTo(form.panel)
            QTest.keyClick(form.panel, Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)
            assert fields.input("off_delay").isVisibleTo(form.panel) and form.thing.isVisibleTo(form.panel)
            for number, text in (("off_delay", "45"), ("re_alarm", "1800"), ("respond_within", "20")):
                QTest.keyClicks(fields.input(number), text)
            choose(fields.choice("severity"), "major")
            choose(fields.choice("latch"), True)
            assert fields.priority().startswith("由后果与响应时限得出的级别：")
            QTest.keyClicks(form.thing.stale_edit("active_power"), "600")
            assert form.thing.use_field is not None and isinstance(form.thing.use_field.input, QComboBox)
            choose(form.thing.use_field.input, "pumps")
            form.thing.parent_field.input.setText("pump-1")  # type: ignore[union-attr]
            assert_no_clipped_text(form.panel)
            assert_accessible(form.panel)
            one(form.panel, QPlainTextEdit).setPlainText("总表在泵房")
            QTest.keyClick(form.panel, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
            await until(lambda: site.shell.said)
            own = RuleOverride(off_delay=45, re_alarm=1800, respond_within=20, severity="major", latch=True)
            wanted = Overrides(
                rules={name: own}, points={"active_power": PointOverride(stale_after=600)}, use="pumps", parent="pump-1"
            )
            assert sent(site) == [wanted]
            assert site.things.overrides("em-1") == wanted

    on_loop(story)


def test_what_was_set_there_is_unfolded_and_can_be_taken_back(site: Site, on_loop: OnLoop) -> None:
    rule = site.field.known["em-1"][0].model.alarms[0].name
    points = {"active_power": PointOverride(stale_after=600, title={"zh": "功率", "en": "Power"})}
    own = Overrides(rules={rule: RuleOverride(re_alarm=1800)}, points=points, use="pool", parent="")
    site.things.override(site.context.who, "em-1", own, "试")

    async def story() -> None:
        with opened(site) as driver:
            form = await limits_of(driver, "em-1")
            fields = fields_of(form, rule)
            assert fields.input("re_alarm").isVisibleTo(form.panel)
            assert fields.input("re_alarm").text() == "1800"
            assert form.thing.use_field is not None and form.thing.use_field.text() == "pool"
            assert form.thing.parent_field.text() == "不经任何设备"
            fields.input("re_alarm").clear()
            form.thing.stale_edit("active_power").clear()
            form.thing.parent_field.input.clear()
            choose(form.thing.use_field.input, None)  # type: ignore[arg-type]
            one(form.panel, QPlainTextEdit).setPlainText("恢复")
            form.panel.act.click()
            await until(lambda: site.shell.said)
            # What this form does not show stays as it was set.
            title = PointOverride(title={"zh": "功率", "en": "Power"})
            assert sent(site)[-1] == Overrides(points={"active_power": title})

    on_loop(story)


@pytest.mark.parametrize(
    ("number", "text", "why"),
    [
        ("off_delay", "-1", "不能小于 0"),
        ("re_alarm", "半小时", "请填数字"),
        ("respond_within", "0", "须大于 0"),
        ("on_delay", "999999999", "只能设得比型号更严"),
        ("above", "1，200", "不用逗号"),
        ("above", "1,200", "不用逗号"),
    ],
)
def test_a_wrong_number_is_told_though_it_was_folded_away(
    site: Site, on_loop: OnLoop, number: str, text: str, why: str
) -> None:
    async def story() -> None:
        with opened(site) as driver:
            form = await limits_of(driver, "gas-1")
            one(form.panel, QPlainTextEdit).setPlainText("试")
            form.rules[0].input(number).setText(text)
            form.panel.act.click()
            await until(lambda: why in form.rules[0].error())
            assert form.rules[0].input(number).isVisibleTo(form.panel)
            assert not sent(site)

    on_loop(story)


@pytest.mark.parametrize(
    ("typed", "number"), [("0。5", 0.5), (" 12．25 ", 12.25), ("－3", -3.0), ("1200", 1200.0), ("", None)]
)
def test_numbers_are_read_as_they_are_typed(typed: str, number: float | None) -> None:
    assert number_of(typed) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_what_stands_in_a_field_is_the_very_number(number: float) -> None:
    assert number_of(plain_number(number)) == number


def test_a_wrong_time_of_silence_is_told_under_the_times(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            form = await limits_of(driver, "em-1")
            one(form.panel, QPlainTextEdit).setPlainText("试")
            form.thing.stale_edit("energy").setText("0")
            form.panel.act.click()
            await until(lambda: "须大于 0" in form.thing.error())
            assert form.thing.stale_edit("energy").isVisibleTo(form.panel) and not sent(site)
            form.thing.stale_edit("energy").clear()
            assert form.thing.error() == ""

    on_loop(story)


def test_an_alarm_of_life_safety_is_not_made_less_urgent(site: Site, on_loop: OnLoop) -> None:
    async def story() -> None:
        with opened(site) as driver:
            form = await limits_of(driver, "gas-1")
            one(form.panel, QPlainTextEdit).setPlainText("试")
            fields = next(each for each in form.rules if each.rule.life_safety)
            choose(fields.choice("severity"), "comfort")
            form.panel.act.click()
            await until(lambda: "不可降低级别" in fields.error())
            assert fields.choice("severity").isVisibleTo(form.panel) and not sent(site)
            choose(fields.choice("severity"), None)
            assert fields.error() == ""

    on_loop(story)


@pytest.mark.parametrize(
    ("typed", "why"), [("nobody", "没有这台设备"), ("gas-1", "没有这台设备"), ("sub-1", "不能经由这台设备")]
)
def test_what_it_cannot_speak_through_is_refused_beside_the_field(
    site: Site, on_loop: OnLoop, typed: str, why: str
) -> None:
    site.field.add(thing("sub-1", "gas-detector", "下挂探测器", "2", parent="gas-1"), defaults("gas-detector"))

    async def story() -> None:
        with opened(site) as driver:
            form = await limits_of(driver, "gas-1")
            one(form.panel, QPlainTextEdit).setPlainText("试")
            form.show_more(True)
            form.thing.parent_field.input.setText(typed)  # type: ignore[union-attr]
            before = len(sent(site))
            form.panel.act.click()
            await until(partial(_tells, form, why))
            assert len(sent(site)) == before

    on_loop(story)


def _tells(form: LimitsForm, why: str) -> bool:
    return why in form.thing.parent_field.error()


def test_two_people_at_the_same_limits_lose_nothing_of_each_other(site: Site, on_loop: OnLoop) -> None:
    theirs = Overrides(rules={site.field.known["gas-1"][0].model.alarms[0].name: RuleOverride(re_alarm=60)})

    async def story() -> None:
        with opened(site) as driver:
            form = await limits_of(driver, "gas-1")
            site.things.override(site.context.who, "gas-1", theirs, "同事改的")
            one(form.panel, QPlainTextEdit).setPlainText("我改的")
            form.rules[0].input("above").setText("5")
            form.panel.act.click()
            await until(lambda: "有人改过" in " ".join(label.text() for label in form.panel.findChildren(QLabel)))
            assert form.rules[0].input("above").text() == "5"
            assert site.things.overrides("gas-1") == theirs
            assert sent(site) == [theirs]

    on_loop(story)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_choice_is_cut(records: Records, clock: FakeClock, on_loop: OnLoop, lang: Lang) -> None:
    site = make_site(records, clock, lang)

    async def story() -> None:
        with opened(site) as driver:
            form = await limits_of(driver, "pump-1", lang)
            form.show_more(True)
            form.panel.show()
            for box in form.panel.findChildren(QComboBox):
                for n in range(box.count()):
                    box.setCurrentIndex(n)
                    assert_no_clipped_text(form.panel)

    on_loop(story)
