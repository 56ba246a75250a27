"""Charts with zoom: what is asked for is seen, what is missing is a gap, and everything works from the keyboard."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.pages import at
from ui.parts.plot import BarPlot, Bars, Line, LinePlot

NOW = at("2026-11-22 14:00").timestamp()


def pressure(**more: object) -> Line:
    """A value a minute for an hour, silent from minute 20 to minute 30."""
    times = [NOW - 3600 + 60 * n for n in range(61) if not 20 < n < 30]
    mean = [0.4 + 0.001 * n for n in range(len(times))]
    facts: dict[str, object] = {
        "name": "出水压力", "unit": "MPa", "at": times, "mean": mean, "low": [v - 0.02 for v in mean],
        "high": [v + 0.05 for v in mean], "gap": 120, "decimals": 2,
    }  # fmt: skip
    return Line(**{**facts, **more})  # type: ignore[arg-type]


@pytest.fixture
def plot(qtbot: QtBot, themed: Callable[[str], None]) -> Iterator[LinePlot]:
    made = LinePlot("水泵趋势", "还没有数据")
    qtbot.addWidget(made)
    made.resize(800, 320)
    made.show_lines([pressure()])
    made.show_span(3600, NOW)
    with qtbot.waitExposed(made):
        made.show()
    qtbot.wait(10)
    yield made


def test_pyqtgraph_is_not_loaded_before_a_chart_is_needed() -> None:
    names = "ui.app, ui.window, ui.shell.workspace, ui.overview.page, ui.alarms.page"
    code = f"import {names}, sys; sys.exit('pyqtgraph' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_silence_breaks_the_line_and_the_band(plot: LinePlot) -> None:
    drawn = plot._drawn[0]
    times, _ = drawn.curve.getData()
    assert sum(math.isnan(t) for t in times) == 1
    # Two closed shapes and not one across the silence.
    path = drawn.band.path()
    assert sum(path.elementAt(n).isMoveTo() for n in range(path.elementCount())) == 2


def test_a_sample_alone_between_two_silences_is_seen(plot: LinePlot) -> None:
    plot.show_lines([pressure(at=[NOW - 3000, NOW - 1800, NOW - 600], mean=[1.0, 2.0, 3.0], low=(), high=())])
    assert plot._drawn[0].alone().tolist() == [0, 1, 2]


def test_values_scale_to_what_is_seen_with_its_extremes(plot: LinePlot) -> None:
    line = pressure()
    low, high, _ = plot._reach["MPa"]
    assert low <= min(line.low) and high >= max(line.high)
    plot.show_lines([pressure(low=[v - 1 if n == 0 else v for n, v in enumerate(line.mean)], high=line.high)])
    assert plot._reach["MPa"][0] < 0
    plot.show_range(NOW - 1200, NOW)
    assert plot._reach["MPa"][0] > 0, "the first sample is out of sight"


def test_each_unit_has_an_axis_and_a_fourth_is_refused(plot: LinePlot) -> None:
    lines = [pressure(unit=unit) for unit in ("MPa", "°C", "MPa", "mm")]
    plot.show_lines(lines)
    assert [axis.isVisible() for axis in plot._axes] == [True, True, True]
    plot.show_lines(lines[:1])
    assert [axis.isVisible() for axis in plot._axes] == [True, False, False]
    with pytest.raises(ValueError, match="4 units"):
        plot.show_lines([*lines, pressure(unit="A")])


def test_a_plot_at_the_live_edge_moves_with_the_time(plot: LinePlot) -> None:
    plot.tick(NOW + 5)
    assert plot.range == (NOW - 3595, NOW + 5)
    QTest.keyClick(plot, Qt.Key.Key_Left)
    stood = plot.range
    plot.tick(NOW + 10)
    assert plot.range == stood and not plot.following
    QTest.keyClick(plot, Qt.Key.Key_Home)
    assert plot.range == (NOW - 3590, NOW + 10) and plot.following


def test_keys_zoom_and_move_and_the_owner_is_told_once_at_rest(qtbot: QtBot, plot: LinePlot) -> None:
    told: list[tuple[float, float]] = []
    plot.ranged.connect(lambda since, until: told.append((since, until)))
    QTest.keyClick(plot, Qt.Key.Key_Plus)
    assert plot.range == (NOW - 1800, NOW)
    QTest.keyClick(plot, Qt.Key.Key_Minus)
    QTest.keyClick(plot, Qt.Key.Key_Minus)
    assert plot.range == (NOW - 7200, NOW)
    QTest.keyClick(plot, Qt.Key.Key_Right)
    assert plot.range == (NOW - 7200, NOW), "nothing is known of the time to come"
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert plot.range == (NOW - 8640, NOW - 1440)
    qtbot.waitUntil(lambda: bool(told))
    assert told == [(NOW - 8640, NOW - 1440)]


def test_the_wheel_zooms_where_the_pointer_is(plot: LinePlot) -> None:
    area = plot._area()
    spot = QPointF(area.left() + area.width() / 4, area.center().y())
    wheel = QWheelEvent(
        spot, spot, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(plot, wheel)
    since, until = plot.range
    assert until - since == pytest.approx(2880)
    assert since + (until - since) / 4 == pytest.approx(NOW - 2700)


def test_dragging_moves_the_period(plot: LinePlot) -> None:
    area = plot._area()
    start = area.center().toPoint()
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(plot, start + QPoint(int(area.width() / 2), 0))
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=start)
    assert plot.range[1] == pytest.approx(NOW - 1800, abs=10)


def test_the_read_out_tells_values_extremes_and_what_nobody_knows(plot: LinePlot) -> None:
    plot._point(NOW)
    assert plot.readout() == ["2026-11-22 14:00:00", "0.45 MPa  (0.43 MPa … 0.50 MPa)"]
    assert "出水压力 0.45 MPa" in plot.accessibleDescription()
    plot._point(NOW - 3600 + 25 * 60)
    assert plot.readout()[1] == "—"
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.readout() == []


def test_the_read_out_steps_from_sample_to_sample(plot: LinePlot) -> None:
    for _ in range(2):
        QTest.keyClick(plot, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert plot.readout()[0] == "2026-11-22 13:59:00"
    QTest.keyClick(plot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert plot.readout()[0] == "2026-11-22 14:00:00"


def test_a_switch_holds_its_value_until_the_next(plot: LinePlot) -> None:
    plot.show_lines(
        [pressure(at=[NOW - 3000, NOW - 600], mean=[0.0, 1.0], low=(), high=(), steps=True, gap=float("inf"))]
    )
    times, values = plot._drawn[0].curve.getData()
    assert list(zip(times, values, strict=True)) == [(NOW - 3000, 0.0), (NOW - 600, 0.0), (NOW - 600, 1.0)]
    plot._point(NOW - 700)
    assert plot.readout()[1] == "0.00 MPa"


def test_what_is_seen_can_be_asked_for(plot: LinePlot) -> None:
    plot.show_range(NOW - 120, NOW)
    (line,) = plot.seen()
    assert list(line.at) == [NOW - 120, NOW - 60, NOW]
    assert len(line.low) == len(line.high) == 3


def test_there_is_no_menu_of_another_hand(plot: LinePlot) -> None:
    assert not [a for a in plot.findChildren(QAction) if "xport" in a.text()]


def test_a_line_of_no_samples_says_so(plot: LinePlot) -> None:
    plot.show_lines([pressure(at=[], mean=[], low=[], high=[])])
    plot.grab()
    assert plot.readout() == []


@pytest.fixture
def bars(qtbot: QtBot, themed: Callable[[str], None]) -> BarPlot:
    made = BarPlot("每月用电", "还没有数据")
    qtbot.addWidget(made)
    made.resize(600, 240)
    made.show_bars(["1月", "2月", "3月"], [Bars("今年", [1200, 1350.5, 80]), Bars("去年", [1100, None, 90])], "kWh")
    return made


def test_bars_tell_each_category_and_what_nobody_knows(bars: BarPlot) -> None:
    QTest.keyClick(bars, Qt.Key.Key_Right)
    assert bars.accessibleDescription() == "1月: 今年 1,200 kWh, 去年 1,100 kWh"
    QTest.keyClick(bars, Qt.Key.Key_Right)
    assert bars.accessibleDescription() == "2月: 今年 1,350 kWh, 去年 — kWh"


def test_values_above_bars_never_nearly_touch(bars: BarPlot) -> None:
    """Between two of them nothing is drawn, at whatever width; where they have no room none stands."""
    bars.show_bars([str(n) for n in range(1, 11)], [Bars("今年", [153.0] * 10)], "m³", lambda value: f"{value:.1f}")
    stood = set()
    for width in range(300, 700, 7):
        bars.resize(width, 240)
        drawn = bars.grab().toImage()
        area = bars._area()
        slots = [bars._slot(area, n) for n in range(10)]
        top = round(bars._along(area, bars._reach(), 153.0))
        band = range(top - 14, top - 2)

        def inked(left: float, right: float, drawn: QImage = drawn, band: range = band) -> bool:
            columns = range(round(left), round(right))
            return len({drawn.pixel(x, y) for x in columns for y in band}) > 1

        assert not any(inked(slot.right() - 3, slot.right() + 3) for slot in slots[:-1]), width
        stood.add(all(inked(slot.left() + 4, slot.right() - 4) for slot in slots))
    assert stood == {True, False}


def test_a_category_opens_by_key_and_by_mouse(bars: BarPlot) -> None:
    opened: list[int] = []
    bars.opened.connect(opened.append)
    QTest.keyClick(bars, Qt.Key.Key_Left)
    QTest.keyClick(bars, Qt.Key.Key_Return)
    QTest.mousePress(bars, Qt.MouseButton.LeftButton, pos=bars._slot(bars._area(), 0).center().toPoint())
    assert opened == [2, 0]


def test_stacked_bars_reach_their_sum_and_a_series_too_short_is_refused(qtbot: QtBot) -> None:
    made = BarPlot("分项用电", "", stacked=True)
    qtbot.addWidget(made)
    made.show_bars(["1号楼"], [Bars("照明", [300]), Bars("电梯", [500])], "kWh")
    made.grab()
    assert made._reach()[1] >= 800 and made._label(0) == "800"
    with pytest.raises(ValueError, match="one value for each"):
        made.show_bars(["1号楼", "2号楼"], [Bars("照明", [300])])


def test_a_top_ten_lies_and_names_are_read_whole(qtbot: QtBot) -> None:
    made = BarPlot("报警最多", "", horizontal=True)
    qtbot.addWidget(made)
    made.resize(500, 200)
    made.show_bars(["3号楼2单元电梯", "低区生活水泵组"], [Bars("次数", [42, 17])])
    made.grab()
    first, second = (made._slot(made._area(), n) for n in (0, 1))
    assert second.top() > first.top() and first.left() > 80
