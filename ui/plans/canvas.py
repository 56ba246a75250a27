"""The drawing with its marks: fits, zooms, is dragged; marks are chosen, opened and, while editing, moved."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QBrush,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGraphicsPixmapItem,
    QGraphicsScene,
    QGraphicsView,
    QToolTip,
    QWidget,
)

from ui.parts.text import tip_text
from ui.plans.ink import SIZE, label_lines, label_rect, paint_cluster, paint_label
from ui.plans.marks import Cluster, Pin, clusters
from ui.theme.tokens import theme

LARGEST_ZOOM, STEP = 8.0, 1.25
LABELS_FROM = 1.5
"""From this zoom on every mark shows its value."""
MARGIN = 32
NUDGE, FAR_NUDGE = 0.005, 0.03
"""Shares of the drawing that an arrow key moves a mark, alone and with Shift."""
SETTLED_MS = 600
"""After so long without another arrow key a mark has arrived: one act, not forty."""

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip


class Canvas(QGraphicsView):
    """Marks keep their size at every zoom, and so they are painted over the scene and are no items of it.

    Signals:
        chosen(id): a mark was chosen, "" for none.
        opened(id): Enter or a double click.
        moved(id, x, y): a mark was put elsewhere, in shares of the drawing.
    """

    chosen = Signal(str)
    opened = Signal(str)
    moved = Signal(str, float, float)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setScene(QGraphicsScene(self))
        self._paper = QGraphicsPixmapItem()
        self._paper.setTransformationMode(Qt.TransformationMode.SmoothTransformation)
        self.scene().addItem(self._paper)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.AnchorUnderMouse)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAccessibleName(name)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        self._sheet = QRectF()
        self._levels: tuple[QPixmap, ...] = ()
        """The drawing, and its halves and quarters: scaling one far down at once would fray its lines."""
        self._pins: tuple[Pin, ...] = ()
        self._selected = ""
        self._zoom = 1.0
        self._editing = False
        self._dragging: tuple[str, QPointF] | None = None
        self._lifted: tuple[str, float, float] | None = None
        """A mark on its way, and where it is."""
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLED_MS)
        self._settle.timeout.connect(self.put_down)

    # What it shows

    def show_paper(self, image: QImage) -> None:
        """Another drawing, fitted."""
        self._sheet = QRectF(image.rect())
        self._levels = _halves(image)
        self._paper.setPixmap(self._levels[0])
        self._paper.setScale(1.0)
        rect = self._sheet
        self.scene().setSceneRect(rect.adjusted(-rect.width(), -rect.height(), rect.width(), rect.height()))
        self.fit()

    def show_pins(self, pins: Sequence[Pin]) -> None:
        """What stands on it now; painted anew only when something that can be seen changed."""
        if tuple(pins) != self._pins:
            self._pins = tuple(pins)
            if self._selected and not any(pin.id == self._selected for pin in pins):
                self.choose("")
            self._tell()
            self.viewport().update()

    def pins(self) -> tuple[Pin, ...]:
        return self._pins

    def set_editing(self, on: bool) -> None:
        """While editing no marks share one, and the arrow keys move the chosen one."""
        self.put_down()
        self._editing = on
        self.viewport().update()

    def selected(self) -> str:
        return self._selected

    def choose(self, id_: str) -> None:
        """Chooses a mark; "" none, an unknown one changes nothing."""
        if id_ == self._selected or (id_ and not any(pin.id == id_ for pin in self._pins)):
            return
        self.put_down()
        self._selected = id_
        self._tell()
        self.chosen.emit(id_)
        self.viewport().update()

    def place_of(self, id_: str) -> QPointF | None:
        """Where a mark lies in the viewport, in pixels."""
        pin = next((pin for pin in self._pins if pin.id == id_), None)
        return self._at(pin) if pin else None

    def share_at(self, at: QPointF) -> tuple[float, float] | None:
        """A point of the viewport in shares of the drawing; None beside it."""
        rect = self._sheet
        inside = self.viewportTransform().inverted()[0].map(at)
        if rect.isEmpty() or not rect.contains(inside):
            return None
        return inside.x() / rect.width(), inside.y() / rect.height()

    def clusters(self) -> list[Cluster]:
        """What is drawn: marks, and marks of many."""
        at = {pin.id: (point.x(), point.y()) for pin in self._pins for point in (self._at(pin),)}
        apart = frozenset(at) if self._editing else frozenset({self._selected})
        return clusters(self._pins, at, apart)

    # Zoom

    @property
    def zoom(self) -> float:
        """1 is the whole drawing fitted."""
        return self._zoom

    def fit(self) -> None:
        self._zoom = 1.0
        self._apply()
        self.centerOn(self._sheet.center())

    def zoom_by(self, factor: float) -> None:
        self._zoom = min(LARGEST_ZOOM, max(1.0, self._zoom * factor))
        self._apply()
        if self._zoom == 1.0:
            self.centerOn(self._sheet.center())

    def _apply(self) -> None:
        rect = self._sheet
        if rect.isEmpty():
            return
        room = self.viewport().size()
        fitted = min((room.width() - MARGIN) / rect.width(), (room.height() - MARGIN) / rect.height())
        scale = max(0.001, fitted) * self._zoom / self.transform().m11()
        self.scale(scale, scale)
        wanted = self.transform().m11() * rect.width() * self.devicePixelRatioF()
        level = next((level for level in reversed(self._levels) if level.width() >= wanted), self._levels[0])
        if level.cacheKey() != self._paper.pixmap().cacheKey():
            self._paper.setPixmap(level)
            self._paper.setScale(rect.width() / level.width())
        self.viewport().update()

    # Painting

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        painter.fillRect(rect, QBrush(theme().color("sunken")))

    def drawForeground(self, painter: QPainter, _rect: QRectF | QRect) -> None:
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = self.clusters()
        # The most urgent last, so that it lies on top.
        for cluster in reversed(shown):
            own = any(pin.id == self._selected for pin in cluster.pins)
            paint_cluster(painter, cluster, own, self.hasFocus())
        self._paint_labels(painter, shown)
        painter.restore()

    def _paint_labels(self, painter: QPainter, shown: Sequence[Cluster]) -> None:
        """The chosen mark's first; others where they cover neither a mark nor another label."""
        taken: list[QRectF] = []
        discs = [QRectF(c.at[0] - SIZE / 2, c.at[1] - SIZE / 2, SIZE, SIZE) for c in shown]
        for cluster in sorted(shown, key=lambda cluster: cluster.worst.id != self._selected):
            own = cluster.worst.id == self._selected
            lines = label_lines(cluster.worst, own)
            if not lines or not (own or (self._zoom >= LABELS_FROM and len(cluster.pins) == 1)):
                continue
            rect = label_rect(cluster, lines)
            if own or not any(rect.intersects(other) for other in (*taken, *discs)):
                paint_label(painter, rect, lines)
                taken.append(rect)

    def _at(self, pin: Pin) -> QPointF:
        rect = self._sheet
        x, y = (self._lifted[1:]) if self._lifted and self._lifted[0] == pin.id else (pin.x, pin.y)
        return self.viewportTransform().map(QPointF(x * rect.width(), y * rect.height()))

    def _tell(self) -> None:
        pin = next((pin for pin in self._pins if pin.id == self._selected), None)
        self.setAccessibleDescription(pin.spoken() if pin else "")

    # Mouse

    def _under(self, at: QPointF) -> Cluster | None:
        near = [c for c in self.clusters() if (QPointF(*c.at) - at).manhattanLength() < SIZE]
        return min(near, key=lambda c: (QPointF(*c.at) - at).manhattanLength(), default=None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus()
        found = self._under(event.position()) if event.button() == Qt.MouseButton.LeftButton else None
        if found is None:
            super().mousePressEvent(event)
            self.choose("")
            return
        if len(found.pins) > 1 and self._zoom < LARGEST_ZOOM:
            self.zoom_by(2.0)
            return
        self.choose(found.worst.id)
        if self._editing:
            self._dragging = (found.worst.id, event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._dragging is None:
            super().mouseMoveEvent(event)
            over = self._under(event.position())
            if not event.buttons():
                self.viewport().setCursor(
                    Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
                )  # fmt: skip
            return
        id_, began = self._dragging
        if self._lifted is None and (event.position() - began).manhattanLength() < QApplication.startDragDistance():
            return
        share = self.share_at(event.position())
        if share is not None:
            self._lifted = (id_, *share)
            self.viewport().update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._dragging is None:
            super().mouseReleaseEvent(event)
            return
        self._dragging = None
        self.put_down()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        found = self._under(event.position())
        if found is not None and len(found.pins) == 1:
            self.opened.emit(found.worst.id)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().y():
            self.zoom_by(STEP if event.angleDelta().y() > 0 else 1 / STEP)
        event.accept()

    def viewportEvent(self, event: object) -> bool:
        if isinstance(event, QHelpEvent):
            found = self._under(QPointF(event.pos()))
            text = "\n".join(f"{pin.name} · {pin.state.spoken()}" for pin in found.pins[:8]) if found else ""
            QToolTip.showText(event.globalPos(), tip_text(text), self)
            return True
        return super().viewportEvent(event)  # type: ignore[arg-type]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._apply()
        if self._zoom == 1.0:
            self.centerOn(self._sheet.center())

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._selected:
            self.opened.emit(self._selected)
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self._step(1 if key == Qt.Key.Key_PageDown else -1)
        elif key == Qt.Key.Key_Escape and self._selected:
            self.choose("")
        elif key in _ARROWS and self._editing and self._selected:
            far = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._nudge(*_ARROWS[key], FAR_NUDGE if far else NUDGE)
        elif key in _ARROWS and self._zoom == 1.0:
            self._step(1 if sum(_ARROWS[key]) > 0 else -1)
        else:
            super().keyPressEvent(event)

    def _step(self, by: int) -> None:
        """To the next mark as one reads, line by line."""
        order = [pin.id for pin in sorted(self._pins, key=lambda pin: (round(pin.y, 1), pin.x))]
        if order:
            at = order.index(self._selected) + by if self._selected in order else (0 if by > 0 else -1)
            self.choose(order[at % len(order)])
            point = self.place_of(self._selected)
            if point is not None and not self.viewport().rect().contains(point.toPoint()):
                self.centerOn(self.mapToScene(point.toPoint()))

    def _nudge(self, dx: int, dy: int, by: float) -> None:
        pin = next(pin for pin in self._pins if pin.id == self._selected)
        x, y = self._lifted[1:] if self._lifted else (pin.x, pin.y)
        self._lifted = (pin.id, min(1.0, max(0.0, x + dx * by)), min(1.0, max(0.0, y + dy * by)))
        self._settle.start()
        self.viewport().update()

    def put_down(self) -> None:
        """What is on its way has arrived. The mark stays there until the store's answer says the same."""
        self._settle.stop()
        if self._lifted is not None:
            id_, x, y = self._lifted
            self._pins = tuple(_moved(pin, x, y) if pin.id == id_ else pin for pin in self._pins)
            self._lifted = None
            self.moved.emit(id_, x, y)


def _halves(image: QImage) -> tuple[QPixmap, ...]:
    """The image and its halves, down to about a small window's width."""
    levels = [image]
    while levels[-1].width() > 400:
        half = levels[-1].size() / 2
        levels.append(
            levels[-1].scaled(half, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
        )
    return tuple(QPixmap.fromImage(level) for level in levels)


def _moved(pin: Pin, x: float, y: float) -> Pin:
    return Pin(pin.id, x, y, pin.name, pin.state, pin.values, pin.gone, pin.out)
