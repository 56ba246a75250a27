"""Printed forms: every form of every shipped kind is made, in both languages, and says what the case holds."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, timedelta

import msgspec
import pytest
from PIL import Image as Pillow
from pypdf import PdfReader

from db.store import Records, Transaction
from db.tables.assets import Part
from desktop.cases import rounds
from desktop.cases.acts import CaseActs
from desktop.cases.definition import CaseDefinition, CaseField
from desktop.cases.loading import load_definitions
from desktop.cases.service import Cases
from desktop.cases.views import CaseView, Point
from desktop.kernel.errors import NotFound
from desktop.kernel.words import Lang, Words
from desktop.reports.capitals import capitals
from desktop.reports.case_print import SIZES, CasePrint
from desktop.reports.pdf import Sheet
from desktop.reports.service import Reports
from desktop.security.principal import act
from resources.loader import folder
from tests.desktop.cases.support import BOSS, FITTER, TERMINAL, with_operators
from tests.desktop.reports.support import NO_ENERGY, GivenAlarms, GivenCommunity, GivenFigures
from tests.support.fakes import START, FakeClock, FakeIds

KINDS = load_definitions(folder("cases")).newest()
LONG = "厨房水槽下方角阀渗水，柜底已泡胀；" * 6 + "<b>not markup</b> & =1+1"


def picture(width: int = 640, height: int = 480) -> bytes:
    out = io.BytesIO()
    Pillow.effect_mandelbrot((width, height), (-3, -2.5, 2, 2.5), 20).convert("RGB").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def cases(records: Records, clock: FakeClock, new_id: FakeIds) -> Cases:
    with_operators(records)

    def parts(tx: Transaction) -> None:
        tx.add(Part(id="valve", code="F-15", name="角阀 DN15", unit="个", price=2500))

    records.write(act(BOSS, "test.parts", clock), parts)
    return Cases(records, clock, new_id, TERMINAL)


@pytest.fixture
def reports(records: Records, clock: FakeClock, cases: Cases) -> Reports:
    return Reports(
        records, clock, GivenAlarms([]), GivenCommunity("阳光花园社区"), NO_ENERGY, GivenFigures(None), cases
    )


def text_of(data: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(data)).pages)


def value_for(field: CaseField, sha256: str) -> object:
    """Something that fits the field."""
    at = (START + timedelta(minutes=30)).astimezone(UTC).isoformat()
    match field.type:
        case "choice":
            return next(iter(field.options))
        case "category":
            path, node = [field.tree[0].name], field.tree[0]
            while node.children:
                node = node.children[0]
                path.append(node.name)
            return "/".join(path)
        case "number":
            return field.minimum or 1
        case "money":
            return 140950
        case "date-time":
            return at
        case "photo":
            return [sha256, sha256]
        case "signature":
            return sha256
        case "checklist":
            return [item.name for item in field.items]
        case "items":
            by = {"number": 2, "money": 4500, "tick": True, "date-time": at, "part": "valve"}
            return [
                {c.name: next(iter(c.options)) if c.options else by.get(c.type, "角阀更换") for c in field.columns}
                for _ in range(3)
            ]
        case _:
            return "阀芯"


def complaint(words: str) -> dict[str, object]:
    category = KINDS["complaint"].field("category")
    assert category is not None
    return {"category": value_for(category, ""), "description": words}


def filled(records: Records, cases: Cases, clock: FakeClock, kind: CaseDefinition) -> CaseView:
    """A case of the kind in whose fields something stands, however it would have come there."""
    sha256 = cases.keep_picture(BOSS, picture(), "image/png")
    given: Mapping[str, object] = {
        field.name: value_for(field, sha256)
        for field in kind.fields
        if field.type not in ("place", "person", "thing", "asset", "points")
    }
    asked = {name: given[name] for name in (*kind.opening.needs, *kind.opening.takes) if name in given}
    route = rounds.snapshot(
        [Point("B1-01", "水泵房", None, None, None, "压力"), Point("B1-02", "配电室", None, None, None, "")],
        ordered=True,
    )

    def work(tx: Transaction) -> CaseView:
        view = cases.open_in(tx, None, kind.name, "测试事项", urgency=kind.urgencies[0].name, fields=asked, route=route)
        from db.tables.cases import CaseRow

        row = tx.get(CaseRow, view.id)
        assert row is not None
        row.fields = {**row.fields, **given}
        return view

    return records.write(act(BOSS, "cases.open", clock), work)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_form_of_every_kind_says_what_the_case_holds(
    records: Records, cases: Cases, reports: Reports, clock: FakeClock, kind: str, lang: Lang
) -> None:
    definition = KINDS[kind]
    assert definition.prints, "a kind is handed over on paper too"
    case = filled(records, cases, clock, definition)
    for form in definition.prints:
        data = reports.case_print(BOSS, case.id, form.name, lang)
        said = text_of(data)
        assert case.number in said
        assert "".join(form.title[lang].split()) in said
        for block in form.blocks:
            for name in block.fields:
                field = definition.field(name)
                assert field is not None
                assert "".join(field.title[lang].split()) in said, name


@pytest.mark.parametrize(
    ("lang", "says"), [("zh", "2张，涉及个人信息，不打印"), ("en", "2kept;personaldata,notprinted")]
)
def test_photos_of_papers_are_not_printed(
    records: Records, cases: Cases, clock: FakeClock, lang: Lang, says: str
) -> None:
    definition = KINDS["footage-lookup"]
    case = filled(records, cases, clock, definition)
    block = msgspec.structs.replace(definition.prints[0].blocks[1], fields=("letter",))
    form = msgspec.structs.replace(definition.prints[0], blocks=(block,))

    def picture_of(_sha256: str) -> bytes:
        raise AssertionError("papers were asked for")

    sheet = Sheet(community="", title="", period="", made="", head="", size=SIZES["A5"])
    data = CasePrint(Words(lang), UTC, picture_of).pdf(sheet, cases.get(case.id), form)
    assert says in text_of(data)


def test_a_long_text_and_markup_in_it_are_shown_as_they_are(cases: Cases, reports: Reports, new_id: FakeIds) -> None:
    case = cases.open(BOSS, "complaint", title="投诉", fields=complaint(LONG))
    said = text_of(reports.case_print(BOSS, case.id, "record", "zh"))
    assert "<b>notmarkup</b>&=1+1" in said


def test_missed_points_stand_one_by_one(
    records: Records, cases: Cases, reports: Reports, clock: FakeClock, new_id: FakeIds
) -> None:
    case = filled(records, cases, clock, KINDS["inspection-round"])
    CaseActs(records, clock, new_id, cases, TERMINAL).visit(FITTER, case.id, "stops", "B1-01", way="typed")
    said = text_of(reports.case_print(FITTER, case.id, "report", "zh"))
    assert "漏检1个点位：B1-02配电室" in said and "手输" in said


def test_a_form_that_is_not_there_is_refused(cases: Cases, reports: Reports) -> None:
    case = cases.open(BOSS, "complaint", title="投诉", fields=complaint("x"))
    with pytest.raises(NotFound):
        reports.case_print(BOSS, case.id, "poster", "zh")


def test_a_print_is_noted_in_the_journal(cases: Cases, reports: Reports, records: Records) -> None:
    from sqlalchemy import select

    from db.tables.journal import Entry

    case = cases.open(BOSS, "complaint", title="投诉", fields=complaint("x"))
    reports.case_print(BOSS, case.id, "record", "en")
    ops = records.read(lambda session: session.scalars(select(Entry.op).order_by(Entry.n)).all())
    assert ops[-1] == "reports.case"


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (140950, "壹仟肆佰零玖元伍角"),
        (600714, "陆仟零柒元壹角肆分"),
        (168032, "壹仟陆佰捌拾元零叁角贰分"),
        (10700053, "壹拾万柒仟元零伍角叁分"),
        (1640902, "壹万陆仟肆佰零玖元零贰分"),
        (32504, "叁佰贰拾伍元零肆分"),
        (10001000, "壹拾万零壹拾元整"),
        (1000000100, "壹仟万零壹元整"),
        (5, "伍分"),
        (0, "零元整"),
    ],
)
def test_amounts_are_written_as_the_payment_rules_write_them(fen: int, words: str) -> None:
    """支付结算办法, annex 1, and cases made of it."""
    assert capitals(fen) == f"人民币{words}"
