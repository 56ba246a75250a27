"""A kind of case with every type of field and way of dispatch, one that goes under it, and the people of a workshop."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from db.store import Act, Records, Transaction
from db.tables.assets import Asset, Part
from db.tables.people import Person
from db.tables.places import Community, Place
from db.tables.security import Operator
from desktop.cases import rounds
from desktop.cases.acts import CaseActs
from desktop.cases.service import Cases
from desktop.cases.views import CaseView, Point
from desktop.security.principal import Principal
from tests.desktop.cases.support import BOSS, TERMINAL, principal, with_operators
from tests.support.fakes import START, FakeClock, FakeIds

JOB = """
name: job
version: 1
title: {zh: 维修, en: Job}
source: test
opening:
  {place: may, person: may, asset: may, thing: may, takes: [category, caller, tel, quote, parts], title_from: category}
dispatch: {team: cases.work, cap: 2}
subtasks: [errand]
pauses: [resident, parts, weather]
clocks:
  - {name: arrive, title: {zh: 到场, en: On site}, field: arrived_at}
  - {name: done, title: {zh: 办结, en: Done}, states: [reported, working]}
urgencies:
  - {name: urgent, title: {zh: 紧急, en: Urgent}, minutes: {arrive: 30, done: 240}}
  - {name: normal, title: {zh: 一般, en: Normal}, minutes: {arrive: 120, done: 300}, calendar: office}
fields:
  - name: category
    title: {zh: 类别, en: Category}
    type: category
    tree:
      - name: home
        title: {zh: 户内, en: Home}
        flags: [paid]
        children:
          - {name: tap, title: {zh: 龙头漏水, en: Dripping tap}}
          - {name: wall, title: {zh: 墙面渗水, en: Wet wall}, flags: [after_photo]}
      - name: public
        title: {zh: 公区, en: Public}
        children:
          - {name: lamp, title: {zh: 楼道灯不亮, en: Dark lamp}}
  - {name: caller, title: {zh: 报修人, en: Caller}, type: text, personal: name}
  - {name: tel, title: {zh: 电话, en: Phone}, type: text, personal: phone, max_length: 20}
  - {name: arrived_at, title: {zh: 到场时间, en: Arrived}, type: date-time}
  - {name: hours, title: {zh: 工时, en: Hours}, type: number, unit: h, minimum: 0, maximum: 24}
  - {name: quote, title: {zh: 报价, en: Quote}, type: money, minimum: 0, maximum: 100000, versioned: true}
  - {name: consent, title: {zh: 业主签字, en: Consent}, type: signature, signs: quote}
  - {name: seen_by, title: {zh: 在场人, en: Present}, type: person, many: true, most: 2}
  - {name: spot, title: {zh: 部位, en: Spot}, type: place}
  - {name: meter, title: {zh: 设备, en: Device}, type: thing}
  - {name: ladder, title: {zh: 工具, en: Tool}, type: asset}
  - {name: after, title: {zh: 维修后照片, en: After}, type: photo, most: 2}
  - name: steps
    title: {zh: 步骤, en: Steps}
    type: checklist
    items:
      - {name: water, title: {zh: 关水, en: Water off}, required: true}
      - {name: clean, title: {zh: 清场, en: Clean up}}
  - name: parts
    title: {zh: 配件, en: Parts}
    type: items
    stock: true
    most: 2
    columns:
      - {name: part, title: {zh: 配件, en: Part}, type: part, needed: true}
      - {name: quantity, title: {zh: 数量, en: Quantity}, type: number, needed: true}
      - {name: price, title: {zh: 单价, en: Price}, type: money, total: true}
      - {name: state, title: {zh: 新旧, en: State}, type: choice, options: {new: {zh: 新, en: New}}}
      - {name: paid, title: {zh: 已付, en: Paid}, type: tick}
      - {name: bought, title: {zh: 日期, en: Bought}, type: date-time}
  - {name: walk, title: {zh: 巡查, en: Walk}, type: points}
  - {name: result, title: {zh: 结果, en: Result}, type: text}
  - name: answer
    title: {zh: 回访, en: Follow-up}
    type: choice
    options: {fine: {zh: 满意, en: Fine}, bad: {zh: 不满意, en: Bad}}
closing: {result: [result], evidence: [hours], follow_up: [answer]}
lists: [category, tel]
states:
  - {name: reported, title: {zh: 待派单, en: Reported}, initial: true}
  - {name: working, title: {zh: 处理中, en: Working}}
  - {name: done, title: {zh: 待回访, en: Done}}
  - {name: archived, title: {zh: 已归档, en: Archived}, end: archived}
  - {name: voided, title: {zh: 已作废, en: Void}, end: void}
