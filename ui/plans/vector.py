"""A vector drawing from outside made into pixels once, when it is taken in, by a process that may be ended.

How long a drawing takes cannot be told from its size (a kilobyte of zig-zag takes seconds, a few take minutes), and Qt lets
nobody else run while it draws. So no console ever draws one: it keeps the picture that came out in time.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection

from desktop.plans.pictures import PictureRefused

PATIENCE = 20.0
"""Seconds for the process to start and to draw."""
MOST_MEMORY = 2 * 2**30


def as_png(svg: bytes, patience: float = PATIENCE) -> bytes:
    """A checked SVG as PNG, on white. Waits; raises PictureRefused("complex") when it takes too long or too much, and
    "damaged" when there is nothing to draw."""
    ours, theirs = get_context("spawn").Pipe(duplex=False)
    process = get_context("spawn").Process(target=_draw, args=(theirs, svg), name="linli-drawing", daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(patience):
            raise PictureRefused("complex", f"not drawn in {patience:g} s")
        png = ours.recv_bytes()
    except EOFError as error:
        raise PictureRefused("complex", "the drawing ended its process") from error
    finally:
        ours.close()
        process.kill()
        process.join(10)
    if not png:
        raise PictureRefused("damaged")
    return png


def _draw(pipe: Connection, svg: bytes) -> None:
    """The process: no screen, little memory, one drawing."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if sys.platform != "win32":
        import resource

        # Not every system lets a process bound its own memory; the time is bounded all the same.
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    from PySide6.QtCore import QBuffer, QIODevice
    from PySide6.QtGui import QFont, QGuiApplication

    from ui.plans.paper import vector
    from ui.theme.fonts import FAMILY, load_weight

    application = QGuiApplication([])
    load_weight(400)
    application.setFont(QFont(FAMILY))
    image = vector(svg)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    drawn = not image.isNull() and image.save(buffer, "PNG")  # type: ignore[call-overload]
    pipe.send_bytes(bytes(buffer.data().data()) if drawn else b"")
    pipe.close()
    application.quit()
