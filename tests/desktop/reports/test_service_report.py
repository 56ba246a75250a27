"""The report of promised times says what the page says, as plain text on A4, and its making is on record."""

from __future__ import annotations

import hashlib
import io
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from db.store import Records
from db.tables.journal import Entry
from desktop.cases.calendar import load_calendars
from desktop.cases.figures import Figures, Reckoner
from desktop.cases.loading import load_definitions
from desktop.cases.told import length, percent
from desktop.kernel.errors import NotAllowed
from desktop.kernel.words import Lang, Words
from desktop.reports.service import ReportFile, Reports
from desktop.security.principal import Principal
from resources.loader import folder
from tests.desktop.cases.kinds import write_kinds
from tests.desktop.cases.test_figures import drawn
from tests.desktop.reports.support import NO_ENERGY, GivenAlarms, GivenCommunity, GivenFigures
from tests.support.fakes import START, FakeClock

WHO = Principal("op", "op", "张桂芳", frozenset({"clerk"}), frozenset({"reports.make"}), "D1")
UNTIL = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=7)


@pytest.fixture
def told(tmp_path: Path) -> Figures:
    fix = load_definitions(write_kinds(tmp_path / "kinds")).newest()["fix"]
    chance = random.Random(3)
    cases = [drawn(fix, n, chance) for n in range(120)]
    return Reckoner(load_calendars(folder("calendars")), START, 480, {"li": "李<b>工</b>"}).figures(cases, SINCE, UNTIL)


def made(records: Records, clock: FakeClock, told: Figures, lang: Lang = "zh", who: Principal = WHO) -> ReportFile:
    reports = Reports(records, clock, GivenAlarms([]), GivenCommunity("阳光花园社区"), NO_ENERGY, GivenFigures(told))
    return reports.service_report(who, SINCE, UNTIL, lang)


def text_of(report: ReportFile) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(report.data)).pages)


def test_rates_whom_it_waited_for_and_what_is_late_are_told(records: Records, clock: FakeClock, told: Figures) -> None:
    report = made(records, clock, told)
    text, whole, words = text_of(report), told.whole, Words("zh")
    for said in (
        "服务时效报告", "2026-11-16至2026-11-22", "阳光花园社区", percent(whole.promises.on_time),
        f"到期{whole.promises.decided}项，按时{whole.promises.met}项", "等物业", "等业主", "等第三方",
        f"{whole.waited.us / 60:,.1f}", f"{whole.waited.resident / 60:,.1f}", f"{whole.waited.others / 60:,.1f}",
        percent(whole.waited.us / whole.waited.total), "维修·响应", "维修·办结", told.late[0].number,
        "".join(length(words, told.late[0].over).split()), "李<b>工</b>", "未派单", str(report.head),
    ):  # fmt: skip
        assert said in text, said
    assert report.path_suggestion == "服务时效报告_阳光花园社区_20261116-20261122.pdf"


def test_english_says_the_same(records: Records, clock: FakeClock, told: Figures) -> None:
    text = text_of(made(records, clock, told, "en"))
    for said in ("Reportofpromisedtimes", "Waitingonus", "Ontheresident", "Byperson", "Nobody", "Repair·Respond"):
        assert said in text, said


def test_a_period_without_cases_says_so(records: Records, clock: FakeClock) -> None:
    empty = Reckoner({}, START).figures([], SINCE, UNTIL)
    assert "本时段没有工单。" in text_of(made(records, clock, empty))


def test_its_making_is_on_record_with_what_was_made(records: Records, clock: FakeClock, told: Figures) -> None:
    report = made(records, clock, told)
    entry = records.read(lambda session: session.scalars(select(Entry).order_by(Entry.n.desc())).first())
    assert entry is not None
    assert (entry.op, entry.kind, entry.entity_id) == ("reports.service", "report", "service")
    assert json.loads(entry.body)["after"]["sha256"] == hashlib.sha256(report.data).hexdigest()


def test_who_may_not_make_reports_makes_none(records: Records, clock: FakeClock, told: Figures) -> None:
    nobody = Principal("op", "op", "", frozenset(), frozenset({"cases.see"}), "D1")
    with pytest.raises(NotAllowed):
        made(records, clock, told, who=nobody)


@pytest.mark.parametrize(
    ("share", "said"), [(None, "—"), (1.0, "100%"), (0.9999, "99.9%"), (0.0, "0.0%"), (1 / 3, "33.3%")]
)
def test_what_is_not_all_never_reads_as_all(share: float | None, said: str) -> None:
    assert percent(share) == said
