"""The sample's site plan with the tests' things on it."""

from __future__ import annotations

from desktop.plans.sample import draw_sample
from tests.ui.pages import GAS, LIFT, PUMP, SUMP, Site

PLACES = {SUMP: (0.64, 0.64), GAS: (0.47, 0.28), LIFT: (0.83, 0.31), PUMP: (0.156, 0.446)}


def draw_site(site: Site) -> None:
    """The sample's own devices are strangers here, and say so."""
    boss, plans = site.sign_in("boss"), site.console.plans
    site.off(draw_sample, plans, boss)
    site.off(plans.put_all, boss, site.off(plans.all)[0].id, PLACES)
