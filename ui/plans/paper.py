"""A plan's picture made into pixels, off the UI thread and never larger than a screen can use."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter
from PySide6.QtSvg import QSvgRenderer

from desktop.plans.views import Image

LONGEST = 3200
"""Pixels of the longer side: sharp at three times the size of a usual window."""


def drawn(picture: Image) -> QImage:
    """The picture; a null image when it cannot be drawn. What may become a plan was checked when it was added."""
    data = QByteArray(picture.data)
    if picture.media == "image/svg+xml":
        return _vector(data)
    buffer = QBuffer()
    buffer.setData(data)
    reader = QImageReader(buffer, QByteArray(picture.media.removeprefix("image/").encode()))
    reader.setAutoTransform(True)
    size = reader.size()
    if max(size.width(), size.height()) > LONGEST:
        reader.setScaledSize(size.scaled(LONGEST, LONGEST, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()


def _vector(data: QByteArray) -> QImage:
    renderer = QSvgRenderer(data)
    size = renderer.viewBoxF().size()
    if not renderer.isValid() or size.isEmpty():
        return QImage()
    fitted = size.scaled(LONGEST, LONGEST, Qt.AspectRatioMode.KeepAspectRatio).toSize()
    image = QImage(fitted.expandedTo(QSize(1, 1)), QImage.Format.Format_ARGB32_Premultiplied)
    # Drawings mean paper: what they leave out is white, in the dark too.
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(image.rect()))
    painter.end()
    return image
