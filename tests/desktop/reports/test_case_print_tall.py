"""A site's own kind may ask for texts longer than a page of its form."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfReader

from desktop.kernel.words import Lang
from desktop.reports.service import Reports
from tests.desktop.cases.support import BOSS
from tests.desktop.cases.walking import ground
from tests.desktop.reports.support import NO_ENERGY, GivenAlarms, GivenCommunity, GivenFigures

TALL = """
name: minutes
version: 1
title: {zh: 会议记录, en: Minutes}
source: test
opening: {takes: [words]}
urgencies: [{name: normal, title: {zh: 一般, en: Normal}, minutes: {}}]
fields:
  - {name: words, title: {zh: 记录, en: Words}, type: text, max_length: 5000}
closing: {result: [words], evidence: [words], follow_up: [words]}
states:
  - {name: open, title: {zh: 记录中, en: Open}, initial: true}
  - {name: kept, title: {zh: 已归档, en: Kept}, end: archived}
moves:
  - {name: archive, title: {zh: 归档, en: Archive}, from: [open], to: kept, permission: cases.work, needs: {fields: [words]}}
prints:
  - {name: sheet, title: {zh: 会议记录, en: Minutes}, size: A5, blocks: [{show: fields, fields: [words]}, {show: timeline}]}
"""


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_text_longer_than_a_page_goes_on_on_the_next(tmp_path: Path, lang: Lang) -> None:
    (tmp_path / "minutes.yaml").write_text(TALL, encoding="utf-8")
    here = ground(tmp_path)
    try:
        assert not here.cases.refused()
        case = here.cases.open(BOSS, "minutes", "业主大会", fields={"words": "一句接一句没有换行" * 330})
        reports = Reports(
            here.records, here.clock, GivenAlarms([]), GivenCommunity("和苑"), NO_ENERGY, GivenFigures(None), here.cases
        )
        pages = PdfReader(io.BytesIO(reports.case_print(BOSS, case.id, "sheet", lang))).pages
        said = "".join("".join(page.extract_text().split()) for page in pages)
        assert len(pages) > 2
        assert said.count("一句接一句没有换行") > 250
    finally:
        here.leave()
