"""Labels of a route's points, to cut out and put up: a QR code, the point's name, and its code to type where it is torn."""

from __future__ import annotations

from datetime import datetime

from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Table, TableStyle

from desktop.cases import rounds
from desktop.cases.planned import RouteView
from desktop.cases.views import Point
from desktop.kernel.words import Words
from desktop.reports.pdf import INK2, LINE, WIDTH, Sheet, build, para, style

COLUMNS, QR = 4, 34 * mm
ALL = ((0, 0), (-1, -1))
LOOK = [("GRID", *ALL, 0.5, LINE), ("VALIGN", *ALL, "MIDDLE"), ("ALIGN", *ALL, "CENTER")]


def point_labels(community: str, route: RouteView, words: Words, made: datetime, who: str) -> bytes:
    """The PDF: four labels in a row. `made` is in the community's time."""
    cells = [_label(point, route, words) for point in route.points]
    cells += [[] for _ in range(-len(cells) % COLUMNS)]
    rows = [cells[n : n + COLUMNS] for n in range(0, len(cells), COLUMNS)]
    table = Table(rows, colWidths=[WIDTH / COLUMNS] * COLUMNS, rowHeights=[58 * mm] * len(rows))
    table.setStyle(TableStyle(LOOK))
    sheet = Sheet(
        community, words("planned.labels_of", name=route.name), words("planned.points_n", n=len(route.points)),
        f"{made:%Y-%m-%d %H:%M} · {who}", "",
    )  # fmt: skip
    return build(sheet, [table], words)


def _label(point: Point, route: RouteView, words: Words) -> list[Flowable]:
    where = " ".join(route.places.get(point.place_id or "", ()))
    return [
        _qr(rounds.label(point.code)),
        para(point.name, style(10, bold=True), 24),
        para(f"{point.code}  {where}", style(8, color=INK2), 36),
        para(words("planned.label_hint"), style(6.5, color=INK2), 60),
    ]


def _qr(text: str) -> Drawing:
    # Level Q: a quarter of the label may be scratched.
    code = QrCodeWidget(text, barLevel="Q", barBorder=2)
    left, bottom, right, _ = code.getBounds()
    scale = QR / (right - left)
    drawing = Drawing(QR, QR, transform=[scale, 0, 0, scale, -left * scale, -bottom * scale])
    drawing.add(code)
    drawing.hAlign = "CENTER"
    return drawing
