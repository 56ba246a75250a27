"""The energy report says what the page says, as plain text on A4, and its making is on record."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from db.store import Records
from db.tables.journal import Entry
from desktop.energy.views import EnergyReport, Part
from desktop.kernel.errors import NotAllowed
from desktop.kernel.words import Lang
from desktop.reports.service import ReportFile, Reports
from desktop.security.principal import Principal
from tests.desktop.reports.support import NO_CASES, GivenAlarms, GivenCommunity, GivenEnergy, november
from tests.support.fakes import START, FakeClock

WHO = Principal("op", "op", "张桂芳", frozenset({"clerk"}), frozenset({"reports.make"}), "D1")


def made(records: Records, clock: FakeClock, told: EnergyReport, lang: Lang = "zh", who: Principal = WHO) -> ReportFile:
    reports = Reports(records, clock, GivenAlarms([]), GivenCommunity("阳光花园社区"), GivenEnergy(told), NO_CASES)
    return reports.energy(who, "water", "month", START.date(), lang)


def text_of(report: ReportFile) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(report.data)).pages)


def test_the_figures_the_parts_and_the_findings_are_told(records: Records, clock: FakeClock) -> None:
    report = made(records, clock, november())
    text = text_of(report)
    for said in (
        "能耗月报·水", "2026年11月", "阳光花园社区", "3,225m³", "已抄22天", "−2.3%", "比去年同期少75.6m³",
        "10.0%●偏高", "总表3,225m³，少计322.9m³", "公共区域", "绿化浇灌", "1号楼居民用水表11月14日夜间4.2m³，平时0.6m³",
        "1号楼居民用水表11月18日：读数倒退", "1号楼居民用水表7", "2,712", "+0.6%", str(report.head),
    ):  # fmt: skip
        assert said in text, said
    assert report.path_suggestion == "能耗月报-·-水_阳光花园社区_2026-11.pdf"


def test_english_says_the_same(records: Records, clock: FakeClock) -> None:
    text = text_of(made(records, clock, november(), "en"))
    for said in ("Monthlyenergyreport·Water", "Leakage", "10.0%●High", "Commonareas", "countedbackwards"):
        assert said in text, said


def test_a_month_without_readings_says_so(records: Records, clock: FakeClock) -> None:
    empty = EnergyReport(
        medium="water", unit="m³", first="2026-11-01", last="2026-11-30", total=0.0, before=None, columns=(),
        buildings=(), uses=(), meters=(), loss=None, nights=(), doubts=(),
    )  # fmt: skip
    assert "本时段没有抄表记录。" in text_of(made(records, clock, empty))


def test_a_thousand_meters_go_over_pages_with_their_head_and_every_font_is_embedded(
    records: Records, clock: FakeClock
) -> None:
    report = made(records, clock, november(meters=1000))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(report.data)).pages]
    assert len(pages) > 10
    assert all("去年同期" in page for page in pages)
    assert "1号楼居民用水表999" in text_of(report)
    for page in PdfReader(io.BytesIO(report.data)).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            found = font.get_object()
            assert "/FontFile2" in found.get("/FontDescriptor", {}), found["/BaseFont"]


def test_a_hundred_buildings_have_their_rows_too(records: Records, clock: FakeClock) -> None:
    many = tuple(Part(f"{n}号楼", f"{n}号楼", 500.0 - n, None) for n in range(1, 101))
    text = text_of(made(records, clock, replace(november(), buildings=many)))
    assert all(f"{n}号楼" in text for n in range(1, 101))


@pytest.mark.parametrize("name", ["<b>x</b> & <i>", '<img src="/etc/passwd"/>', "{n} %s", "表" * 3000, "\u202egnp.exe"])
def test_hostile_names_stay_text(records: Records, clock: FakeClock, name: str) -> None:
    report = made(records, clock, november(name))
    assert b"/URI" not in report.data and b"/Subtype /Image" not in report.data
    if name.startswith("<"):
        assert "".join(name.split()) in text_of(report)


def test_the_making_is_on_record_with_the_print_of_what_was_made(records: Records, clock: FakeClock) -> None:
    one = made(records, clock, november())
    entry = records.read(lambda s: s.scalars(select(Entry).order_by(Entry.n.desc()).limit(1)).one())
    assert (entry.op, entry.kind, entry.actor_name) == ("reports.energy", "report", "张桂芳")
    told = json.loads(entry.body)["after"]
    assert told["sha256"] == hashlib.sha256(one.data).hexdigest()
    assert (told["medium"], told["since"], told["until"], told["rows"]) == ("water", "2026-11-01", "2026-11-30", 8)


def test_only_who_may_makes_it(records: Records, clock: FakeClock) -> None:
    guard = Principal("g", "g", "冯", frozenset({"guard"}), frozenset({"things.see"}), "D1")
    with pytest.raises(NotAllowed):
        made(records, clock, november(), who=guard)
