"""A community with routes and plans, some of whose work is done, late and missed."""

from __future__ import annotations

from datetime import timedelta

from desktop.assets.views import AssetDraft
from desktop.cases.patterns import Pattern
from desktop.cases.planned import PlanDraft, RouteView
from desktop.cases.views import Point
from desktop.security.principal import Principal
from tests.ui.pages import Site

STOPS = (
    ("XF-01", "南门岗亭", "G-S", "灭火器 2 具、应急灯"),
    ("XF-02", "1号楼大堂", "1", "消火栓、疏散指示"),
    ("XF-03", "2号楼大堂", "2", "消火栓、疏散指示"),
    ("XF-04", "3号楼屋顶水箱间", "3", "水箱盖上锁"),
    ("XF-05", "生活泵房", "P-1", "压力表、地面无积水"),
    ("XF-06", "配电室", "E-1", "温度、挡鼠板"),
    ("XF-07", "地下车库东", "B-1", "喷淋、卷帘下无杂物"),
    ("XF-08", "消防控制室", "M-1", "主机无故障"),
)
NIGHT = Pattern(every="day", at=("22:00", "02:00"))
HOURS = Pattern(every="run_hours", hours=2000, point="run_hours")
HALF_YEAR = Pattern(every="month", n=6, month_days=(25,), workdays=True)


def make(site: Site) -> Principal:
    """Routes, assets and plans as of four days ago, and what has become of them since."""
    boss = site.sign_in("boss")
    site.off(_make, site, boss)
    return boss


def _make(site: Site, boss: Principal) -> None:
    console, clock = site.console, site.clock
    clock.advance(-4 * 86_400)
    route = _routes(site, boss)
    lift = console.assets.add(
        boss, AssetDraft(code="DT-01", name="1号楼1单元客梯", kind="lift", place_id=place(site, "1-1"))
    )
    since = clock.now()
    for draft in (
        PlanDraft(definition="guard-patrol", title="夜间巡逻", pattern=NIGHT, route_id=route.id),
        PlanDraft(definition="inspection-round", title="消防日查", pattern=Pattern(every="day", at=("09:00",)),
                  route_id=console.schedules.routes("inspection-round")[0].id),
        PlanDraft(definition="maintenance", title="1号楼客梯保养", pattern=Pattern(every="days", n=15, basis="completed"),
                  asset_id=lift.id, since=since - timedelta(days=14), fields={"kind": "lift"}),
        PlanDraft(definition="maintenance", title="低区水泵保养", pattern=HOURS,
                  thing_id="pump-low", fields={"kind": "pump"}),
        PlanDraft(definition="maintenance", title="水箱清洗消毒", pattern=HALF_YEAR,
                  since=since, fields={"kind": "tank"}),
        PlanDraft(definition="maintenance", title="配电室季度检查", pattern=Pattern(every="week", weekdays=(0, 3)),
                  since=since, fields={"kind": "power"}),
    ):  # fmt: skip
        console.schedules.add(boss, draft)
    for _ in range(8):
        clock.advance(43_200)
        console.schedules.open_due()
        _walk(site, boss)


def _routes(site: Site, boss: Principal) -> RouteView:
    points = [Point(code, name, place(site, where), None, None, check) for code, name, where, check in STOPS]
    site.console.schedules.add_route(boss, "消防日查路线", "inspection-round", points)
    night = [point._replace(code=point.code.replace("XF", "YX")) for point in points[:6]]
    return site.console.schedules.add_route(boss, "夜间巡逻路线", "guard-patrol", night, ordered=False)


def _walk(site: Site, boss: Principal) -> None:
    """Fire rounds are walked: the first whole, the last one half, with something odd."""
    console = site.console
    open_ = [
        one
        for one in console.schedules.rounds(site.clock.now(), site.clock.now())
        if one.case.definition == "inspection-round"
    ]
    for one in open_:
        if one.case.state != "planned":
            continue
        console.cases.move(boss, one.case.id, "grab")
        for number, (code, *_) in enumerate(STOPS[:5]):
            more = {"ok": False, "note": "压力表指针偏低"} if code == "XF-05" else {}
            site.clock.advance(90)
            console.case_acts.visit(
                boss, one.case.id, "stops", code, way="typed" if number == 2 else "qr", **more,  # type: ignore[arg-type]
            )  # fmt: skip


def place(site: Site, code: str) -> str | None:
    found = site.console.places.by_code(code)
    return found.id if found else None
