"""`linli field | simulate | devices`: what speaks MQTT, without a window."""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from db.open import open_records
from desktop.commands.folders import data_dir
from desktop.commands.stores import new_id, open_for, passphrase, print_json, say
from desktop.field.host import ThreadHost
from desktop.field.messages import FieldSettings, FromField, Health
from desktop.kernel.clock import SystemClock
from desktop.kernel.errors import Invalid, NotFound
from desktop.kernel.terminal import terminal_code
from desktop.kernel.words import Words
from desktop.places.service import Places
from desktop.security import keys
from desktop.security.settings import Settings
from desktop.things.loader import SITE_FOLDER, SUFFIX, load_models, load_models_with
from desktop.things.model import ONLINE, Reading, Thing, ThingModel

if TYPE_CHECKING:
    from desktop.simulate.building import Device


def field(args: argparse.Namespace) -> int:
    """Runs the field service and records its alarms; says once a second how it is doing."""
    console = open_for(args, hosting="thread")

    def heard(health: Health) -> None:
        if args.json:
            sys.stdout.write(msgspec.json.encode(health).decode() + "\n")
            sys.stdout.flush()
        else:
            say(f"{health.link:<10} {health.things} things, {health.points} points, {health.rate:.0f} msg/s")

    unsubscribe = console.bus.subscribe(Health, heard)
    try:
        _wait(args.seconds)
    finally:
        unsubscribe()
        console.close()
    return 0


def simulate(args: argparse.Namespace) -> int:
    """Publishes a building until it is stopped, or lists the scenarios there are."""
    from desktop.field.mqtt import Publisher
    from desktop.simulate import scenario
    from desktop.simulate.run import simulate as run

    if args.scenario == "list":
        return _scenarios(args)
    scenario.known(args.scenario)
    if not args.broker:
        raise Invalid("simulate needs --broker mqtt://HOST:PORT", "broker")
    models, beside = own_kinds(args.things)
    stop = threading.Event()
    if args.with_parent:
        threading.Thread(target=_until_stdin_closes, args=(stop,), daemon=True).start()
    if args.seconds is not None:
        timer = threading.Timer(args.seconds, stop.set)
        timer.daemon = True
        timer.start()
    reconnected = threading.Event()
    publisher = Publisher(args.broker, on_up=reconnected.set)
    publisher.start()
    reconnected.clear()
    try:
        run(
            publisher,
            community=args.community,
            size=args.size,
            rate=args.rate,
            seed=args.seed,
            clock=SystemClock(),
            stop=stop,
            reconnected=reconnected,
            scenario=args.scenario,
            models=models,
            beside=beside,
        )
    finally:
        stop.set()
        publisher.stop()
    return 0


def own_kinds(site: Path | None) -> tuple[Mapping[str, ThingModel], list[Device]]:
    """The program's kinds with those of a folder, and a device of each of the latter. A kind with a mistake is told and
    left out. Raises NotFound where there is no such folder."""
    from desktop.simulate.building import Device

    if site is not None and not site.is_dir():
        raise NotFound(f"there is no folder {site}", what="folder")
    loaded = load_models() if site is None else load_models_with(site)
    for refused in loaded.refused:
        sys.stderr.write(f"left out: {refused}\n")
    if site is None:
        return loaded.models, []
    own = [model for kind, model in loaded.models.items() if (site / (kind + SUFFIX)).exists()]
    return loaded.models, [
        Device(id=f"{model.kind}-1", kind=model.kind, name=model.title["zh"], place="", maker="") for model in own
    ]


def _scenarios(args: argparse.Namespace) -> int:
    from desktop.simulate import scenario

    words = Words(args.lang or "zh")
    told = {name: words.of(scenario.summary(name)) for name in scenario.names()}
    if args.json:
        print_json([{"name": name, "summary": summary} for name, summary in told.items()])
    else:
        for name, summary in told.items():
            say(f"{name:<18} {summary}")
    return 0


