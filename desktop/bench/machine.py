"""What the figures were taken on."""

from __future__ import annotations

import os
import platform
import threading
from pathlib import Path
from typing import Any


def machine() -> dict[str, Any]:
    """Cores, Python, system and the load when the run began."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "load": load,
    }


def waited_for_cpu() -> float:
    """Milliseconds for which the calling thread was ready to run and no CPU was free, since it began; 0 where the system
    does not tell (anything but Linux)."""
    try:
        told = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat").read_text("ascii")
    except OSError:
        return 0.0
    return int(told.split()[1]) / 1e6
