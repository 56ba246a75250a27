from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from desktop.app import Console
from desktop.field.messages import Health, Trouble, TroubleKind
from desktop.kernel.errors import Refused
from desktop.security.principal import Principal
from tests.support.console import QuietField
from tests.support.fakes import FakeClock
from tests.ui.drivers.page import PageDriver, assert_accessible, assert_no_clipped_text, assert_nothing_overlaps
from tests.ui.shell.conftest import PASSWORD
from tests.ui.shell.pages import ListPage
from ui import aio
from ui.security.setup import SetUp
from ui.security.signin import SignIn
from ui.shell.lights import broker_light
from ui.shell.palette import CommandPalette
from ui.shell.preferences import load_preferences
from ui.shell.workspace import Workspace
from ui.window import ConsoleWindow

Open = Callable[[], ConsoleWindow]


@pytest.fixture
def window(qtbot: QtBot, open_window: Open, who: Principal) -> ConsoleWindow:
    made = open_window()
    made.enter(who)
    qtbot.waitUntil(lambda: not aio._tasks)
    return made


def workspace(window: ConsoleWindow) -> Workspace:
    assert window.workspace is not None
    return window.workspace


def health(link: str, **more: object) -> Health:
    facts: dict[str, object] = {
        "link": link, "link_since_ms": 1_763_791_200_000, "link_detail": "", "messages": 9, "rate": 12.0, "rejected": {},
        "dropped": {}, "queued": {}, "things": 0, "points": 0, "samples_stored": 0, "broker_dropped": None,
    }  # fmt: skip
    return Health(**{**facts, **more})  # type: ignore[arg-type]


def test_keys_reach_every_page(window: ConsoleWindow) -> None:
    driver = PageDriver(window)
    driver.key("Alt+2")
    assert workspace(window).place()[0] == "things"
    driver.key("Ctrl+1")
    assert workspace(window).place()[0] == "overview"


@pytest.mark.parametrize(("kind", "tone"), [("handover", "critical"), ("cannot_start", "critical"), ("urgent", "high")])
def test_a_trouble_of_the_intake_is_no_light_that_says_connected(kind: TroubleKind, tone: str) -> None:
    light = broker_light(health("off" if kind == "cannot_start" else "up", troubles=(Trouble(kind),)))
    assert (light.word, light.tone, light.well) == ("app.light.broker_trouble", tone, False)
    assert broker_light(health("lost", troubles=(Trouble(kind),))).word == "app.light.broker_lost"
    assert broker_light(health("up")).well


def test_language_and_theme_switch_live_and_come_back_to_the_same_row(window: ConsoleWindow, console: Console) -> None:
    workspace(window).go("overview", "two")
    driver = PageDriver(window)
    driver.key("Ctrl+Shift+L")
    driver.key("Ctrl+Shift+D")
    assert workspace(window).place() == ("overview", "two")
    assert isinstance(workspace(window).page(), ListPage)
    assert workspace(window).page().title() == "Overview"
    kept = load_preferences(console.data_dir)
    assert (kept.lang, kept.theme) == ("en", "dark")


