"""Which terminal this is."""

from __future__ import annotations

import json
from pathlib import Path

from db.files import write_whole


def terminal_code(data_dir: Path) -> str:
    """This terminal's short code, part of every human number it gives ("D1"); made at the first call."""

    path = data_dir / "terminal.json"
    if not path.exists():
        # Whole or not at all: half a file would keep the console from ever opening again.
        write_whole(path, json.dumps({"code": "D1"}).encode())
    return str(json.loads(path.read_text(encoding="utf-8"))["code"])
