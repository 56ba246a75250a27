"""Two years of November's water, and a little electricity, in the site's store."""

from __future__ import annotations

from datetime import date, timedelta

from db.store import Transaction
from db.tables.energy import MeterReading
from db.tables.places import Place
from db.tables.things import ThingCard
from desktop.security.principal import act, system
from tests.ui.pages import TERMINAL, Site

METERS = {
    # id: name, place code, medium, unit, use, a day's amount
    "water-main": ("小区总水表", "P-1", "water", "m³", "supply", 150.0),
    "water-1": ("1号楼水表", "1", "water", "m³", "homes", 80.0),
    "water-2": ("2号楼水表", "2", "water", "m³", "homes", 40.0),
    "water-garden": ("绿化水表", "", "water", "m³", "irrigation", 12.0),
    "power-1": ("1号楼公共电表", "1", "electricity", "kWh", "lighting", 1250.5),
}


def read_meters(site: Site) -> None:
    """Every meter from 10 October to 21 November, and the same days a year before; 1号楼's water ran on the night of 14
    November, 2号楼's counted backwards on the 18th, and of the 9th nothing is known of the garden's."""

    def work(tx: Transaction) -> None:
        places = {place.code: place.id for place in tx.session.query(Place)}
        for id_, (name, code, medium, unit, use, amount) in METERS.items():
            tx.add(ThingCard(id=id_, kind=f"{medium}-meter", name=name, place_id=places.get(code)))
            for year in (2025, 2026):
                for n in range(43):
                    day = date(year, 10, 10) + timedelta(days=n)
                    if (id_, day) == ("water-garden", date(2026, 11, 9)):
                        continue
                    ran = (id_, day) == ("water-1", date(2026, 11, 14))
                    back = (id_, day) == ("water-2", date(2026, 11, 18))
                    used = amount * (1.0 if year == 2025 else 1.02) + (5.6 if ran else 0.0)
                    tx.add(
                        MeterReading(
                            id=f"{id_}/{day}", thing_id=id_, point="volume", day=day.isoformat(), medium=medium, unit=unit,
                            use=use, reading=1000.0 + n * amount, used=round(used, 3), night=6.2 if ran else 0.6,
                            flaws=["backwards"] if back else [],
                        )
                    )  # fmt: skip

    site.off(site.console.records.write, act(system(TERMINAL), "energy.sample", site.clock), work)
