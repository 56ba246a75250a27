"""A site's own makers at work in the field service, over a real broker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from desktop.field.host import ThreadHost
from desktop.things.vendors import SITE_VENDORS
from tests.desktop.field.site import ROOT, Building, Listener, settings_for
from tests.support.broker import Mosquitto, wait_until

OURS = """makers = ["本市电梯厂"]
source = "2024 版说明书"

[no_fault.lift]
fault_code = [7]

[labels.lift.fault_code]
"7" = { zh = "节能休眠", en = "Asleep to save energy" }
"""


@pytest.fixture
def building(broker: Mosquitto) -> Iterator[Building]:
    found = Building(broker)
    yield found
    found.stop()


def test_a_maker_of_the_site_s_is_known_and_its_codes_raise_what_they_should(
    broker: Mosquitto, building: Building, tmp_path: Path, key: bytes
) -> None:
    (tmp_path / SITE_VENDORS).mkdir()
    (tmp_path / SITE_VENDORS / "ours.toml").write_text(OURS, encoding="utf-8")
    (tmp_path / SITE_VENDORS / "wrong.toml").write_text(
        OURS.replace("本市", "邻市").replace("[7]", '["7"]'), encoding="utf-8"
    )
    for lift, maker in (("lift-1", "本市电梯厂 K-2"), ("lift-2", "")):
        told = {"model": "lift", "name": lift, "maker": maker}
        building.publish(f"{ROOT}/{lift}/model", msgspec.json.encode(told), True)
    host = ThreadHost(settings_for(broker, tmp_path, key))
    listener = Listener(host)
    host.start()
    try:
        for lift in ("lift-1", "lift-2"):
            listener.wait_thing(lift)
            building.say(lift, service_mode=1, fault_code=7)
            listener.wait_value(lift, "fault_code", 7)
        code = host.things()["lift-1"][0].model.point("fault_code")
        assert code is not None and code.labels["7"]["zh"] == "节能休眠"
        # Ten seconds of the rule's delay: what the one without a maker tells, the other would have told by then too.
        wait_until(lambda: any(alarm.rule == "fault" for alarm in listener.alarms), 40, "the fault")
        assert {alarm.thing_id for alarm in listener.alarms if alarm.rule == "fault"} == {"lift-2"}
        (refused,) = listener.health.refused_models
        assert refused.startswith("wrong.toml:5:")
    finally:
        host.stop()
