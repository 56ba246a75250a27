"""The community's settings: small JSON objects by name, journalled like everything else."""

from __future__ import annotations

from typing import Any

from db.store import Records
from db.tables.security import Setting
from desktop.kernel.clock import Clock
from desktop.security.principal import Principal, act, require, system

NO_BROKER = "mqtt://127.0.0.1:1883"


class Settings:
    """Reads and changes settings. A setting nobody made is an empty object."""

    def __init__(self, records: Records, clock: Clock, terminal: str) -> None:
        self._records = records
        self._clock = clock
        self._terminal = terminal

    def get(self, name: str) -> dict[str, Any]:
        row = self._records.read(lambda session: session.get(Setting, name))
        return dict(row.value) if row else {}

    def put(self, who: Principal, name: str, value: dict[str, Any]) -> None:
        """Changes a setting. Raises NotAllowed."""
        require(who, "settings.change")
        self._put(who, name, value)

    def broker(self) -> str:
        """Where the building's MQTT broker is, `mqtt://HOST:PORT`."""
        return str(self.get("broker").get("url", NO_BROKER))

    def found_broker(self, url: str) -> None:
        """Notes the broker that Linli itself started (the demo's has another port each time)."""
        if self.broker() != url:
            self._put(system(self._terminal), "broker", {"url": url})

    def _put(self, who: Principal, name: str, value: dict[str, Any]) -> None:
        def change(tx: Any) -> None:
            row = tx.get(Setting, name)
            if row is None:
                tx.add(Setting(id=name, value=value))
            else:
                row.value = value

        self._records.write(act(who, "settings.change", self._clock), change)
