"""Photos from outside, made fit to keep: bounded before they are decoded, turned upright, no larger than is useful."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

LONGEST = 2560
"""Pixels of the longer side that are kept: enough to read a plate or a name on a label."""
QUALITIES = (85, 70, 50)
"""Of a JPEG, the first that fits."""
KEPT_BYTES = 5 * 2**20
"""What the store takes."""

MOST_BYTES = 40 * 2**20
MOST_PIXELS = {"jpeg": 220_000_000, "png": 50_000_000}
"""A JPEG is decoded at the size it is kept in, so that a large one costs little; a PNG is decoded whole."""

_STARTS = {"jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}


class Picture(NamedTuple):
    """A picture as it is given to a service."""

    data: bytes
    media: str


class Unfit(Exception):
    """`why` is big, kind, damaged or unread."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def from_file(path: Path) -> Picture:
    """The photo of a file. Raises Unfit. Waits for the disk."""
    try:
        with path.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise Unfit("unread") from error
    return from_bytes(data)


def from_bytes(data: bytes) -> Picture:
    """The photo of a JPEG or PNG file's bytes, as a JPEG at most `LONGEST` long and without what a camera wrote beside it
    (where it was taken is nobody's business). Raises Unfit."""
    if len(data) > MOST_BYTES:
        raise Unfit("big")
    kind = next((kind for kind, start in _STARTS.items() if data.startswith(start)), None)
    if kind is None:
        raise Unfit("kind")
    return from_image(_decoded(data, kind))


def from_image(image: QImage) -> Picture:
    """An image, as a clipboard has it, as a JPEG. Raises Unfit for one without pixels."""
    if image.isNull():
        raise Unfit("damaged")
    if max(image.width(), image.height()) > LONGEST:
        smooth = Qt.TransformationMode.SmoothTransformation
        image = image.scaled(LONGEST, LONGEST, Qt.AspectRatioMode.KeepAspectRatio, smooth)
    if image.hasAlphaChannel():
        # A JPEG has no holes; paper is behind them.
        paper = QImage(image.size(), QImage.Format.Format_RGB32)
        paper.fill(Qt.GlobalColor.white)
        _over(paper, image)
        image = paper
    data = next((data for quality in QUALITIES if len(data := encoded(image, "JPG", quality)) <= KEPT_BYTES), None)
    if data is None:
        raise Unfit("big")
    return Picture(data, "image/jpeg")


def encoded(image: QImage, form: str, quality: int = -1) -> bytes:
    """The image as a file. Raises Unfit where it cannot be written."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not image.save(buffer, form, quality):  # type: ignore[call-overload]
        raise Unfit("damaged")
    return bytes(buffer.data().data())


def drawn(data: bytes, most: int = LONGEST) -> QImage:
    """A kept picture to look at, null when it cannot be drawn."""
    kind = next((kind for kind, start in _STARTS.items() if data.startswith(start)), None)
    try:
        return _decoded(data, kind, most) if kind else QImage()
    except Unfit:
        return QImage()


def dropped(mime: QMimeData) -> list[Path | QImage]:
    """The pictures of a paste or a drop: files, or an image itself."""
    files = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    if files:
        return list(files)
    image = mime.imageData() if mime.hasImage() else None
    return [image] if isinstance(image, QImage) and not image.isNull() else []


def _decoded(data: bytes, kind: str, most: int = LONGEST) -> QImage:
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    reader = QImageReader(buffer, QByteArray(kind.encode()))
    reader.setAutoTransform(True)
    size: QSize = reader.size()
    if not size.isValid() or size.isEmpty():
        raise Unfit("damaged")
    if size.width() * size.height() > MOST_PIXELS[kind]:
        raise Unfit("big")
    if max(size.width(), size.height()) > most:
        reader.setScaledSize(size.scaled(most, most, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1)))
    image = reader.read()
    if image.isNull():
        raise Unfit("damaged")
    return image


def _over(paper: QImage, image: QImage) -> None:
    from PySide6.QtGui import QPainter

    painter = QPainter(paper)
    painter.drawImage(0, 0, image)
    painter.end()
