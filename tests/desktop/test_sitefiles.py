"""What a site puts beside the program's data files is checked before the emergency in which it would count."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from db.open import open_records
from desktop.cli import main
from desktop.kernel.clock import SystemClock
from desktop.kernel.ids import uuid7
from desktop.security import keys
from desktop.sitefiles import refused_files

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
MAKER = 'makers = ["本市电梯厂"]\nsource = "2024 版说明书"\n\n[no_fault.lift]\nfault_cod = [7]\n'


def put(folder: Path, name: str, content: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(content, encoding="utf-8")


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A data folder with a mistake of each sort."""
    pool = json.loads((EXAMPLES / "swimming-pool.tm.json").read_text(encoding="utf-8"))
    pool["linli:alarms"][0].update(case="emergency-response", caseFields={"kind": "drowning"}, startCase=True)
    put(tmp_path / "things", "pool.tm.json", json.dumps(pool, ensure_ascii=False, indent=1))
    put(tmp_path / "vendors", "ours.toml", MAKER)
    put(tmp_path / "cases", "loan.yaml", "name: loan\nversion: one\n")
    return tmp_path


def test_without_folders_of_its_own_a_site_has_no_mistakes(tmp_path: Path) -> None:
    assert refused_files(tmp_path) == []


def test_every_mistake_of_a_site_is_told_with_its_line(wrong: Path) -> None:
    told = {error.file.name: error for error in refused_files(wrong)}
    assert told.keys() == {"pool.tm.json", "ours.toml", "loan.yaml"}
    assert "'kind' cannot be 'drowning'" in told["pool.tm.json"].reason
    assert "no property 'fault_cod'" in told["ours.toml"].reason
    assert (told["ours.toml"].line, told["loan.yaml"].line) == (5, 2)


def test_the_self_test_tells_them(wrong: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clock = SystemClock()
    open_records(wrong, keys.create_keys(wrong, None, open=True), lambda: uuid7(clock.now())).close()
    assert main(["check", "--data-dir", str(wrong), "--json"]) == 1
    found = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert not found["data_files"]["ok"]
    assert all(name in found["data_files"]["detail"] for name in ("pool.tm.json:", "ours.toml:5", "loan.yaml:2"))
