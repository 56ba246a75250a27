"""That a drawing looks as its style sheet says: what passes the gate is drawn."""

from __future__ import annotations

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from desktop.plans.pictures import check
from desktop.plans.views import Image
from ui.plans.paper import drawn

SHEET = ".wall{fill:#ff0000} #door,g .leaf{fill:#0000ff;stroke:none} rect{fill:#00ff00}"
DRAWING = f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><defs><style type="text/css"><![CDATA[{SHEET}]]>
</style></defs><rect class="wall" width="10" height="10"/><rect id="door" x="10" width="10" height="10"/>
<rect x="20" width="10" height="10"/></svg>""".encode()


def test_classes_ids_and_kinds_have_the_colours_of_the_style_sheet(qapp: QApplication) -> None:
    found = check(DRAWING)
    image = drawn(Image(found.media, DRAWING))
    colours = [image.pixelColor(round(image.width() * x / 40), image.height() // 2) for x in (5, 15, 25, 35)]
    assert colours == [QColor(c) for c in ("#ff0000", "#0000ff", "#00ff00", "#ffffff")]
