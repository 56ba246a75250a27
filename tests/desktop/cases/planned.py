"""Kinds of case that come again, for the tests of plans and rounds."""

from __future__ import annotations

from pathlib import Path

from desktop.cases.definition import CaseField

_BODY = """
version: 1
source: test
opening: {place: may, thing: may, asset: may, person: may, takes: [note]}
urgencies:
  - {name: normal, title: {zh: 一般, en: Normal}, minutes: {done: 120}}
clocks:
  - {name: done, title: {zh: 完成, en: Done}, states: [waiting]}
closing: {result: [note], evidence: [proof], follow_up: [seen]}
states:
  - {name: waiting, title: {zh: 待办, en: Waiting}, initial: true}
  - {name: archived, title: {zh: 已归档, en: Archived}, end: archived}
  - {name: voided, title: {zh: 已作废, en: Void}, end: void}
moves:
  - {name: finish, title: {zh: 完成, en: Finish}, from: [waiting], to: archived, permission: cases.work,
     needs: {fields: [note, proof, seen]}}
  - {name: void, title: {zh: 作废, en: Void}, from: [waiting], to: voided, permission: cases.lead, needs: {reason: true}}
"""
_FIELDS = """
fields:
  - {name: note, title: {zh: 说明, en: Note}, type: text}
  - {name: proof, title: {zh: 凭证, en: Proof}, type: text}
  - {name: seen, title: {zh: 复核, en: Seen}, type: text}
"""
SERVICE = (
    f"name: service\ntitle: {{zh: 保养, en: Service}}\nrecurrence: [day, week, month, days, run_hours]{_BODY}{_FIELDS}"
)
WALK = (
    f"name: walk\ntitle: {{zh: 巡查, en: Walk}}\ngroup: round\nrecurrence: [day, week]{_BODY}{_FIELDS}"
    "  - {name: points, title: {zh: 点位, en: Points}, type: points}\n"
)
ONCE = f"name: once\ntitle: {{zh: 一次, en: Once}}{_BODY}{_FIELDS}"

DONE = {"note": "已保养", "proof": "照片", "seen": "已看"}
"""What finishes a case of these kinds."""


def write_planned(folder: Path) -> Path:
    """A folder with the three definitions; nothing may open `once` again and again."""
    folder.mkdir(exist_ok=True)
    for name, text in (("service", SERVICE), ("walk", WALK), ("once", ONCE)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


def points_field() -> CaseField:
    return CaseField(name="points", title={"zh": "点位", "en": "Points"}, type="points")
