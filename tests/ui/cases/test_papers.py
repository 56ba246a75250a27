"""Photos of papers and of cameras in a case: there, counted or small, and opened in full by who is in the journal for it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from sqlalchemy import select

from db.tables.journal import Entry
from desktop.kernel.words import Lang
from desktop.simulate.stills import still
from tests.ui.cases.test_detail import Show, show
from tests.ui.cases.test_fields import image, keys
from tests.ui.drivers.page import assert_accessible, assert_no_clipped_text
from tests.ui.drivers.panel import PanelDriver
from tests.ui.pages import SUMP, Site
from ui.cases.photos import PhotoField
from ui.parts.pictures import from_image
from ui.parts.pictureview import PictureView
from ui.parts.thumbs import Thumbs

__all__ = ["show"]


def asked_for(site: Site) -> str:
    """A look-up of footage with two photos of the letter."""
    boss, now = site.sign_in("boss"), site.clock.now()
    kept = [site.off(site.console.cases.keep_picture, boss, *from_image(image(1200 + n, 800))) for n in range(2)]
    fields = {
        "purpose": "police", "applicant": "王警官", "letter": kept,
        "begins": (now - timedelta(hours=2)).isoformat(), "ends": now.isoformat(),
    }  # fmt: skip
    return site.off(lambda: site.console.cases.open(boss, "footage-lookup", fields=fields).id)


def looks(site: Site) -> list[tuple[str, str | None, int]]:
    """What was looked at, why, and how many pictures of it."""

    def read(session: object) -> list[Entry]:
        return list(session.scalars(select(Entry).where(Entry.op.endswith(".reveal"))))  # type: ignore[attr-defined]

    found = [(json.loads(entry.body), entry.reason) for entry in site.off(site.console.records.read, read)]
    return [(body["revealed"], reason, len(body["pictures"])) for body, reason in found]


def seen(page: PanelDriver) -> list[PictureView]:
    return [view for view in page.root.findChildren(PictureView) if view.isVisible()]


def test_papers_are_a_count_until_somebody_says_why(trial: Site, show: Show) -> None:
    page, _ = show(asked_for(trial))
    assert not page.root.findChildren(Thumbs)
    page.detail().press("查看 2 张照片")
    page.until(page.has_form)
    form = page.form()
    page.until(lambda: getattr(page.root.window().focusWidget(), "accessibleName", str)() == "用途")
    form.write("用途", "核对来函")
    page.finish(form)
    page.until(lambda: seen(page))
    [view] = seen(page)
    assert view.accessibleName() == "调取函或证件照片 1"
    keys(Qt.Key.Key_Right)
    page.until(lambda: view.accessibleName() == "调取函或证件照片 2")
    keys(Qt.Key.Key_Escape)
    page.until(lambda: not page.root.findChildren(PictureView))
    assert looks(trial) == [("letter", "核对来函", 2)]


@pytest.mark.parametrize(
    ("lang", "says"), [("zh", "2 张，涉及个人信息，不显示"), ("en", "2 kept; personal data, not shown")]
)
def test_who_may_not_look_is_told_that_they_are_there(trial: Site, show: Show, lang: Lang, says: str) -> None:
    page, _ = show(asked_for(trial), "feng.guard", lang)
    assert page.says(says) and not any("2" in act for act in page.detail().acts())
    assert_accessible(page.root)
    assert_no_clipped_text(page.root)


def test_a_form_tells_how_many_papers_are_kept_and_shows_none(trial: Site, show: Show) -> None:
    case_id = asked_for(trial)
    page, _ = show(case_id)
    form = page.begin("E")
    [field] = page.root.findChildren(PhotoField)
    assert field.thumbs() == [] and page.says("已登记 2 张照片，不改可留空")
    form.pick("身份核验", "警官证")
    page.finish(form)
    assert len(trial.off(trial.console.cases.get, case_id).values["letter"]) == 2  # type: ignore[arg-type]


def test_each_camera_picture_that_is_opened_in_a_case_is_noted_once(trial: Site, show: Show) -> None:
    alarm_id, boss = trial.raise_alarm(thing=SUMP), trial.sign_in("boss")
    taken = {name: still(name, 0.0) for name in ("车库", "坡道")}
    trial.off(trial.console.alarms.album.keep_stills, alarm_id, taken, trial.clock.now())
    page, _ = show(trial.off(trial.console.alarms.to_case, boss, alarm_id))
    [thumbs] = page.root.findChildren(Thumbs)
    first = thumbs.findChildren(QToolButton)[0]
    first.setFocus()
    first.click()
    first.click()
    page.until(lambda: seen(page))
    [view] = seen(page)
    assert [name for name, _, _ in looks(trial)] == ["车库"]
    for key, name in ((Qt.Key.Key_Right, "坡道"), (Qt.Key.Key_Left, "车库")):
        keys(key)
        page.until(lambda name=name: name in view.accessibleName())  # type: ignore[misc]
    assert [name for name, _, _ in looks(trial)] == ["车库", "坡道"]
