"""A kind of case nobody ships, written from docs/case-definitions.md alone: its one file is all it takes."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from db.open import open_records
from desktop.app import SITE_CASES, Console, open_console
from desktop.cases.views import CaseQuery
from desktop.kernel.clock import SystemClock
from desktop.kernel.errors import Invalid
from desktop.kernel.ids import uuid7
from desktop.places.service import Places
from desktop.places.views import CommunityView
from desktop.security import keys
from desktop.security.principal import Principal, command_line

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "venue-booking.yaml"
MANUAL = Path(__file__).parents[2] / "docs" / "case-definitions.md"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db0"
    "0000000049454e44ae426082"
)


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    """An office's store with the new kind's file in its `cases` folder, and nothing else about it anywhere."""
    folder, clock = tmp_path / "office", SystemClock()
    (folder / SITE_CASES).mkdir(parents=True)
    shutil.copy(EXAMPLE, folder / SITE_CASES)
    records = open_records(folder, keys.create_keys(folder, None, open=True), lambda: uuid7(clock.now()))
    view = CommunityView("520103001001", "云岩花园", "普陀路街道", "云岩区", "贵阳市", 480)
    Places(records, clock, lambda: uuid7(clock.now())).found(command_line("T1"), view)
    records.close()
    # Nobody listens there: cases need no broker.
    found = open_console(folder, broker="mqtt://127.0.0.1:9", hosting="thread", terminal="T1")
    yield found
    found.close()


@pytest.fixture
def boss(console: Console) -> Principal:
    return console.accounts.set_up("boss", "王经理", "a long enough passphrase 1")


def test_it_is_short() -> None:
    assert len(EXAMPLE.read_text(encoding="utf-8").splitlines()) < 60
    assert EXAMPLE.name in MANUAL.read_text(encoding="utf-8")


def test_one_file_gives_a_new_kind_its_form_board_clock_and_print(console: Console, boss: Principal) -> None:
    assert console.cases.definition("venue-booking").version == 1
    assert all(check.ok for check in console.check() if check.name == "data_files")

    # What it asks for is asked for.
    begins = datetime.now(UTC) + timedelta(days=2)
    asked = {"room": "hall/main", "begins": begins.isoformat(), "people": 40}
    with pytest.raises(Invalid) as missing:
        console.cases.open(boss, "venue-booking", fields=asked)
    assert missing.value.field == "ends"
    case = console.cases.open(
        boss, "venue-booking", fields={**asked, "ends": (begins + timedelta(hours=3)).isoformat()}
    )
    assert case.title == "会所 · 多功能厅" and case.due_at is not None

    # It stands in the list, found by its category, and on its board.
    (listed,) = console.case_lists.page(CaseQuery(fields={"room": "hall"}))
    assert listed.id == case.id and listed.shown[0]["en"] == "Club house · Main hall"
    board = {column.state: column.total for column in console.case_lists.board(CaseQuery(), "venue-booking")}
    assert board["asked"] == 1

    # Its own rules hold: a deposit for the hall, photos for the archive, and a clock that stops.
    with pytest.raises(Invalid) as deposit:
        console.cases.move(boss, case.id, "book", fields={"rules": ["quiet", "clean"]})
    assert deposit.value.field == "deposit"
    console.cases.move(boss, case.id, "book", fields={"rules": ["quiet", "clean"], "deposit": 50000})
    assert console.cases.get(case.id).clocks[0].standing == "met"
    photo = console.cases.keep_picture(boss, PNG, "image/png")
    console.cases.move(boss, case.id, "check", fields={"state": "good", "photos": [photo]})
    closed = console.cases.move(boss, case.id, "archive", fields={"opinion": "场地很好"})
    assert closed.closed_at is not None
    assert [step.op_title["zh"] for step in console.cases.get(case.id).timeline] == ["登记", "同意预约", "核实", "归档"]

    # And its paper.
    pages = PdfReader(io.BytesIO(console.reports.case_print(boss, case.id, "slip", "zh"))).pages
    said = "".join(pages[0].extract_text().split())
    assert "场地预约单" in said and "¥500.00" in said and case.number in said
