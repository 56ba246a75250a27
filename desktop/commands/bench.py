"""`linli bench`: figures as JSON, each beside a limit of this machine taken in the same run."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop.commands.stores import print_json


def bench(
    args: argparse.Namespace,
    ui_bench: Callable[[float | None], dict[str, Any]],
    open_cases: Callable[[Path], dict[str, Any]],
) -> int:
    """Runs one benchmark and prints it. `ui_bench` and `open_cases` are handed in because they need a window."""
    if args.name == "ingest":
        from desktop.bench.ingest import run as run_ingest

        print_json(run_ingest() if args.seconds is None else run_ingest(seconds=args.seconds))
    elif args.name == "history":
        from desktop.bench.history import run as run_history

        print_json(run_history() if args.points is None else run_history(points=args.points))
    elif args.name == "cases":
        from desktop.bench.cases import run as run_cases

        print_json(run_cases(open_page=open_cases))
    elif args.name == "start":
        from desktop.bench.start import run as run_start

        print_json(run_start())
    else:
        print_json(ui_bench(args.seconds))
    return 0
