from __future__ import annotations

from pathlib import Path

import pytest

from resources.loader import folder
from tests.support.definitions import definitions_once
from tests.ui.pages import Site, founded, site

__all__ = ["founded", "site", "trial"]

KINDS = Path(__file__).parent / "kinds"


@pytest.fixture
def trial(site: Site) -> Site:
    """The site with a kind of case that has a field of every type."""
    cases = site.console.cases
    cases._loaded = definitions_once(folder("cases"), KINDS)
    cases._newest = cases._loaded.newest()
    return site