def test_a_count_begun_before_another_takes_nothing_back(
    window: ConsoleWindow, console: Console, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, begun, told = threading.Event(), list[int](), list[object]()

    def counts() -> dict[str, int]:
        begun.append(len(begun))
        mine = len(begun)
        assert mine > 1 or answer.wait(10)
        return {"high": mine}

    monkeypatch.setattr(console.alarms, "counts", counts)
    workspace(window).alarms_counted.connect(told.append)
    workspace(window)._count()
    qtbot.waitUntil(lambda: len(begun) == 1)
    workspace(window)._count()
    qtbot.waitUntil(lambda: told == [{"high": 2}])
    answer.set()
    qtbot.waitUntil(lambda: not aio._tasks)
    assert told == [{"high": 2}]


def test_lights_say_in_words_what_is_down(window: ConsoleWindow, field: QuietField, clock: FakeClock) -> None:
    field.said = health("up")
    workspace(window).refresh()
    assert workspace(window).topbar.light_words() == {
        "broker": "现场已连接", "hub": "未接入上级", "store": "存储正常", "clock": "时钟正常",
    }  # fmt: skip
    field.said = health("lost", queued={"history": 37})
    clock.seconds += 600
    workspace(window).refresh()
    assert workspace(window).topbar.light_words()["broker"] == "现场已断开"
    assert workspace(window).topbar.light_words()["clock"] == "时钟被改动"
    assert PageDriver(workspace(window).strip).says("待写入 37 条")
    assert PageDriver(workspace(window).strip).says("最后已知")


def test_a_page_without_permission_says_so(window: ConsoleWindow) -> None:
    workspace(window).go("alarms")
    assert PageDriver(workspace(window).page()).says("没有查看此页的权限")


def test_a_broken_page_is_told_and_the_others_go_on(window: ConsoleWindow, caplog: pytest.LogCaptureFixture) -> None:
    workspace(window).go("journal")
    banner = workspace(window).banner()
    assert banner is not None and "意外" in banner.text()
    assert "on purpose" in caplog.text
    workspace(window).go("things")
    assert workspace(window).place()[0] == "things"


def test_an_expected_failure_is_told_in_its_own_words(qtbot: QtBot, window: ConsoleWindow) -> None:
    window.tell(Refused("no"))
    banner = workspace(window).banner()
    assert banner is not None and banner.text() == window.words.told(Refused("no"))
    qtbot.waitUntil(banner.isVisible)
    PageDriver(banner).press("关闭")
    assert workspace(window).banner() is None


def test_the_palette_finds_pages_and_goes_there_by_keys_alone(qtbot: QtBot, window: ConsoleWindow) -> None:
    PageDriver(window).key("Ctrl+K")
    palette = window.findChild(CommandPalette)
    assert isinstance(palette, CommandPalette)
    palette.input.setText("设备")
    assert [hit.title for hit in palette.shown()] == ["设备"]
    PageDriver(palette).key("Return")
    assert workspace(window).place()[0] == "things"
    qtbot.waitUntil(lambda: window.findChild(CommandPalette) is None)


def test_the_palette_finds_places_in_the_background(qtbot: QtBot, window: ConsoleWindow, who: Principal) -> None:
    window.console.places.add(who, "building", "3", "3 号楼")
    palette = workspace(window).open_palette()
    palette.input.setText("3 号楼")
    qtbot.waitUntil(lambda: [hit.kind for hit in palette.shown()] == ["place"])
    PageDriver(palette).key("Esc")
    assert not palette.isVisible()


def test_closing_asks_the_program_to_end_and_does_not_end_it(window: ConsoleWindow) -> None:
    assert not window.close()
    assert window.closing.is_set() and window.isVisible()


def test_the_lock_covers_the_work_until_the_right_password(qtbot: QtBot, window: ConsoleWindow) -> None:
    window.lock()
    lock = window.lock_screen
    assert lock is not None
    PageDriver(window).key("Alt+2")
    assert workspace(window).place()[0] == "overview"
    driver = PageDriver(lock)
    driver.write("密码", "wrong")
    driver.press("解锁")
    qtbot.waitUntil(lambda: bool(lock.password.error()))
    driver.write("密码", PASSWORD)
    driver.press("解锁")
    qtbot.waitUntil(lambda: window.lock_screen is None)
    assert workspace(window).isEnabled()


def test_idling_locks(qtbot: QtBot, window: ConsoleWindow) -> None:
    window._idle.idled.emit()
    assert window.lock_screen is not None


def test_sign_in_tells_wrong_passwords_then_the_lock_then_lets_in(
    qtbot: QtBot, open_window: Open, who: Principal, clock: FakeClock
) -> None:
    window = open_window()
    window.open_door()
    door = window.centralWidget()
    assert isinstance(door, SignIn)
    driver = PageDriver(door)
    driver.press("登录")
    qtbot.waitUntil(lambda: bool(door.login.error()))
    for _ in range(5):
        driver.write("账号", "wang")
        driver.write("密码", "wrong")
        driver.press("登录")
        qtbot.waitUntil(lambda: bool(door.password.error()))
    assert "10:00" in door.password.error()
    clock.advance(601)
    qtbot.waitUntil(door.enter.isEnabled, timeout=3000)
    driver.write("密码", PASSWORD)
    driver.press("登录")
    qtbot.waitUntil(lambda: window.workspace is not None)
    assert window.who is not None and window.who.login == "wang"


def test_first_set_up_makes_the_community_and_its_operator(qtbot: QtBot, open_window: Open, console: Console) -> None:
    window = open_window()
    window.open_set_up(founded=False)
    door = window.centralWidget()
    assert isinstance(door, SetUp)
    driver = PageDriver(door)
    driver.press("建立账号并进入")
    qtbot.waitUntil(lambda: bool(door.name.error() and door.code.error() and door.login.error()))
    for field, text in (
        ("社区名称", "柳岸花园"), ("社区代码", "440983102001"), ("账号", "wang"), ("姓名", "王工"),
        ("密码", PASSWORD), ("再输一次密码", PASSWORD),
    ):  # fmt: skip
        driver.write(field, text)
    driver.press("建立账号并进入")
    qtbot.waitUntil(lambda: window.workspace is not None)
    community = console.places.community()
    assert community is not None and community.name == "柳岸花园"
    assert not console.accounts.needs_setup()


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (1080, 1920), (1280, 720)])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_shell_is_named_and_nothing_is_clipped(
    window: ConsoleWindow, lang: str, size: tuple[int, int], field: QuietField
) -> None:
    field.said = health("lost")
    window.set_language("en" if lang == "en" else "zh")
    window.resize(*size)
    workspace(window).refresh()
    assert_accessible(window)
    assert_no_clipped_text(window)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_doors_are_named_and_nothing_is_clipped(open_window: Open, console: Console, lang: str) -> None:
    window = open_window()
    window.open_set_up(founded=False)
    window.set_language("en" if lang == "en" else "zh")
    assert isinstance(window.centralWidget(), SetUp)
    assert_accessible(window)
    assert_no_clipped_text(window)
    assert_nothing_overlaps(window)
    console.accounts.set_up("wang", "王工", PASSWORD)
    window.open_door()
    assert isinstance(window.centralWidget(), SignIn)
    assert_accessible(window)
    assert_no_clipped_text(window)
