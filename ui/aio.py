"""The one door to qasync: the event loop, tasks of screens, work in the background, and the bridge from the bus.

Services are synchronous; a screen awaits them with `in_background`, so the UI thread never waits. Every failed task
reaches one handler. Nothing here may be used with a nested event loop: no `.exec()`, no static message boxes.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

# qasync takes the first binding it finds unless it is told.
os.environ.setdefault("QT_API", "pyside6")

import qasync
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from desktop.kernel.bus import Bus, Changed

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E")
S = TypeVar("S")

WORKERS = 4
"""Threads for services. Writes queue up behind the store's single writer anyway; reads run beside each other."""

WINDOW_MS = 50
"""How long the bridge gathers events before it delivers them together: below what an eye tells apart."""

ErrorHandler = Callable[[BaseException], None]

_workers: ThreadPoolExecutor | None = None
_tasks: set[asyncio.Task[Any]] = set()
_of_owner: dict[int, set[asyncio.Task[Any]]] = {}
_on_error: ErrorHandler | None = None


# The loop


def new_loop(app: QApplication) -> asyncio.AbstractEventLoop:
    """An asyncio loop that runs on Qt's."""
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(app)
    loop.set_exception_handler(_loop_error)
    return loop


def run(app: QApplication, main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Runs `main` on Qt's event loop until it returns, ends what tasks are left, and gives its result."""
    app.setQuitOnLastWindowClosed(False)
    with asyncio.Runner(loop_factory=lambda: new_loop(app)) as runner:
        try:
            return runner.run(_with_tidy_end(main))
        finally:
            stop_workers()


async def _with_tidy_end(main: Callable[[], Coroutine[Any, Any, int]]) -> int:
    try:
        return await main()
    finally:
        await cancel_tasks()


async def cancel_tasks() -> None:
    """Cancels every task of a screen and waits until they have ended."""
    left = [task for task in _tasks if not task.done()]
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def stop_workers() -> None:
    """Waits for what runs in the background and ends its threads; the next `in_background` starts new ones."""
    global _workers
    if _workers is not None:
        _workers.shutdown(wait=True, cancel_futures=True)
        _workers = None


# Tasks


def in_background(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]:
    """Runs `work` on a background thread; await it for the result or its exception."""
    global _workers
    if _workers is None:
        _workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="linli-ui")
    return asyncio.get_running_loop().run_in_executor(_workers, functools.partial(_worded, work, *args, **kwargs))


def _worded(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Does the work; a store that refuses is told in words a person can act on."""
    from desktop.security.errors import worded

    try:
        return work(*args, **kwargs)
    except Exception as error:
        said = worded(error)
        if said is None:
            raise
        raise said from error


def start(work: Coroutine[Any, Any, Any], owner: QObject | None = None) -> asyncio.Task[Any]:
    """Starts a task. It is cancelled when `owner` is destroyed, so that no answer meets a page that is gone."""
    task = asyncio.get_running_loop().create_task(work)
    _tasks.add(task)
    if owner is not None:
        key = id(owner)
        if key not in _of_owner:
            _of_owner[key] = set()
            owner.destroyed.connect(lambda: _owner_gone(key))
        _of_owner[key].add(task)
        task.add_done_callback(lambda done: _of_owner.get(key, set()).discard(done))
    task.add_done_callback(_finished)
    return task


def slot(method: Callable[Concatenate[S, P], Coroutine[Any, Any, None]]) -> Callable[Concatenate[S, P], None]:
    """Makes a coroutine method callable from a signal: it starts a task that belongs to the object.

    What a signal hands over beyond the method's parameters, as the `checked` of a button, is left out.
    """
    takes = len(inspect.signature(method).parameters) - 1

    @functools.wraps(method)
    def starting(self: S, *args: P.args, **kwargs: P.kwargs) -> None:
        call: Any = method
        start(call(self, *args[:takes], **kwargs), self if isinstance(self, QObject) else None)

    return cast(Callable[Concatenate[S, P], None], starting)


def on_error(handler: ErrorHandler | None) -> None:
    """Who hears of tasks that failed: the window, which shows a banner."""
    global _on_error
    _on_error = handler


def report(error: BaseException) -> None:
    """Hands a failure to the handler, as if a task had ended with it."""
    if _on_error is not None:
        _on_error(error)
    else:
        log.error("a task of the window failed", exc_info=error)


def _finished(task: asyncio.Task[Any]) -> None:
    _tasks.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        report(error)


def _owner_gone(key: int) -> None:
    for task in _of_owner.pop(key, set()):
        task.cancel()


def _loop_error(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if isinstance(error, BaseException):
        report(error)
    else:
        log.error("the event loop says: %s", context.get("message"))


# The bridge


def merge(events: Iterable[object]) -> list[object]:
    """What of a burst is worth delivering: all `Changed` as one, everything else once and in order."""
    ids: dict[str, set[str]] = {}
    others: list[object] = []
    for event in events:
        if isinstance(event, Changed):
            for kind, changed in event.ids.items():
                ids.setdefault(kind, set()).update(changed)
        else:
            others.append(event)
    return [*others, *([Changed({kind: frozenset(found) for kind, found in ids.items()})] if ids else [])]


class Bridge(QObject):
    """Carries events of the bus to the Qt thread, a burst of them as few.

    The first event after a silence comes at once; what follows within `WINDOW_MS` comes together.
    """

    _arrived = Signal()

    def __init__(self, bus: Bus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus = bus
        self._lock = threading.Lock()
        self._waiting: list[object] = []
        self._told = False
        self._handlers: dict[type[Any], list[Callable[[Any], None]]] = {}
        self._unsubscribe: list[Callable[[], None]] = []
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WINDOW_MS)
        self._timer.timeout.connect(self._deliver)
        self._arrived.connect(self._arrival, Qt.ConnectionType.QueuedConnection)

    def on(self, event: type[E], handler: Callable[[E], None], owner: QObject | None = None) -> Callable[[], None]:
        """Calls `handler` on the Qt thread until the returned function is called or `owner` is destroyed."""
        if event not in self._handlers:
            self._handlers[event] = []
            self._unsubscribe.append(self._bus.subscribe(event, self._hear))
        self._handlers[event].append(handler)

        def off(_owner: object = None) -> None:
            if handler in self._handlers.get(event, []):
                self._handlers[event].remove(handler)

        if owner is not None:
            owner.destroyed.connect(off)
        return off

    def close(self) -> None:
        """Hears and delivers nothing any more."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe.clear()
        self._handlers.clear()
        self._timer.stop()

    def _hear(self, event: object) -> None:
        # On the sender's thread.
        with self._lock:
            self._waiting.append(event)
            tell = not self._told
            self._told = True
        if tell:
            self._arrived.emit()

    def _arrival(self) -> None:
        if not self._timer.isActive():
            self._deliver()

    def _deliver(self) -> None:
        with self._lock:
            events, self._waiting = self._waiting, []
            self._told = bool(events)
        if not events:
            return
        # Told stays set while the timer runs: until then nobody needs to wake this thread again.
        self._timer.start()
        for event in merge(events):
            for handler in list(self._handlers.get(type(event), [])):
                try:
                    handler(event)
                except Exception as error:  # noqa: BLE001 one page's mistake is told and does not keep the others from hearing
                    report(error)
