"""The overview shows the same small site as the devices page."""

from tests.ui.things.conftest import on_loop, site

__all__ = ["on_loop", "site"]
