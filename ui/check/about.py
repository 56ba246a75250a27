"""What this program is and stands on."""

from __future__ import annotations

import platform
from importlib.metadata import version

from PySide6 import __version__ as pyside
from PySide6.QtCore import qVersion

from ui.shell.context import Context


def about_facts(context: Context) -> list[tuple[str, str]]:
    """Versions, terminal, store and licences."""
    words, console = context.words, context.console
    return [
        (words("about.version"), f"Linli {version('linli')}"),
        (words("about.terminal"), console.terminal),
        (words("about.store"), str(console.data_dir)),
        (words("about.python"), f"{platform.python_version()} · {platform.system()} {platform.release()}"),
        ("Qt", f"{qVersion()} · PySide6 {pyside}"),
        ("SQLAlchemy", version("SQLAlchemy")),
        ("SQLCipher", version("sqlcipher3")),
        ("MQTT", f"paho-mqtt {version('paho-mqtt')}"),
        (words("about.licence"), words("about.licence_text")),
        (words("about.fonts"), words("about.fonts_text")),
    ]
