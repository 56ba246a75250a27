"""Where the store is and what opens it, as the command line says it. Light: the way to the first window leads here."""

from __future__ import annotations

import argparse
import os
from pathlib import Path


def data_dir(args: argparse.Namespace) -> Path:
    """The store's folder: `--data-dir`, else the platform's data folder."""
    if args.data_dir:
        return Path(args.data_dir)
    import platformdirs

    return Path(platformdirs.user_data_dir("linli", appauthor=False))


def given_passphrase(args: argparse.Namespace) -> str | None:
    """`--passphrase-file`, else LINLI_PASSPHRASE, else None."""
    if args.passphrase_file:
        return str(args.passphrase_file.read_text(encoding="utf-8").rstrip("\r\n"))
    return os.environ.get("LINLI_PASSPHRASE") or None
