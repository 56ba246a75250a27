"""The pages of the console, in the order of the sidebar. A page's code is loaded when the page is first visited."""

from __future__ import annotations

from ui.parts.page import Page
from ui.shell.context import Context, PageSpec


def _overview(context: Context) -> Page:
    from ui.overview.page import OverviewPage

    return OverviewPage(context)


def _things(context: Context) -> Page:
    from ui.things.page import ThingsPage

    return ThingsPage(context)


def _plans(context: Context) -> Page:
    from ui.plans.page import PlansPage

    return PlansPage(context)


def _trends(context: Context) -> Page:
    from ui.trends.page import TrendsPage

    return TrendsPage(context)


def _energy(context: Context) -> Page:
    from ui.energy.page import EnergyPage

    return EnergyPage(context)


def _alarms(context: Context) -> Page:
    from ui.alarms.page import AlarmsPage

    return AlarmsPage(context)


def _intake(context: Context) -> Page:
    from ui.intake.page import IntakePage

    return IntakePage(context)


def _cases(context: Context) -> Page:
    from ui.cases.page import CasesPage

    return CasesPage(context)


def _work(context: Context) -> Page:
    from ui.work.page import WorkPage

    return WorkPage(context)


def _service(context: Context) -> Page:
    from ui.service.page import ServicePage

    return ServicePage(context)


def _planned(context: Context) -> Page:
    from ui.planned.page import PlannedPage

    return PlannedPage(context)


def _assets(context: Context) -> Page:
    from ui.assets.page import AssetsPage

    return AssetsPage(context)


def _duty(context: Context) -> Page:
    from ui.duty.page import DutyPage

    return DutyPage(context)


def _accounts(context: Context) -> Page:
    from ui.security.accounts import AccountsPage

    return AccountsPage(context)


def _journal(context: Context) -> Page:
    from ui.journal.page import JournalPage

    return JournalPage(context)


def _check(context: Context) -> Page:
    from ui.check.page import CheckPage

    return CheckPage(context)


PAGES: tuple[PageSpec, ...] = (
    PageSpec("overview", "layout-dashboard", _overview),
    PageSpec("alarms", "bell", _alarms, "alarms.see"),
    PageSpec("intake", "phone-call", _intake, "cases.open", "desk"),
    PageSpec("cases", "clipboard-list", _cases, "cases.see", "desk"),
    PageSpec("work", "clipboard-check", _work, "cases.see", "desk"),
    PageSpec("planned", "refresh-cw", _planned, "cases.see", "desk"),
    PageSpec("service", "timer", _service, "cases.see", "desk"),
    PageSpec("assets", "package", _assets, "cases.see", "desk"),
    PageSpec("things", "cpu", _things, "things.see", "plant"),
    PageSpec("plans", "map-pin", _plans, "things.see", "plant"),
    PageSpec("trends", "trending-up", _trends, "things.see", "plant"),
    PageSpec("energy", "zap", _energy, "things.see", "plant"),
    PageSpec("duty", "calendar", _duty, "", "staff"),
    PageSpec("accounts", "users", _accounts, "accounts.manage", "foot"),
    PageSpec("journal", "book-open-text", _journal, "journal.see", "foot"),
    PageSpec("check", "shield-check", _check, "", "foot"),
)
