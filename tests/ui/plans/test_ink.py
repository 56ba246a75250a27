"""What a mark on a drawing shows at once: an alarm, that nobody answers, and both."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QColor, QImage, QPainter

from ui.parts.badge import tone_colors
from ui.parts.value import Shown
from ui.plans.ink import label_lines, paint_cluster
from ui.plans.marks import Cluster, Pin
from ui.things.state import StateWord

GONE = StateWord("离线", "quiet", "ring")
TRAPPED = StateWord("疑似困人", "critical", "diamond", GONE)
LIVE = StateWord("疑似困人", "critical", "diamond")


def drawn(state: StateWord, gone: bool) -> QImage:
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    paint_cluster(painter, Cluster((20.0, 20.0), (Pin("x", 0.5, 0.5, "电梯", state, gone=gone),)), False, False)
    painter.end()
    return image


def test_the_alarm_s_shape_stands_over_the_hatching(themed: Callable[[str], None]) -> None:
    for theme in ("light", "dark"):
        themed(theme)
        red = tone_colors("critical")[0]
        both, alarm, gone = drawn(TRAPPED, True), drawn(LIVE, False), drawn(GONE, True)
        assert both.pixelColor(20, 20).rgb() == alarm.pixelColor(20, 20).rgb() == red.rgb()
        assert gone.pixelColor(20, 20).rgb() != red.rgb()
        assert both != alarm


def test_a_value_nobody_tells_is_in_no_alarm_s_colour() -> None:
    old = Shown("255", "mm", "离线，最后 2 天前", "offline", priority="critical")
    fresh = Shown("255", "mm", "3 秒前", "good", priority="critical")
    inks = [label_lines(Pin("x", 0, 0, "x", TRAPPED, (("", value),)), False)[0] for value in (old, fresh)]
    assert inks == [("255 mm", "ink3"), ("255 mm", "critical")]
