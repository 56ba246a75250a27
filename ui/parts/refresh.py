"""Reading again what is shown, one reading at a time."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget

from ui.aio import slot


class Refresh(QObject):
    """Runs a reading. Asked again meanwhile, it runs once more after: the newest answer is always the last one drawn,
    and a flood of changes costs one reading at a time. While its page is hidden it only remembers that it was asked."""

    def __init__(
        self, owner: QWidget, read: Callable[[], Coroutine[Any, Any, None]], failed: Callable[[Exception], None]
    ) -> None:
        """`failed` is told what the reading raised; the next `ask` tries again, also one that came meanwhile."""
        super().__init__(owner)
        self._read, self._failed = read, failed
        self._page = owner
        self._asked = self._running = False
        owner.installEventFilter(self)

    def ask(self) -> None:
        """Reads as soon as may be, and as somebody can see it."""
        self._asked = True
        self._start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and watched is self._page:
            self._start()
        return False

    def _start(self) -> None:
        if self._asked and not self._running and self._page.isVisible():
            self._running = True
            self._run()

    @slot
    async def _run(self) -> None:
        try:
            while self._asked and self._page.isVisible():
                self._asked = False
                try:
                    await self._read()
                except Exception as error:  # noqa: BLE001 whatever it is, the page tells it
                    self._failed(error)
        finally:
            self._running = False
