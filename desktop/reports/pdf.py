"""The frame every report shares: A4 page, head, foot with the journal head, text that stays text, tables."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Table

from desktop.kernel.words import Words
from desktop.reports.fonts import BOLD, REGULAR, drawable, register

# Paragraph markup could fetch files and addresses; nothing here writes markup, and this closes the door behind it.
rl_config.trustedSchemes = []
rl_config.trustedHosts = []

INK = HexColor("#1B2126")
INK2 = HexColor("#4A545C")
INK3 = HexColor("#66717A")
LINE = HexColor("#D5DBDF")
BAND = HexColor("#F1F4F5")
ACCENT = HexColor("#1F6F78")

PAGE = landscape(A4)
SIDE = 14 * mm
TOP = 21 * mm
BOTTOM = 16 * mm
WIDTH = PAGE[0] - 2 * SIDE
ONE_LINE = 220 * mm
"""Narrower paper has two lines at its foot."""

# reportlab keeps the subset of a document on the shared font object: one report is made at a time.
_making = threading.Lock()


@dataclass(frozen=True)
class Sheet:
    """What head and foot of every page say."""

    community: str
    title: str
    period: str
    made: str
    """When, by whom and at which terminal."""
    head: str
    """The journal head it was made from."""
    size: tuple[float, float] = PAGE
    """Of the paper, in points."""

    @property
    def width(self) -> float:
        """Between the margins, in points."""
        return float(self.size[0] - 2 * SIDE)


def style(
    size: float = 8, bold: bool = False, color: Color = INK, leading: float | None = None, wrap_cjk: bool = True,
    right: bool = False,
) -> ParagraphStyle:  # fmt: skip
    """A style of the report. Chinese may break anywhere, English at words (and inside words too long for the line)."""
    return ParagraphStyle(
        "linli", fontName=BOLD if bold else REGULAR, fontSize=size, leading=leading or size * 1.45, textColor=color,
        wordWrap="CJK" if wrap_cjk else None, splitLongWords=1, alignment=2 if right else 0,
    )  # fmt: skip


def plain(text: str, most: int = 120) -> str:
    """Text as it can be drawn, at most `most` characters of it: longer ends in "…"."""
    # Cut before and after: codes in brackets lengthen it, and reportlab is quadratic in long texts.
    shown = drawable(" ".join(text[: most + 1].split()))
    return shown if len(shown) <= most and len(text) <= most else shown[: most - 1] + "…"


def para(text: str, look: ParagraphStyle, most: int = 120) -> Paragraph:
    """A paragraph of plain text: markup in it is shown, never obeyed."""
    return Paragraph(escape(plain(text, most), quote=False), look)


def fitted(text: str, font: str, size: float, width: float) -> str:
    """The text cut to one line of `width` points."""
    text = plain(text, 300)
    if stringWidth(text, font, size) <= width:
        return text
    while text and stringWidth(text + "…", font, size) > width:
        text = text[:-1]
    return text + "…"


def build(sheet: Sheet, story: Sequence[Flowable], words: Words, table_head: Table | None = None) -> bytes:
    """The PDF. The same input gives the same bytes: its dates and ids are fixed, what is true stands on the page.

    `table_head` stands at the top of every page but the first, for a table that is too long to be one flowable.
    """
    register()
    out = io.BytesIO()
    with _making:
        document = BaseDocTemplate(
            out, pagesize=sheet.size, title=plain(f"{sheet.community} {sheet.title}"), author=plain(sheet.community),
            subject=plain(sheet.period), creator="Linli", lang="zh-CN" if words.lang == "zh" else "en", invariant=1,
            initialFontName=REGULAR,  # else every page begins with a Helvetica that is not embedded
        )  # fmt: skip
        width, height = sheet.width, sheet.size[1]
        room, head_height = height - TOP - BOTTOM, table_head.wrap(width, height)[1] if table_head else 0

        def draw_table_head(canvas: Canvas, _document: BaseDocTemplate) -> None:
            if table_head:
                table_head.drawOn(canvas, SIDE, BOTTOM + room - head_height)

        first, later = (Frame(SIDE, BOTTOM, width, tall, 0, 0, 0, 0) for tall in (room, room - head_height))
        document.addPageTemplates(
            [
                PageTemplate("first", [first], autoNextPageTemplate="later"),
                PageTemplate("later", [later], onPage=draw_table_head),
            ]
        )
        document.build(list(story), canvasmaker=_maker(sheet, words))
    return out.getvalue()


def _maker(sheet: Sheet, words: Words) -> type[Canvas]:
    class Numbered(Canvas):  # type: ignore[misc]
        """Holds the pages back until their number is known, then draws head and foot on each."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for n, page in enumerate(self._pages, 1):
                self.__dict__.update(page)
                _head(self, sheet, n)
                _foot(self, sheet, words, n, len(self._pages))
                super().showPage()
            super().save()

    return Numbered


def _head(canvas: Canvas, sheet: Sheet, page: int) -> None:
    y, width = sheet.size[1] - 12 * mm, sheet.width
    canvas.setFillColor(ACCENT)
    canvas.rect(SIDE, y - 0.6 * mm, 1.1 * mm, 4.2 * mm, stroke=0, fill=1)
    canvas.setFillColor(INK)
    canvas.setFont(BOLD, 9.5)
    canvas.drawString(SIDE + 3 * mm, y, fitted(sheet.community, BOLD, 9.5, width * 0.45))
    if page > 1:  # the first page has it as its title
        canvas.setFont(REGULAR, 8)
        canvas.setFillColor(INK2)
        canvas.drawRightString(SIDE + width, y, fitted(f"{sheet.title} · {sheet.period}", REGULAR, 8, width * 0.5))
    _rule(canvas, y - 3 * mm, width)


def _foot(canvas: Canvas, sheet: Sheet, words: Words, page: int, pages: int) -> None:
    y, width = 8.5 * mm, sheet.width
    _rule(canvas, y + 4 * mm, width)
    canvas.setFont(REGULAR, 7)
    canvas.setFillColor(INK3)
    number = words("reports.page", page=page, pages=pages)
    head = words("reports.journal_head", head=sheet.head)
    canvas.drawRightString(SIDE + width, y, number)
    if width < ONE_LINE:
        canvas.drawString(SIDE, y - 3.2 * mm, head)
        canvas.drawString(SIDE, y, fitted(sheet.made, REGULAR, 7, width * 0.78))
        return
    canvas.drawCentredString(sheet.size[0] / 2 + 20 * mm, y, head)
    canvas.drawString(SIDE, y, fitted(sheet.made, REGULAR, 7, width * 0.42))


def _rule(canvas: Canvas, y: float, width: float) -> None:
    canvas.setStrokeColor(LINE)
    canvas.setLineWidth(0.5)
    canvas.line(SIDE, y, SIDE + width, y)
