from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.broker import Mosquitto


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A real broker with its default limits."""
    found = Mosquitto(tmp_path, "sys_interval 1")
    yield found
    found.stop()
