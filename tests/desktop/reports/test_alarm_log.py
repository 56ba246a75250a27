"""The alarm log says everything, in order, as plain text, on pages a copier can take."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from db.store import Act, Records, Transaction
from db.tables.journal import Entry
from db.tables.security import Setting
from desktop.alarms.views import AlarmView
from desktop.kernel.errors import Invalid, NotAllowed
from desktop.kernel.words import Lang, Words
from desktop.reports.alarm_log import AlarmLog
from desktop.reports.fonts import drawable
from desktop.reports.pdf import Sheet, plain
from desktop.reports.service import ReportFile, Reports
from desktop.security.principal import Principal
from tests.desktop.reports.support import NO_CASES, NO_ENERGY, GivenAlarms, GivenCommunity, alarm, hostile
from tests.support.fakes import START, FakeClock

WHO = Principal("op", "op", "张桂芳", frozenset({"clerk"}), frozenset({"reports.make"}), "D1")
SINCE, UNTIL = START, START + timedelta(days=30)


def made(
    records: Records, clock: FakeClock, alarms: Sequence[AlarmView], lang: Lang = "zh", name: str = "阳光花园社区"
) -> ReportFile:
    return Reports(records, clock, GivenAlarms(alarms), GivenCommunity(name), NO_ENERGY, NO_CASES).alarm_log(
        WHO, SINCE, UNTIL, lang
    )


def pages(report: ReportFile) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(report.data)).pages]


def squeezed(text: str) -> str:
    """Without white space: where a line breaks is no matter of what is said."""
    return "".join(text.split())


@pytest.mark.parametrize(("lang", "page"), [("zh", r"第 (\d+) 页\s*共 (\d+) 页"), ("en", r"Page (\d+) of (\d+)")])
def test_every_alarm_is_there_in_order_over_numbered_a4_pages(
    records: Records, clock: FakeClock, lang: Lang, page: str
) -> None:
    report = made(records, clock, [alarm(n) for n in range(500)][::-1], lang)
    texts = pages(report)
    assert re.findall(r"#(\d{5})", "".join(texts)) == [f"{n:05d}" for n in range(500)]
    numbers = [re.search(page, text) for text in texts]
    assert [m and (int(m[1]), int(m[2])) for m in numbers] == [(n + 1, len(texts)) for n in range(len(texts))]
    for text in texts:
        assert "阳光花园社区" in text
        assert ("确认人 / 时间" if lang == "zh" else "Acknowledged") in text, "the table's head stands on every page"
        assert str(report.head) in text
    for sheet in PdfReader(io.BytesIO(report.data)).pages:
        assert sorted(round(float(side)) for side in sheet.mediabox[2:]) == [595, 842]


def test_each_column_says_what_it_should(records: Records, clock: FakeClock) -> None:
    (text,) = pages(made(records, clock, [alarm(3), alarm(6)]))
    standing, over = text.split("#00003")[0], text
    assert "未恢复" in standing
    for said in ("15:51:00", "17:42:00", "18:20:23", "38 分 23 秒", "◆", "1号楼 / 1单元 / 水泵房", "1号生活水泵"):
        assert squeezed(said) in squeezed(over) or said == "◆"
    assert squeezed("124.5 / 100 mm") in squeezed(text)
    assert "张桂芳" in text
    assert squeezed("D1-20261122-0006") in squeezed(text)
    assert "2026-11-22 · 星期日 · 2 条" in text
    assert "2026-11-22 14:00 至 2026-12-22 14:00" in text


def test_the_summary_counts(records: Records, clock: FakeClock) -> None:
    (text,) = pages(made(records, clock, [alarm(n) for n in range(6)]))
    lines = text.splitlines()
    figures = {label: lines[n - 8] for n, label in enumerate(lines) if label in ("报警总数", "尚未恢复", "尚未确认")}
    assert figures == {"报警总数": "6", "尚未恢复": "1", "尚未确认": "1"}
    assert "22 秒" in text  # the median of 20, 21, 22, 23 and 25


def test_what_nobody_was_told_of_is_not_left_unacknowledged(records: Records, clock: FakeClock) -> None:
    tried = replace(alarm(4), silent="out_of_service")
    (text,) = pages(made(records, clock, [tried, *(alarm(n) for n in range(4))]))
    lines = text.splitlines()
    assert lines[lines.index("尚未确认") - 8] == "0"
    assert "停用" in text


def test_an_empty_period_says_so(records: Records, clock: FakeClock) -> None:
    for lang, said in (("zh", "本时段没有报警。"), ("en", "There was no alarm in this period.")):
        (text,) = pages(made(records, clock, [], "zh" if lang == "zh" else "en"))
        assert said in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_font_is_embedded(records: Records, clock: FakeClock, lang: Lang) -> None:
    report = made(records, clock, [alarm(n) for n in range(40)], lang)
    fonts = {}
    for page in PdfReader(io.BytesIO(report.data)).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            found = font.get_object()
            fonts[found["/BaseFont"]] = "/FontFile2" in found.get("/FontDescriptor", {})
    assert fonts
    assert all(fonts.values()), fonts
    assert len(report.data) < 200_000


HOSTILE = (
    "<b>", "<b>bold</b> & <i>", '<img src="/etc/passwd"/>', '<a href="javascript:alert(1)">x</a>', "&lt;b&gt; &#65;",
    "<br/>" * 2000, "x" * 10_000, "中" * 10_000, "{n} %s \\n", "(a\\)b", "\t\n\r a", "", " ", "a\x00b\x1bc", "\ud800",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:12]))
def test_hostile_text_stays_text(records: Records, clock: FakeClock, text: str) -> None:
    report = made(records, clock, [hostile(text)])
    shown = squeezed("".join(pages(report)))
    assert squeezed(plain(text, 20).rstrip("…")) in shown
    assert b"/URI" not in report.data
    assert b"/Subtype /Image" not in report.data


def test_what_has_no_glyph_or_only_steers_is_shown_as_its_code(records: Records, clock: FakeClock) -> None:
    assert drawable("张𠮷\u202e👍a\u200db") == "张[U+20BB7][U+202E][U+1F44D]a[U+200D]b"
    assert "𠮷" not in (text := squeezed("".join(pages(made(records, clock, [hostile("张𠮷\u202e")])))))
    assert "张[U+20BB7][U+202E]" in text


def test_hostile_names_of_the_community_and_the_maker(records: Records, clock: FakeClock) -> None:
    nasty = '<img src="/etc/passwd">/..\\' + "长" * 5000
    reports = Reports(records, clock, GivenAlarms([alarm(1)]), GivenCommunity(nasty), NO_ENERGY, NO_CASES)
    who = Principal("op", "op", nasty, frozenset(), frozenset({"reports.make"}), nasty)
    report = reports.alarm_log(who, SINCE, UNTIL, "zh")
    assert '<img src="/etc/passwd">' in pages(report)[0]
    assert not set(report.path_suggestion) & set('<>:"/\\|?* ')
    assert len(report.path_suggestion) <= 104


def test_the_printed_head_is_the_journals_and_the_making_is_noted(records: Records, clock: FakeClock) -> None:
    change = Act("test", "system", "test", "D1", START)

    def work(tx: Transaction) -> None:
        tx.add(Setting(id="a", value={"v": 1}))

    records.write(change, work)
    before = records.head()
    report = made(records, clock, [alarm(1)])
    assert (report.head, before.n) == (before, 1)
    assert str(before) in pages(report)[0]
    note = records.read(lambda session: session.scalars(select(Entry).order_by(Entry.n.desc())).first())
    assert note is not None
    assert (note.n, note.op, note.kind, note.actor) == (2, "reports.alarm_log", "report", "op")
    body = json.loads(note.body)["after"]
    assert (body["rows"], body["sha256"]) == (1, hashlib.sha256(report.data).hexdigest())
    assert records.verify({before.n: before.mac[:16]}).ok


def test_the_same_input_gives_the_same_bytes() -> None:
    sheet = Sheet("社区", "报警记录", "今天", "制表", "1:ab")
    twice = [AlarmLog(Words("zh"), 480).pdf(sheet, [alarm(n) for n in range(30)]) for _ in range(2)]
    assert twice[0] == twice[1]


def test_who_may_not_and_a_period_that_is_none_are_refused(records: Records, clock: FakeClock) -> None:
    reports = Reports(records, clock, GivenAlarms([]), GivenCommunity("x"), NO_ENERGY, NO_CASES)
    nobody = Principal("x", "x", "X", frozenset(), frozenset(), "D1")
    with pytest.raises(NotAllowed):
        reports.alarm_log(nobody, SINCE, UNTIL, "zh")
    with pytest.raises(Invalid):
        reports.alarm_log(WHO, UNTIL, SINCE, "zh")
    assert records.head().n == 0
