"""Two small kinds of case for the tests of lists and figures, and rows of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from db.store import Act, Records, Transaction
from db.tables.cases import CaseRow
from db.tables.people import Person
from db.tables.places import Community, Place
from tests.desktop.cases.support import TERMINAL
from tests.support.fakes import START

FIX = """
name: fix
version: 1
title: {zh: 维修, en: Repair}
source: test
opening: {takes: [category, caller, tel, fee, seen]}
dispatch: {team: cases.work}
clocks:
  - {name: respond, title: {zh: 响应, en: Respond}, states: [reported]}
  - {name: done, title: {zh: 办结, en: Done}, states: [reported, working]}
urgencies:
  - {name: urgent, title: {zh: 紧急, en: Urgent}, minutes: {respond: 30, done: 240}}
  - {name: normal, title: {zh: 一般, en: Normal}, minutes: {respond: 120, done: 2880}, calendar: office}
fields:
  - name: category
    title: {zh: 类别, en: Category}
    type: category
    tree:
      - name: home
        title: {zh: 户内, en: Home}
        children:
          - {name: pipe, title: {zh: 水管, en: Pipe}}
          - {name: lamp, title: {zh: 灯具, en: Lamp}}
      - name: homes
        title: {zh: 楼栋, en: Houses}
        children:
          - {name: pipe, title: {zh: 立管, en: Riser}}
  - {name: caller, title: {zh: 报修人, en: Caller}, type: text, personal: name}
  - {name: tel, title: {zh: 电话, en: Phone}, type: text, personal: phone}
  - {name: fee, title: {zh: 费用, en: Fee}, type: money}
  - {name: seen, title: {zh: 证人, en: Witness}, type: person, many: true}
  - {name: result, title: {zh: 结果, en: Result}, type: text}
  - {name: evidence, title: {zh: 凭证, en: Evidence}, type: text}
  - name: satisfaction
    title: {zh: 满意度, en: Satisfaction}
    type: choice
    options:
      satisfied: {zh: 满意, en: Satisfied}
      unsatisfied: {zh: 不满意, en: Not satisfied}
      unreached: {zh: 未联系上, en: Not reached}
  - {name: rating, title: {zh: 评分, en: Rating}, type: number, minimum: 1, maximum: 5}
closing: {result: [result], evidence: [evidence], follow_up: [satisfaction, rating]}
lists: [category, caller, tel, fee, seen]
states:
  - {name: reported, title: {zh: 待受理, en: Reported}, initial: true}
  - {name: working, title: {zh: 处理中, en: In work}}
  - {name: archived, title: {zh: 已归档, en: Archived}, end: archived}
  - {name: voided, title: {zh: 已作废, en: Void}, end: void}
moves:
  - {name: grab, title: {zh: 抢单, en: Grab}, from: [reported], to: working, permission: cases.work, dispatch: grab}
  - name: archive
    title: {zh: 归档, en: Archive}
    from: [working]
    to: archived
    permission: cases.work
    needs: {fields: [result, evidence, satisfaction], held: []}
    takes: [rating]
  - {name: void, title: {zh: 作废, en: Void}, from: [reported, working], to: voided, permission: cases.lead,
     needs: {reason: true}}
"""

OUTAGE = """
name: stop
version: 1
title: {zh: 停水, en: Outage}
source: test
opening: {takes: [text, begins, ends, houses]}
urgencies:
  - {name: normal, title: {zh: 一般, en: Normal}, minutes: {}}
fields:
  - {name: text, title: {zh: 告知, en: Text}, type: text}
  - {name: begins, title: {zh: 开始, en: From}, type: date-time}
  - {name: ends, title: {zh: 结束, en: To}, type: date-time}
  - {name: houses, title: {zh: 范围, en: Where}, type: place, many: true}
  - {name: result, title: {zh: 结果, en: Result}, type: text}
  - {name: evidence, title: {zh: 凭证, en: Evidence}, type: text}
  - {name: told, title: {zh: 回访, en: Told}, type: text}
closing: {result: [result], evidence: [evidence], follow_up: [told]}
tells: {text: text, begins: begins, ends: ends, places: houses}
states:
  - {name: open, title: {zh: 进行中, en: Open}, initial: true}
  - {name: archived, title: {zh: 已归档, en: Archived}, end: archived}
moves:
  - {name: archive, title: {zh: 归档, en: Archive}, from: [open], to: archived, permission: cases.work,
     needs: {fields: [result, evidence, told]}}
"""


def write_kinds(folder: Path) -> Path:
    """A folder with the two definitions."""
    folder.mkdir(exist_ok=True)
    (folder / "fix.yaml").write_text(FIX, encoding="utf-8")
    (folder / "stop.yaml").write_text(OUTAGE, encoding="utf-8")
    return folder


PLACES = (("b3", None, "3号楼"), ("b3u2", "b3", "2单元"), ("b3u2h1", "b3u2", "1201"), ("b4", None, "4号楼"))


def with_places(records: Records) -> None:
    """Two buildings, one with a unit and a home; 王小明 lives there."""

    def work(tx: Transaction) -> None:
        tx.add(Community(id="c", code="110101001001", name="和苑"))
        for id_, parent, name in PLACES:
            tx.add(Place(id=id_, parent_id=parent, kind="building", code=id_.upper(), name=name))
            tx.session.flush()
        tx.add(Person(id="wang", name="王小明", phone="13812341234"))

    records.write(Act("test.places", "system", "test", TERMINAL, START), work)


def put(records: Records, *rows: CaseRow) -> None:
    """Stores rows as they are."""

    def work(tx: Transaction) -> None:
        for one in rows:
            tx.add(one)

    records.write(Act("test.cases", "system", "test", TERMINAL, START), work)


def row(n: int, **more: Any) -> CaseRow:
    """The n-th case: a repair, reported an hour ago, due in n hours."""
    facts: dict[str, Any] = {
        "id": f"case-{n:03d}", "number": f"D1-20261122-{n:04d}", "definition": "fix", "version": 1,
        "title": f"水管漏水 {n}", "state": "reported", "opened_at": START - timedelta(hours=1),
        "due_at": START + timedelta(hours=n), "warn_at": START + timedelta(hours=n, minutes=-30),
    }  # fmt: skip
    return CaseRow(**{**facts, **more})
