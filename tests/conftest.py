"""Strict by default: an unexpected log warning, a leaked thread or a Qt warning fails the test that made it."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")
os.environ["TZ"] = "Asia/Shanghai"
time.tzset() if hasattr(time, "tzset") else None

from db.engine import open_engine
from db.store import Records, create_schema
from desktop.cases import service as case_service
from tests.support.broker import Mosquitto
from tests.support.definitions import definitions_once
from tests.support.fakes import FakeClock, FakeIds

KEY = bytes(range(32))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "qtbot" in getattr(item, "fixturenames", ()) or "qapp" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.gui)
    # Quick, pure tests first: a broken rule is told before a window is opened.
    items.sort(key=lambda item: ("slow" in item.keywords, "gui" in item.keywords))


@pytest.fixture(scope="session", autouse=True)
def kinds_are_read_once() -> Iterator[None]:
    """Every test that has a `Cases` of its own would read some thirty files anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(case_service, "load_definitions", definitions_once)
        yield


@pytest.fixture(autouse=True)
def no_unexpected_warnings(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that logs a warning or worse without asking for `caplog`."""
    records: list[logging.LogRecord] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    handler = Collector(logging.WARNING)
    logging.getLogger().addHandler(handler)
    yield
    logging.getLogger().removeHandler(handler)
    if records and "caplog" not in request.fixturenames:
        pytest.fail("unexpected log: " + "; ".join(record.getMessage() for record in records))


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """Fails a test that leaves a thread of ours running."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 5
    while leaked := [t for t in threading.enumerate() if t not in before and t.is_alive() and not _foreign(t)]:
        if time.monotonic() > deadline:
            pytest.fail(f"leaked threads: {[t.name for t in leaked]}")
        time.sleep(0.01)


def _foreign(thread: threading.Thread) -> bool:
    # Qt's and the standard library's own helper threads end with the process.
    return isinstance(thread, threading._DummyThread) or thread.name.startswith("pytest_timeout")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def new_id() -> FakeIds:
    return FakeIds()


@pytest.fixture
def key() -> bytes:
    return KEY


@pytest.fixture
def records(tmp_path: Path, key: bytes, new_id: FakeIds) -> Iterator[Records]:
    """A real, empty, encrypted records store."""
    path = tmp_path / "records.db"
    engine = open_engine(path, key, "writer")
    with engine.begin() as connection:
        create_schema(connection)
    engine.dispose()
    store = Records(path, key, new_id)
    yield store
    store.close()


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A real broker with its default limits, which says every second how it stands."""
    found = Mosquitto(tmp_path, "sys_interval 1")
    yield found
    found.stop()
