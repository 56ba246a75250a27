"""Reading again what is shown, one reading at a time."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtCore import QObject

from ui.aio import slot


class Refresh(QObject):
    """Runs a reading. Asked again meanwhile, it runs once more after: the newest answer is always the last one drawn,
    and a flood of changes costs one reading at a time."""

    def __init__(
        self, owner: QObject, read: Callable[[], Coroutine[Any, Any, None]], failed: Callable[[Exception], None]
    ) -> None:
        """`failed` is told what the reading raised; the next `ask` tries again."""
        super().__init__(owner)
        self._read, self._failed = read, failed
        self._asked = self._running = False

    def ask(self) -> None:
        """Reads as soon as may be."""
        self._asked = True
        if not self._running:
            self._running = True
            self._run()

    @slot
    async def _run(self) -> None:
        try:
            while self._asked:
                self._asked = False
                await self._read()
        except Exception as error:  # noqa: BLE001 whatever it is, the page tells it
            self._failed(error)
        finally:
            self._running = False
