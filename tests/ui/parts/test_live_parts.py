"""Every quality is told by shape and word before colour, nothing is painted twice, and nothing lies."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.kernel.words import Words
from desktop.things.limits import Limit, limits_of, span, worst
from desktop.things.loader import load_models
from desktop.things.model import Point, Priority, Quality, Reading, Value
from ui.parts.limitbar import LimitBar
from ui.parts.series import nearest, nice_range, runs, stepped, thin
from ui.parts.sparkline import Sparkline
from ui.parts.tree import Node, TreeByPlace
from ui.parts.trend import TrendChart, edge
from ui.parts.value import UNKNOWN, Shown, ValueWithAge, age_words, one_line, shown, value_words
from ui.theme import style

NOW = 1_795_327_200.0
LEVEL = Point(name="level", title={"zh": "水位"}, type="number", symbol="m", minimum=0, maximum=5, decimals=2)
LIMITS = (Limit(1.0, "below", "high", {"zh": "低"}), Limit(4.0, "above", "critical", {"zh": "高"}))
ZH = Words("zh")


@pytest.fixture(autouse=True)
def light(qapp: QApplication) -> Iterator[None]:
    style.apply(qapp, "light")
    yield


def told(quality: Quality, value: Value | None = 2.41, age: float = 3.0) -> Shown:
    return shown(LEVEL, Reading(value, quality, NOW - age), ZH, NOW)


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


@pytest.mark.parametrize(
    ("quality", "text", "note"),
    [
        ("good", "2.41", "3 秒前"),
        ("uncertain", "2.41", "重放值，时间不明"),
        ("stale", "2.41", "13:59 起未更新"),
        ("offline", "2.41", "离线，最后 3 秒前"),
        ("none", UNKNOWN, "尚无数据"),
    ],
)
def test_quality_is_told_in_words(quality: Quality, text: str, note: str) -> None:
    assert (told(quality).text, told(quality).note) == (text, note)


def test_each_quality_is_drawn_apart_from_every_other(qtbot: QtBot) -> None:
    pictures: list[QImage] = []
    for quality in get_args(Quality):
        widget = ValueWithAge("水位")
        qtbot.addWidget(widget)
        widget.resize(240, ValueWithAge.HEIGHT)
        widget.show_value(Shown("2.41", "m", "同一句话", quality))
        pictures.append(picture(widget))
    different = {(i, j) for i, a in enumerate(pictures) for j, b in enumerate(pictures) if i < j and a == b}
    # Good and none differ by their words alone where the words are forced to be the same.
    assert different <= {(0, 5), (0, 1)}


def test_an_unchanged_value_is_not_painted_again(qtbot: QtBot) -> None:
    widget = ValueWithAge("水位")
    qtbot.addWidget(widget)
    counter = _Paints(widget)
    widget.resize(240, 84)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.show_value(told("good"))
    qtbot.waitUntil(lambda: counter.count > 0)
    QApplication.processEvents()
    before = counter.count
    widget.show_value(told("good"))
    QApplication.processEvents()
    assert counter.count == before
    assert widget.accessibleName() == "水位 2.41 m, 3 秒前"


class _Paints(QObject):
    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


@pytest.mark.parametrize(
    ("point", "value", "words"),
    [
        (LEVEL, -1.5, ("−1.50", "m")),
        (Point(name="n", title={"zh": ""}, type="integer", symbol="kWh"), 1234567, ("1,234,567", "kWh")),
        (Point(name="b", title={"zh": ""}, type="boolean"), True, ("是", "")),
        (Point(name="b", title={"zh": ""}, type="boolean", labels={"true": {"zh": "运行"}}), True, ("运行", "")),
        (Point(name="e", title={"zh": ""}, type="integer", labels={"2": {"zh": "上行"}}), 2.0, ("上行（2）", "")),
        (Point(name="e", title={"zh": ""}, type="integer", enum=(2,), labels={"2": {"zh": "上行"}}), 2.0, ("上行", "")),
        (Point(name="s", title={"zh": ""}, type="string"), "a\nb\x00<b>", ("a b <b>", "")),
        (LEVEL, None, (UNKNOWN, "")),
    ],
)
def test_values_in_words(point: Point, value: Value | None, words: tuple[str, str]) -> None:
    assert value_words(point, value, ZH) == words


@given(st.text())
def test_text_from_outside_stays_on_one_line(text: str) -> None:
    line = one_line(text)
    assert line
    assert all(char.isprintable() for char in line)


def test_ages_grow_through_their_units() -> None:
    assert [age_words(s, ZH) for s in (0.4, 59, 60, 3599, 3600, 86400, -5)] == [
        "0 秒前", "59 秒前", "1 分钟前", "59 分钟前", "1 小时前", "1 天前", "0 秒前",
    ]  # fmt: skip


def test_the_bar_takes_colour_only_beyond_a_limit_and_only_live(qtbot: QtBot) -> None:
    bar = LimitBar()
    qtbot.addWidget(bar)
    bar.resize(240, LimitBar.HEIGHT)
    bar.set_scale(0, 5, LIMITS, 1)

    def colourful(value: float, quality: Quality) -> bool:
        bar.show_value(value, quality)
        image = picture(bar)
        pixels = (image.pixelColor(x, 13) for x in range(image.width()))
        return any(pixel.saturation() > 150 and pixel.value() > 120 for pixel in pixels)

    assert not colourful(2.4, "good")
    assert colourful(4.5, "good")
    assert colourful(0.2, "good")
    assert not colourful(4.5, "stale")


def test_a_gauge_far_wider_than_its_limits_is_cut_to_them() -> None:
    deep = Point(name="d", title={"zh": ""}, type="integer", minimum=0, maximum=5000)
    assert span(deep, (Limit(250, "above", "critical", {"zh": ""}),)) == (0, 500)
    assert span(LEVEL, LIMITS) == (0, 5)
    # A share of a whole is seen whole where only its lower end is watched; what is long past zero tells no more.
    battery = Point(name="battery", title={"zh": ""}, type="number", symbol="%", minimum=0, maximum=100)
    assert span(battery, (Limit(20, "below", "high", {"zh": ""}),)) == (0, 100)
    expiry = Point(name="expiry", title={"zh": ""}, type="integer", symbol="d", minimum=-3650, maximum=5000)
    assert span(expiry, (Limit(60, "below", "high", {"zh": ""}),)) == (0, 120)
    # What is held between two limits is drawn around them.
    mains = Point(name="u", title={"zh": ""}, type="number", minimum=0, maximum=1000)
    held = (Limit(350, "below", "medium", {"zh": ""}), Limit(410, "above", "medium", {"zh": ""}))
    assert span(mains, held) == (320, 440)


def test_where_labels_lack_room_the_most_urgent_limit_has_its_number_and_then_the_nearest(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def heard(_painter: object, _rect: object, text: str, *_rest: object) -> float:
        said.append(text)
        return 0.0

    monkeypatch.setattr("ui.parts.limitbar.draw_text", heard)
    bar = LimitBar()
    qtbot.addWidget(bar)
    bar.resize(340, LimitBar.HEIGHT)
    levels: tuple[tuple[float, Priority], ...] = ((100, "medium"), (112, "high"), (124, "critical"), (136, "low"))
    limits = tuple(Limit(value, "above", priority, {"zh": ""}) for value, priority in levels)
    bar.set_scale(0, 250, limits, 0)
    bar.show_value(20, "good")
    picture(bar)
    assert said[:2] == ["124", "100"] and not {"112", "136"} & set(said)
    said.clear()
    bar.show_value(240, "good")
    picture(bar)
    assert said[0] == "124" and "112" not in said


def test_a_limit_that_asks_for_something_else_colours_no_bar() -> None:
    """Fifty decibels are too loud at night: by the value alone nobody can tell."""
    model = load_models().models["noise-station"]
    night = limits_of(model, "laeq")
    assert night and not any(limit.alone for limit in night)
    assert worst(night, 130.0) is None
    assert worst(night, 130.0, alarm=night[0].priority) in night
    alone = Limit(45.0, "above", "high", {"zh": ""})
    assert worst((*night, alone), 130.0) is alone


def test_an_hour_of_a_voice_that_never_rests_stays_light_and_keeps_its_peaks(qtbot: QtBot) -> None:
    chart = TrendChart("")
    qtbot.addWidget(chart)
    chart.set_subject("L", (), str, gap=math.inf, steps=False)
    for n in range(36_000):
        chart.add(NOW + n / 10, 99.0 if n == 7_001 else -9.0 if n == 30_003 else n % 3)
        if n % 10 == 9:
            chart.tick(NOW + n / 10)
    assert len(chart.samples) <= 4_000
    values = [value for _, value in chart.samples]
    assert (max(values), min(values)) == (99.0, -9.0)
    assert (chart.samples[0][0], chart.samples[-1]) == (NOW, (NOW + 3599.9, 2))


def test_silence_breaks_the_line_and_a_held_value_does_not() -> None:
    samples = [(0.0, 1.0), (10.0, 2.0), (100.0, 3.0)]
    assert [list(run) for run in runs(samples, 30)] == [samples[:2], samples[2:]]
    assert [list(run) for run in runs(samples, math.inf)] == [samples]
    assert stepped(samples[:2]) == [(0.0, 1.0), (10.0, 1.0), (10.0, 2.0)]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=600), st.integers(1, 80))
def test_thinning_loses_no_peak(values: list[float], columns: int) -> None:
    samples = [(float(n), value) for n, value in enumerate(values)]
    kept = thin(samples, 0.0, float(len(values)), columns)
    assert len(kept) <= max(columns * 2, (columns + 1) * 4)
    assert {min(values), max(values)} <= {value for _, value in kept}
    assert kept == sorted(kept, key=lambda sample: sample[0])


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_the_axis_covers_its_values_with_few_steps(a: float, b: float) -> None:
    low, high, step = nice_range(min(a, b), max(a, b))
    slack = step * 1e-6
    assert low - slack <= min(a, b)
    assert high + slack >= max(a, b)
    assert (high - low) / step <= 7
    assert low >= 0 or min(a, b) < 0, "what is never below nothing is not drawn as if it could be"


def test_the_trend_is_read_with_the_keyboard(qtbot: QtBot) -> None:
    chart = TrendChart("还没有记录")
    qtbot.addWidget(chart)
    chart.resize(480, 176)
    chart.set_subject("水位", LIMITS, lambda value: f"{value:.2f} m", gap=60, steps=False)
    chart.show_history([(NOW - 120, 1.0), (NOW - 60, 2.0)])
    chart.add(NOW, 3.0)
    chart.tick(NOW)
    QTest.keyClick(chart, Qt.Key.Key_End)
    assert chart.accessibleDescription() == "14:00:00  3.00 m"
    QTest.keyClick(chart, Qt.Key.Key_Left)
    assert chart.readout() == "13:59:00  2.00 m"
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert chart.readout() == "13:58:00  1.00 m"
    QTest.keyClick(chart, Qt.Key.Key_Escape)
    assert chart.readout() == ""


def test_of_what_fell_silent_the_trend_shows_the_hour_before(qtbot: QtBot) -> None:
    fell = NOW - 7200
    assert (edge(NOW, None), edge(NOW, NOW - 60), edge(NOW, fell)) == (NOW, NOW, fell + 900)
    chart = TrendChart("还没有记录")
    qtbot.addWidget(chart)
    chart.resize(480, 176)
    chart.set_subject("水位", LIMITS, lambda value: f"{value:.2f} m", gap=60, steps=False)
    chart.set_silent(fell, "离线\n11:59 起")
    chart.show_history([(fell - 1800, 1.0), (fell, 2.0)])
    chart.tick(NOW)
    QTest.keyClick(chart, Qt.Key.Key_Home)
    assert chart.readout() == "11:30:00  1.00 m"
    hatched = picture(chart)
    chart.set_silent(fell, "")
    assert picture(chart) != hatched, "the word is seen"
    chart.set_silent(None)
    chart.tick(NOW)
    QTest.keyClick(chart, Qt.Key.Key_End)
    assert [at for at, _ in chart.samples] == [fell], "back at the live edge the old hour is forgotten"


def test_the_trend_forgets_what_left_its_window_but_one(qtbot: QtBot) -> None:
    chart = TrendChart("")
    qtbot.addWidget(chart)
    chart.set_subject("水位", (), str, gap=math.inf, steps=True)
    chart.show_history([(NOW - 9000, 1.0), (NOW - 5000, 2.0), (NOW - 10, 3.0)])
    chart.tick(NOW)
    assert list(chart.samples) == [(NOW - 5000, 2.0), (NOW - 10, 3.0)]
    chart.add(NOW - 20, 9.0)
    assert len(chart.samples) == 2
    assert nearest(chart.samples, NOW) == (NOW - 10, 3.0)


def test_empty_and_flat_lines_draw(qtbot: QtBot) -> None:
    spark = Sparkline()
    qtbot.addWidget(spark)
    spark.resize(120, 28)
    empty = picture(spark)
    spark.show_samples([(NOW - 10, 2.0), (NOW, 2.0)], NOW - 3600, NOW)
    assert picture(spark) != empty


def test_the_tree_keeps_what_was_open_and_chosen(qtbot: QtBot) -> None:
    tree = TreeByPlace("按位置")
    qtbot.addWidget(tree)
    one = Node("b1", "1 栋", 2, {}, (Node("u1", "1 单元", 2),))
    tree.show_nodes([Node("all", "全部", 2), one])
    tree.choose("u1")
    chosen: list[str] = []
    tree.chosen.connect(chosen.append)
    tree.show_nodes([Node("all", "全部", 3), Node("b0", "<b>0 栋</b>", 1), one])
    assert tree.current_key() == "u1"
    tree.show_nodes([Node("all", "全部", 3, {"critical": 1}), Node("b0", "<b>0 栋</b>", 1), one])
    assert tree.model().index(0, 1).data() == "◆ 1"
    QTest.keyClick(tree, Qt.Key.Key_Home)
    assert tree.current_key() == "all"
    with qtbot.waitSignal(tree.entered, check_params_cb=lambda key: key == "all"):
        QTest.keyClick(tree, Qt.Key.Key_Return)
