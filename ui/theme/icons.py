"""Outline icons (Lucide) tinted by a colour role and sharp at every scale.

`names()` is what there is; an icon never stands alone without an accessible name and a tooltip.
"""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from resources.loader import folder
from ui.theme.tokens import theme

# Lucide draws 2 px on a 24 px grid; a little thinner sits better beside the regular weight of the text.
_STROKE = "1.8"


@cache
def names() -> frozenset[str]:
    """Every icon there is."""
    return frozenset(path.stem for path in folder("icons").glob("*.svg"))


@lru_cache(maxsize=512)
def _image(name: str, color: str, size: int, ratio: float) -> QImage:
    svg = folder("icons", f"{name}.svg").read_text(encoding="utf-8")
    svg = svg.replace("currentColor", color).replace('stroke-width="2"', f'stroke-width="{_STROKE}"')
    image = QImage(round(size * ratio), round(size * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, image.width(), image.height()))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return image


def pixmap(name: str, role: str = "ink2", size: int = 20, ratio: float = 2.0) -> QPixmap:
    """The icon in the colour of a role of the current theme, `size` logical pixels wide.

    An unknown name is drawn as `box`: kinds of things come from data files and may name what we lack.
    """
    known = name if name in names() else "box"
    return QPixmap.fromImage(_image(known, theme().color(role).name(), size, ratio))


def icon(name: str, role: str = "ink2", size: int = 20) -> QIcon:
    """The icon for a button or an action: at scales 1, 1.5 and 2, faded where it is disabled."""
    made = QIcon()
    for ratio in (1.0, 1.5, 2.0):
        made.addPixmap(pixmap(name, role, size, ratio))
        made.addPixmap(faded(pixmap(name, "ink3", size, ratio)), QIcon.Mode.Disabled)
    return made


def faded(source: QPixmap, opacity: float = 0.5) -> QPixmap:
    """The pixmap at an opacity."""
    result = QPixmap(source.size())
    result.setDevicePixelRatio(source.devicePixelRatio())
    result.fill(QColor(0, 0, 0, 0))
    painter = QPainter(result)
    painter.setOpacity(opacity)
    painter.drawPixmap(0, 0, source)
    painter.end()
    return result
