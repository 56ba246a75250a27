"""That a drawing looks as its style sheet says: what passes the gate is drawn."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from desktop.plans.pictures import PictureRefused, check
from desktop.plans.views import Image
from resources.loader import folder
from ui.plans.paper import drawn
from ui.plans.vector import as_png

SHEET = ".wall{fill:#ff0000} #door,g .leaf{fill:#0000ff;stroke:none} rect{fill:#00ff00}"
DRAWING = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><defs><style type="text/css"><![CDATA[{SHEET}]]>
</style></defs><rect class="wall" width="10" height="10"/><rect id="door" x="10" width="10" height="10"/>
<rect x="20" width="10" height="10"/></svg>""".encode()


def test_classes_ids_and_kinds_have_the_colours_of_the_style_sheet(qapp: QApplication) -> None:
    found = check(DRAWING)
    image = drawn(Image(found.media, DRAWING))
    colours = [image.pixelColor(round(image.width() * x / 40), image.height() // 2) for x in (5, 15, 25, 35)]
    assert colours == [QColor(c) for c in ("#ff0000", "#0000ff", "#00ff00", "#ffffff")]


def test_a_vector_that_is_taken_in_becomes_the_picture_of_it(qapp: QApplication) -> None:
    png = as_png(DRAWING)
    found = check(png)
    assert (found.media, found.width, found.height) == ("image/png", 3200, 800)
    image = drawn(Image(found.media, png))
    assert [image.pixelColor(round(image.width() * x / 40), 400).name() for x in (5, 15, 35)] == [
        "#ff0000", "#0000ff", "#ffffff",
    ]  # fmt: skip


def test_a_small_drawing_that_would_take_minutes_is_refused_in_time() -> None:
    """17 KB of zig-zag pass every bound there is on bytes and elements."""
    zigzag = "".join(f"L{i * 7919 % 1000} {i * 104_729 % 1000} " for i in range(8000))
    path = f'<path fill-rule="evenodd" d="M0 0 {zigzag}"/>'
    trap = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1000 1000">{path}</svg>'
    assert drawn(Image(check(trap.encode()).media, trap.encode()), patience=2.0).isNull()
    with pytest.raises(PictureRefused) as refused:
        as_png(trap.encode(), patience=3.0)
    assert refused.value.problem == "complex"


def test_only_the_drawing_that_is_brought_along_is_drawn_here(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []

    def never(svg: bytes, _patience: float) -> bytes:
        asked.append(svg)
        raise PictureRefused("complex")

    monkeypatch.setattr("ui.plans.paper.as_png", never)
    assert not drawn(Image("image/svg+xml", folder("sample", "plan.svg").read_bytes())).isNull()
    assert asked == []
    assert drawn(Image("image/svg+xml", DRAWING)).isNull()
    assert asked == [DRAWING]


def test_what_a_picture_leaves_out_is_white(qapp: QApplication) -> None:
    clear = QImage(8, 8, QImage.Format.Format_ARGB32)
    clear.fill(0)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert clear.save(buffer, "PNG")  # type: ignore[call-overload]
    image = drawn(Image("image/png", bytes(buffer.data().data())))
    assert image.pixelColor(4, 4) == QColor("#ffffff")
