"""What is known of a store before it is open."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop.kernel.terminal import terminal_code


def test_a_power_cut_leaves_no_half_of_the_terminals_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(_self: Path, _target: Path) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as cable:
        cable.setattr(Path, "replace", cut)
        with pytest.raises(OSError, match="power cut"):
            terminal_code(tmp_path)
    assert not (tmp_path / "terminal.json").exists()
    assert terminal_code(tmp_path) == terminal_code(tmp_path) == "D1"