def devices(args: argparse.Namespace) -> int:
    """Lists what the broker's devices say, or prints each change (`watch`)."""
    with _listener(args) as host:
        if args.act == "watch":
            _watch(host, args)
        else:
            time.sleep(args.seconds or 3.0)
            _list(host, args)
    return 0


def _list(host: ThreadHost, args: argparse.Namespace) -> None:
    rows = [
        _row(thing, slot, host.reading) for thing, slot in sorted(host.things().values(), key=lambda known: known[0].id)
    ]
    if args.json:
        print_json(rows)
        return
    for row in rows:
        said = ", ".join(f"{name} {point['value']}{point['unit']}" for name, point in row["points"].items())
        say(f"{row['id']:<24} {row['kind']:<18} {row['place']:<8} {row['name']}  {said}")


def _row(thing: Thing, slot: int, reading: Callable[[int], Reading]) -> dict[str, Any]:
    points: dict[str, Any] = {}
    for index, point in enumerate(thing.model.points):
        now = reading(slot + 1 + index)
        points[point.name] = {"value": now.value, "unit": point.unit, "quality": now.quality, "at": now.at or None}
    return {
        "id": thing.id,
        "kind": thing.model.kind,
        "name": thing.name,
        "place": thing.place,
        "dialect": thing.dialect,
        "online": reading(slot).value,
        "points": points,
    }


def _watch(host: ThreadHost, args: argparse.Namespace) -> None:
    """Prints a line whenever a value changes. Polls the table: values do not travel as messages."""
    words, seen = Words(args.lang or "zh"), dict[tuple[str, str], Any]()
    until = time.monotonic() + args.seconds if args.seconds else float("inf")
    while time.monotonic() < until:
        for thing, slot in host.things().values():
            names = (ONLINE, *(point.name for point in thing.model.points))
            for index, name in enumerate(names):
                now = host.reading(slot + index)
                if now.quality != "none" and seen.get((thing.id, name)) != now.value:
                    seen[thing.id, name] = now.value
                    point = thing.model.point(name)
                    title = words.of(point.title) if point else name
                    if args.json:
                        line = {"id": thing.id, "point": name, "value": now.value, "quality": now.quality, "at": now.at}
                        say(msgspec.json.encode(line).decode())
                    else:
                        say(f"{thing.name}  {title} {now.value} {point.symbol if point else ''}".rstrip())
        time.sleep(0.25)


@contextmanager
def _listener(args: argparse.Namespace) -> Iterator[ThreadHost]:
    """A field service of its own beside whatever runs: nothing it stores outlives the command."""
    broker, community = args.broker, args.community
    if not (broker and community):
        broker, community = _from_store(args)
    with tempfile.TemporaryDirectory(prefix="linli-") as scratch:
        host = ThreadHost(
            FieldSettings(
                broker=broker,
                community=community,
                data_dir=str(Path(scratch)),
                key=secrets.token_bytes(32),
                things_dir=str(data_dir(args) / SITE_FOLDER),
            )
        )
        heard: list[FromField] = []
        host.on(heard.append)
        host.start()
        try:
            yield host
        finally:
            host.stop()


def _from_store(args: argparse.Namespace) -> tuple[str, str]:
    """The store's broker and community code, as far as the command line does not name them."""
    folder = data_dir(args)
    records = open_records(folder, keys.unlock(folder, passphrase(args, folder)), new_id)
    try:
        url = args.broker or Settings(records, SystemClock(), terminal_code(folder)).broker()
        community = Places(records, SystemClock(), new_id).community()
    finally:
        records.close()
    if community is None and not args.community:
        raise NotFound(f"the store in {folder} has no community yet", what="community")
    return url, args.community or (community.code if community else "")


def _wait(seconds: float | None) -> None:
    threading.Event().wait(seconds)


def _until_stdin_closes(stop: threading.Event) -> None:
    """The parent holds the other end of standard input; its death closes it, whatever the system."""
    while sys.stdin.buffer.read(1024):
        pass
    stop.set()
