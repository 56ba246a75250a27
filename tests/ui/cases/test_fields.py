"""Every type of field is filled in by the keyboard alone, and says what is wrong beside itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop.cases.values import problem_with
from desktop.kernel.words import Lang
from tests.ui.cases.made import FIELDS
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.pages import LIFT, Site
from ui import aio
from ui.cases.fields import Input, Typed
from ui.cases.itemlist import ItemList
from ui.cases.known import Known, field_for, read_known
from ui.cases.photos import PhotoField
from ui.cases.picking import CategoryField, PersonField, Picker
from ui.cases.signing import SignatureField
from ui.parts.layout import column
from ui.parts.matching import Option
from ui.parts.pictures import LONGEST, Picture, Unfit, drawn, from_bytes
from ui.parts.pictureview import PictureView

Make = Callable[..., Input]
PARTS = [Option("p1", "浮球阀 DN25", "件", "FQF"), Option("p2", "角阀", "件", "JF")]


@pytest.fixture
def make(qtbot: QtBot, loop: asyncio.AbstractEventLoop, site: Site, themed: Callable[[str], None]) -> Make:
    context, _ = site.context("boss")
    known: Known = site.off(read_known, context, {"place", "thing"})
    known = Known(known.places, known.things, (), PARTS, {"p1": 3850})

    hosts: list[QWidget] = []

    def made(name: str, needed: bool = True, before: object = None, lang: Lang = "zh") -> Input:
        host = QWidget()
        host.resize(560, 700)
        field = field_for(context, FIELDS[name], needed, site.clock.now(), known, before)
        assert field is not None
        host.setLayout(column(field, None))
        hosts.append(host)
        qtbot.addWidget(host)
        with qtbot.waitExposed(host):
            host.show()
        host.activateWindow()
        field.input.setFocus()
        return field

    return made


def keys(*typed: str | Qt.Key) -> None:
    """Types where the focus is: texts and single keys."""
    for one in typed:
        QGuiApplication.processEvents()
        at = QGuiApplication.focusObject()
        assert isinstance(at, QWidget)
        if isinstance(one, str) and one.isascii():
            QTest.keyClicks(at, one)
        elif isinstance(one, str):
            composed = QInputMethodEvent()
            composed.setCommitString(one)
            QGuiApplication.sendEvent(at, composed)
        else:
            QTest.keyClick(at, one)


def settled(qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not aio._tasks)


DOWN, ENTER, BACK, DELETE = (
    Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Backspace, Qt.Key.Key_Delete,
)  # fmt: skip


def test_nothing_given_where_something_must_be_is_said_and_then_taken_back(make: Make) -> None:
    for name in FIELDS:
        field = make(name)
        if name == "at":
            continue  # a moment that is needed begins as now
        assert field.value() is None
        assert not field.check() and field.error() == "此项必填。"
        field.set_needed(False)
        assert field.check(), name


def test_a_category_is_gone_down_step_by_step(make: Make) -> None:
    field = make("category")
    assert isinstance(field, CategoryField)
    assert [option.title for option in field.line.offered()] == ["公共区域", "户内"]
    keys(ENTER)
    assert [option.title for option in field.line.offered()] == ["给排水", "照明不亮"]
    keys(ENTER, DOWN, ENTER)
    assert field.value() == "public/pipe/blocked"
    assert field.line.text() == "公共区域 / 给排水 / 堵塞"
    assert field.urgency() == "normal"


def test_backspace_goes_up_and_only_what_has_nothing_below_is_chosen(make: Make) -> None:
    field = make("category")
    assert isinstance(field, CategoryField)
    keys(ENTER, ENTER, BACK, BACK)
    assert [option.title for option in field.line.offered()] == ["公共区域", "户内"]
    field.line.setText("公共")
    assert field.value() is None
    assert not field.check() and field.error() == "请从列表中选择。"


@pytest.mark.parametrize(
    ("typed", "leaf"),
    [("ls", "public/pipe/leak"), ("漏", "public/pipe/leak"), ("shuilongtou", "home/tap"), ("gg zm", "public/light"),
     ("给排水 堵", "public/pipe/blocked")],
)  # fmt: skip
def test_a_category_is_found_by_any_part_of_its_words(make: Make, typed: str, leaf: str) -> None:
    field = make("category")
    keys(typed, ENTER)
    assert field.value() == leaf


def test_a_number_says_what_is_wrong_with_it(make: Make) -> None:
    field = make("hours")
    for typed, said in (("viel", "请填写数字。"), ("-1", "数值过小。"), ("25", "数值过大。"), ("１．５", "")):
        assert isinstance(field, Typed)
        field.input.selectAll()
        keys(typed)
        field.check()
        assert field.error() == said
    assert field.value() == 1.5


@pytest.mark.parametrize(
    ("typed", "fen", "shown"),
    [("12.5", 1250, "12.50"), ("1,234.50", 123450, "1,234.50"), ("¥8", 800, "8.00"), ("0.29", 29, "0.29")],
)
def test_money_is_typed_in_yuan_kept_in_fen_and_shown_with_thousands(
    make: Make, typed: str, fen: int, shown: str
) -> None:
    field = make("fee")
    keys(typed, ENTER)
    assert (field.value(), isinstance(field, Typed) and field.text()) == (fen, shown)


@pytest.mark.parametrize("typed", ["12.345", "zwölf", "1e3", "--2"])
def test_what_is_no_money_is_none(make: Make, typed: str) -> None:
    field = make("fee")
    keys(typed)
    assert not field.check() and field.error() == "请填写数字。"


@pytest.mark.parametrize(
    ("typed", "utc"),
    [("2026-11-23 09:30", datetime(2026, 11, 23, 1, 30, tzinfo=UTC)), ("16:45", datetime(2026, 11, 22, 8, 45, tzinfo=UTC)),
     ("1645", datetime(2026, 11, 22, 8, 45, tzinfo=UTC)), ("+2h", datetime(2026, 11, 22, 8, 0, tzinfo=UTC)),
     ("1-3 08:00", datetime(2027, 1, 3, 0, 0, tzinfo=UTC))],
)  # fmt: skip
def test_a_moment_is_typed_as_short_as_it_is_clear(make: Make, typed: str, utc: datetime) -> None:
    field = make("at", needed=False)
    keys(typed)
    assert datetime.fromisoformat(str(field.value())) == utc


def test_a_moment_that_is_needed_begins_as_now_and_nonsense_is_told(make: Make) -> None:
    field = make("at")
    assert datetime.fromisoformat(str(field.value())) == datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
    assert isinstance(field, Typed)
    field.input.selectAll()
    keys("25:99")
    assert not field.check() and field.error() == "请填写有效的日期和时间。"


def test_a_resident_is_found_by_three_letters_and_shown_masked(make: Make, qtbot: QtBot, site: Site) -> None:
    people = site.off(site.console.people.find, site.sign_in("boss"), "3-2")
    assert people
    field = make("who")
    assert isinstance(field, PersonField)
    keys("3-2")
    qtbot.waitUntil(field.line.is_open)
    assert all("*" in option.title for option in field.line.offered())
    keys(ENTER)
    person = field.person()
    assert person is not None and field.value() == person.id and "*" in field.line.text()


def test_places_are_chips_that_backspace_takes_away(make: Make) -> None:
    field = make("buildings")
    assert isinstance(field, Picker)
    keys("3-2-1201", ENTER, "sbf", ENTER)
    value = field.value()
    assert isinstance(value, list) and len(value) == 2
    keys(BACK)
    assert field.value() == value[:1]
    keys("没有的地方")
    assert not field.check() and field.error() == "请从列表中选择。"


def test_one_place_and_one_device_are_found_by_code_or_sound(make: Make, site: Site) -> None:
    where = make("where")
    keys("3-2-1201", ENTER)
    place = site.off(site.console.places.by_code, "3-2-1201")
    assert place is not None and where.value() == place.id
    device = make("device")
    keys("dianti", ENTER)
    assert device.value() == LIFT


def test_esc_puts_a_list_away_and_not_the_form(make: Make) -> None:
    field = make("where")
    assert isinstance(field, Picker)
    keys("sbf")
    assert field.line.is_open()
    keys(Qt.Key.Key_Escape)
    assert not field.line.is_open() and field.line.text() == "sbf"


def test_rows_of_a_list_are_written_by_enter_and_added_up(make: Make) -> None:
    field = make("items")
    assert isinstance(field, ItemList)
    keys("fqf", ENTER)  # the part, which brings its price
    keys("换浮球阀", ENTER, "2", ENTER, ENTER, Qt.Key.Key_Space, ENTER)
    keys(ENTER, "人工", ENTER, "1", ENTER, "80", ENTER, ENTER)
    assert field.value() == [
        {"part": "p1", "what": "换浮球阀", "quantity": 2, "price": 3850, "paid": True},
        {"what": "人工", "quantity": 1, "price": 8000},
    ]
    assert problem_with(FIELDS["items"], field.value()) is None
    assert field.check()
    assert "¥157.00" in field._totals.text()
    field.cells()[0][0].setFocus()
    QTest.keyClick(field.cells()[0][0], DELETE, Qt.KeyboardModifier.ControlModifier)
    assert field.value() == [{"what": "人工", "quantity": 1, "price": 8000}]


def test_a_list_that_was_filled_and_is_not_any_more_is_told_as_empty(make: Make) -> None:
    assert make("items").value() is None
    field = make("items", False, [{"what": "人工", "quantity": 1, "price": 8000}])
    assert isinstance(field, ItemList)
    field.cells()[0][0].setFocus()
    QTest.keyClick(field.cells()[0][0], DELETE, Qt.KeyboardModifier.ControlModifier)
    assert field.value() == []


def test_tab_goes_through_the_rows_in_order(make: Make) -> None:
    field = make("items")
    assert isinstance(field, ItemList)
    assert field.window().focusWidget() is field.cells()[0][0]
    keys(Qt.Key.Key_Tab, "item", Qt.Key.Key_Tab, "1", *[Qt.Key.Key_Tab] * 4, "next")
    assert field.cells()[1][0].text() == "next"  # type: ignore[union-attr]


def test_a_row_that_lacks_something_names_row_and_cell(make: Make) -> None:
    field = make("items")
    assert isinstance(field, ItemList)
    field.cells()[0][1].setFocus()
    keys("人工", ENTER, "viele")
    assert not field.check()
    assert field.error() == "第 1 行 数量：请填写数字。"
    assert field.input is field.cells()[0][2]


def image(width: int = 3000, height: int = 1500) -> QImage:
    made = QImage(width, height, QImage.Format.Format_RGB32)
    made.fill(QColor("#779966"))
    return made


def test_photos_are_pasted_made_small_opened_and_taken_away_by_keys(make: Make, qtbot: QtBot) -> None:
    field = make("photos")
    assert isinstance(field, PhotoField)
    copied = QMimeData()
    copied.setImageData(image())
    QGuiApplication.clipboard().setMimeData(copied)
    QTest.keyClick(field.add, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    settled(qtbot)
    [photo] = field.value() or ()  # type: ignore[misc]
    assert isinstance(photo, Picture) and photo.media == "image/jpeg"
    assert max(drawn(photo.data, 9999).width(), drawn(photo.data, 9999).height()) == LONGEST
    [thumb] = field.thumbs()
    thumb.setFocus()
    QTest.keyClick(thumb, ENTER)
    qtbot.waitUntil(lambda: isinstance(QGuiApplication.focusObject(), PictureView))
    keys(Qt.Key.Key_Escape)
    QTest.keyClick(thumb, DELETE)
    assert field.value() is None and QGuiApplication.focusObject() is field.add


def test_files_that_are_no_photos_are_told_and_the_others_kept(make: Make, qtbot: QtBot, tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    good, bad = folder / "a.jpg", folder / "b.png"
    assert image(200, 100).save(str(good))
    bad.write_bytes(b"\x89PNG\r\n\x1a\nnothing of the kind")
    field = make("photos")
    assert isinstance(field, PhotoField)
    field.take([good, bad, folder / "gone.jpg", good])
    settled(qtbot)
    value = field.value()
    assert isinstance(value, list) and len(value) == 1, "the same photo twice is one"
    assert field.error() in ("b.png 已损坏，无法打开。", "无法读取 gone.jpg。")


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"GIF89a", "kind"), (b"", "kind"), (b"RIFF\0\0\0\0WEBP", "kind"),
     (b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0", "damaged")],
)  # fmt: skip
def test_hostile_pictures_are_refused_before_they_are_decoded(qapp: object, data: bytes, why: str) -> None:
    with pytest.raises(Unfit) as refused:
        from_bytes(data)
    assert refused.value.why in (why, "big")


def test_a_signature_is_ink_on_white_with_the_name_under_it(
    make: Make, qtbot: QtBot, themed: Callable[[str], None]
) -> None:
    themed("dark")
    field = make("signed")
    assert isinstance(field, SignatureField)
    assert field.value() is None
    field.pad.begin(QPointF(40, 60))
    for step in range(20):
        field.pad.go(QPointF(40 + step * 8, 60 + step % 5))
    field.pad.lift()
    field.signer.setFocus()
    keys("王小五")
    picture = field.value()
    assert isinstance(picture, Picture) and picture.media == "image/png"
    drawn_ = drawn(picture.data)
    assert drawn_.pixelColor(5, 5) == QColor("#FFFFFF")
    below = drawn_.copy(0, drawn_.height() - 84, drawn_.width(), 84)
    assert any(below.pixelColor(x, y).lightness() < 128 for x in range(0, below.width(), 2) for y in range(0, 84, 3))
    field.pad.setFocus()
    keys(DELETE)
    assert field.value() is None


def test_a_signature_on_paper_is_taken_as_a_photo(make: Make, qtbot: QtBot, tmp_path: object) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "paper.jpg"
    assert image(400, 200).save(str(file))
    field = make("signed")
    assert isinstance(field, SignatureField)
    field.take(file)
    settled(qtbot)
    assert isinstance(field.value(), Picture) and field.pad.isHidden()
    field.clear()
    assert field.value() is None and not field.pad.isHidden()


def test_inputs_begin_with_what_was_there(make: Make) -> None:
    before: Mapping[str, object] = {
        "what": "漏水", "category": "home/tap", "source": "visit", "hours": 1.5, "fee": 1250,
        "at": "2026-11-22T01:00:00+00:00", "device": LIFT, "steps": ["two"],
        "items": [{"part": "p2", "what": "角阀", "quantity": 1, "price": 500}],
    }  # fmt: skip
    for name, value in before.items():
        field = make(name, before=value)
        kept = field.value()
        if name == "at":
            assert datetime.fromisoformat(str(kept)) == datetime.fromisoformat(str(value))
        else:
            assert kept == value, name


@pytest.mark.parametrize("name", list(FIELDS))
def test_every_input_has_its_name_and_cuts_no_words(make: Make, qtbot: QtBot, name: str) -> None:
    field = make(name)
    field.check()
    assert_accessible(field)
    assert_no_clipped_text(field)
