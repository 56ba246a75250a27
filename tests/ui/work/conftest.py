from __future__ import annotations

from tests.ui.cases.conftest import trial
from tests.ui.pages import founded, site

__all__ = ["founded", "site", "trial"]
