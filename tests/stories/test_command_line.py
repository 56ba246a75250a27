"""Whole-program stories through the one command, as a person or a script would run it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from desktop.demo import demo_broker, make_demo_store, simulated_building

pytestmark = pytest.mark.slow


def linli(*words: str | Path, passphrase: str | None = None, fails: bool = False) -> str:
    """Runs the command and gives what it printed; a failure must be one line of reason."""
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    env.pop("LINLI_PASSPHRASE", None)
    if passphrase is not None:
        env["LINLI_PASSPHRASE"] = passphrase
    command = [sys.executable, "-m", "desktop.cli", *map(str, words)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=env, stdin=subprocess.DEVNULL, timeout=120, check=False
    )
    if fails:
        assert done.returncode == 1, done.stdout + done.stderr
        assert done.stderr.startswith("linli: ") and done.stderr.count("\n") == 1, done.stderr
        return done.stderr
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def data(*words: str | Path, passphrase: str | None = None) -> Any:
    return json.loads(linli(*words, "--json", passphrase=passphrase))


def test_an_office_begins_keeps_a_copy_and_comes_back_from_it(tmp_path: Path) -> None:
    store, copy, phrase = tmp_path / "office", tmp_path / "copy", "a long passphrase of ours"
    names = (
        "--code",
        "520103001001",
        "--name",
        "云岩花园",
        "--street",
        "普陀路街道",
        "--district",
        "云岩区",
        "--city",
        "贵阳市",
    )
    linli("init", "--data-dir", store, *names, passphrase=phrase)

    checked = data("check", "--data-dir", store, passphrase=phrase)
    assert {"store", "journal"} <= {check["name"] for check in checked["checks"]}
    assert all(check["ok"] for check in checked["checks"] if check["name"] in ("store", "journal", "keys"))

    made = data("backup", copy, "--data-dir", store, passphrase=phrase)
    assert made["rows"] > 0
    put = data("restore", copy, "--data-dir", tmp_path / "another", passphrase=phrase)
    assert (put["rows"], put["head"]) == (made["rows"], made["head"])


def test_a_store_does_not_open_for_a_wrong_passphrase_or_twice_be_made(tmp_path: Path) -> None:
    store = tmp_path / "office"
    linli("init", "--data-dir", store, "--code", "520103001001", "--name", "云岩花园", passphrase="the right one, long")
    linli("alarms", "list", "--data-dir", store, passphrase="the wrong one, long", fails=True)
    linli("alarms", "list", "--data-dir", store, fails=True)
    linli("init", "--data-dir", store, "--code", "520103001001", "--name", "云岩花园", passphrase="x" * 20, fails=True)
    assert data("alarms", "list", "--data-dir", store, passphrase="the right one, long") == []


def test_a_wrong_community_code_leaves_nothing_behind(tmp_path: Path) -> None:
    store = tmp_path / "office"
    linli("init", "--data-dir", store, "--code", "52010300100", "--name", "云岩花园", passphrase="x" * 20, fails=True)
    assert not list(store.glob("*.db*")) and not (store / "keys.json").exists()


@pytest.fixture(scope="module")
def community(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A sample store whose field service listened to the simulated building for a while, and the broker's address."""
    folder = tmp_path_factory.mktemp("community")
    make_demo_store(folder)
    with demo_broker(folder, None) as url, simulated_building(url):
        linli("field", "--data-dir", folder, "--broker", url, "--seconds", "25")
        yield folder, url


def test_devices_list_shows_ours_and_those_of_other_makers(community: tuple[Path, str]) -> None:
    folder, url = community
    rows = data("devices", "list", "--data-dir", folder, "--broker", url)
    assert {"linli", "homeassistant"} == {row["dialect"] for row in rows}
    lift = next(row for row in rows if row["kind"] == "lift")
    assert set(lift) == {"id", "kind", "name", "place", "dialect", "online", "points"}
    assert set(lift["points"]["floor"]) == {"value", "unit", "quality", "at"}
    assert lift["points"]["floor"]["quality"] == "good"


def test_a_month_of_energy_is_printed_without_a_field_service(community: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = community
    file = tmp_path / "energy.pdf"
    made = data("report", "energy", "--data-dir", folder, "--medium", "water", "--out", file)
    text = "".join("".join(page.extract_text().split()) for page in PdfReader(file).pages)
    for said in ("能耗月报·水", "m³", "1号楼居民用水总表", "绿化浇灌", made["head"]):
        assert said in text, said
    refused = linli("report", "energy", "--data-dir", folder, "--month", "2026-13", "--out", file, fails=True)
    assert "2026-13 is no month" in refused


def test_alarms_were_recorded_and_the_report_prints_each(community: tuple[Path, str], tmp_path: Path) -> None:
    folder, _ = community
    alarms = data("alarms", "list", "--all", "--data-dir", folder)
    assert alarms, "the simulated trouble raised no alarm"
    assert set(alarms[0]) == {"id", "thing", "point", "priority", "state", "since", "value", "text"}
    file = tmp_path / "alarms.pdf"
    made = data("report", "alarms", "--data-dir", folder, "--out", file)
    text = "".join(page.extract_text() for page in PdfReader(file).pages).replace("\n", "")
    for alarm in alarms:
        assert alarm["text"][:4] in text
    assert made["head"] in text
    # The printed head is in the chain, and a head nobody printed is not.
    linli("check", "--data-dir", folder, "--head", made["head"])
    n, _, mac = made["head"].partition(":")
    forged = f"{n}:{mac[:-1]}{'0' if mac[-1] != '0' else '1'}"
    done = subprocess.run(
        [sys.executable, "-m", "desktop.cli", "check", "--data-dir", str(folder), "--head", forged, "--json"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert not next(check for check in json.loads(done.stdout)["checks"] if check["name"] == "journal")["ok"]


def test_every_command_explains_itself() -> None:
    for command in (
        "demo", "console", "field", "init", "simulate", "devices", "alarms", "report", "check", "backup", "restore", "bench",
    ):  # fmt: skip
        assert "usage: linli" in linli(command, "--help")