moves:
  - {name: grab, title: {zh: 抢单, en: Grab}, from: [reported], to: working, permission: cases.work, dispatch: grab}
  - {name: deal, title: {zh: 轮派, en: Deal}, from: [reported], to: working, permission: cases.assign,
     dispatch: rotation}
  - {name: assign, title: {zh: 派单, en: Assign}, from: [reported], to: working, permission: cases.assign,
     needs: {assignee: true}}
  - name: record
    title: {zh: 登记, en: Record}
    from: [working]
    permission: cases.work
    by: assignee
    takes: [category, arrived_at, hours, quote, consent, seen_by, spot, meter, ladder, after, steps, parts, caller, tel,
      walk]
  - {name: arrive, title: {zh: 到场, en: Arrive}, from: [working], permission: cases.work,
     needs: {fields: [arrived_at]}}
  - {name: give_back, title: {zh: 退回, en: Give back}, from: [working], to: reported, permission: cases.work,
     by: assignee, needs: {reason: true}}
  - name: finish
    title: {zh: 处理完成, en: Finish}
    from: [working]
    to: done
    permission: cases.work
    by: assignee
    needs:
      fields: [result, hours]
      subtasks_closed: true
      also:
        - {when: {category: [paid]}, held: [quote, consent]}
        - {when: {category: [after_photo]}, fields: [after]}
    takes: [parts, steps]
  - {name: reopen, title: {zh: 重新处理, en: Reopen}, from: [done], to: reported, permission: cases.follow_up,
     needs: {reason: true}, again: true}
  - {name: archive, title: {zh: 归档, en: Archive}, from: [done], to: archived, permission: cases.archive,
     needs: {fields: [answer], held: [result, hours]}}
  - {name: void, title: {zh: 作废, en: Void}, from: [reported, working, done], to: voided, permission: cases.lead,
     needs: {reason: true}}
"""

ERRAND = """
name: errand
version: 1
title: {zh: 协办, en: Errand}
source: test
opening: {asset: must}
clocks:
  - {name: done, title: {zh: 办结, en: Done}, states: [asked]}
urgencies:
  - {name: normal, title: {zh: 一般, en: Normal}, minutes: {done: 60}}
fields:
  - {name: result, title: {zh: 结果, en: Result}, type: text}
closing: {result: [result], evidence: [result], follow_up: [result]}
states:
  - {name: asked, title: {zh: 待办, en: Asked}, initial: true}
  - {name: late, title: {zh: 逾期, en: Late}}
  - {name: archived, title: {zh: 已归档, en: Archived}, end: archived}
moves:
  - {name: lapse, title: {zh: 逾期未办, en: Lapsed}, from: [asked], to: late, permission: cases.work, auto: late}
  - {name: take, title: {zh: 接单, en: Take}, from: [asked, late], permission: cases.open, dispatch: grab}
  - {name: close, title: {zh: 办结, en: Close}, from: [asked, late], to: archived, permission: cases.work,
     needs: {fields: [result]}}
"""

ANNA, BERT, CARL = (principal(name, "engineer") for name in ("anna", "bert", "carl"))
ENGINEERS = (ANNA, BERT, CARL)
TEAM = (ANNA, BERT, BOSS, CARL)
"""Everybody with the permission to work, by id; the fitter of `support` has left."""

FINISHED = {"result": "换了垫片", "hours": 1}
ROUTE = (
    Point("P-1", "东门", None, None, None, "门锁"),
    Point("P-2", "水泵房", None, None, None, "压力"),
)


class Shop(NamedTuple):
    """The services on one store, with the clock that drives them."""

    cases: Cases
    acts: CaseActs
    records: Records
    clock: FakeClock


def workshop(records: Records, clock: FakeClock, new_id: FakeIds, folder: Path) -> Shop:
    """Both kinds in `folder`, and people, places, an asset and a part to point at."""
    (folder / "job.yaml").write_text(JOB, encoding="utf-8")
    (folder / "errand.yaml").write_text(ERRAND, encoding="utf-8")
    with_operators(records)

    def work(tx: Transaction) -> None:
        fitter = tx.get(Operator, "fitter")
        assert fitter is not None
        fitter.state = "left"
        for who in ENGINEERS:
            tx.add(Operator(id=who.id, login=who.id, name=who.name, password_hash="x", roles=["engineer"]))
        tx.add(Community(id="c", code="110101001001", name="和苑"))
        tx.add(Place(id="b3", kind="building", code="3", name="3号楼"))
        tx.add(Person(id="wang", name="王小明", phone="13812341234"))
        tx.add(Person(id="li", name="李四", phone="13900001111"))
        tx.add(Asset(id="ladder", code="T-1", name="人字梯", kind="tool"))
        tx.add(Part(id="washer", code="W-1", name="垫片", unit="个", price=200))

    records.write(Act("test.people", "system", "test", TERMINAL, START), work)
    cases = Cases(records, clock, new_id, TERMINAL, folder)
    assert not cases.refused(), cases.refused()
    return Shop(cases, CaseActs(records, clock, new_id, cases, TERMINAL), records, clock)


def job(shop: Shop, urgency: str = "urgent", **more: object) -> CaseView:
    """An open job."""
    return shop.cases.open(BOSS, "job", "龙头漏水", urgency=urgency, **more)  # type: ignore[arg-type]


def at_work(shop: Shop, who: Principal = ANNA, urgency: str = "urgent") -> CaseView:
    """A job that somebody has."""
    return shop.cases.move(BOSS, job(shop, urgency).id, "assign", assignee_id=who.id)


def walk(shop: Shop) -> str:
    """A job with a route to walk; its id."""
    act = Act("cases.open", "system", "系统", TERMINAL, shop.clock.now())
    route = rounds.snapshot(ROUTE, ordered=True)
    return shop.records.write(act, lambda tx: shop.cases.open_in(tx, None, "job", "巡查", route=route)).id
