"""A plan's picture made into pixels, off the UI thread and never larger than a screen can use."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter
from PySide6.QtSvg import QSvgRenderer

from desktop.plans.pictures import PictureRefused
from desktop.plans.views import Image
from resources.loader import folder
from ui.plans.vector import PATIENCE, as_png

LONGEST = 3200
"""Pixels of the longer side: sharp at three times the size of a usual window."""


def drawn(picture: Image, patience: float = PATIENCE) -> QImage:
    """The picture; a null image when it cannot be drawn. What may become a plan was checked when it was added, and what
    people bring as a vector was drawn then. One that a store has from before is drawn now, by a process of its own that has
    `patience` seconds (`vector.as_png`): only the drawing that Linli itself brings is known to take no time."""
    if picture.media == "image/svg+xml":
        if picture.data == folder("sample", "plan.svg").read_bytes():
            return vector(picture.data)
        try:
            picture = Image("image/png", as_png(picture.data, patience))
        except PictureRefused:
            return QImage()
    data = QByteArray(picture.data)
    buffer = QBuffer()
    buffer.setData(data)
    reader = QImageReader(buffer, QByteArray(picture.media.removeprefix("image/").encode()))
    reader.setAutoTransform(True)
    size = reader.size()
    if max(size.width(), size.height()) > LONGEST:
        reader.setScaledSize(size.scaled(LONGEST, LONGEST, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    return _on_paper(image) if image.hasAlphaChannel() else image


def vector(svg: bytes) -> QImage:
    """An SVG in as many pixels as are of use; a null image for one with nothing to draw."""
    renderer = QSvgRenderer(QByteArray(svg))
    size = renderer.viewBoxF().size()
    if not renderer.isValid() or size.isEmpty():
        return QImage()
    fitted = size.scaled(LONGEST, LONGEST, Qt.AspectRatioMode.KeepAspectRatio).toSize()
    image = QImage(fitted.expandedTo(QSize(1, 1)), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(image.rect()))
    painter.end()
    return image


def _on_paper(image: QImage) -> QImage:
    """Drawings mean paper: what they leave out is white, in the dark too."""
    paper = QImage(image.size(), QImage.Format.Format_RGB32)
    paper.fill(Qt.GlobalColor.white)
    painter = QPainter(paper)
    painter.drawImage(0, 0, image)
    painter.end()
    return paper
