"""`linli`, the one command: every way into the program. Each subcommand's code is imported when it is asked for."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from desktop.commands.folders import data_dir, given_passphrase
from desktop.kernel.errors import LinliError, NotFound

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one subcommand. A failure with a reason is one line on stderr and exit status 1; usage errors are 2."""
    args = build_parser().parse_args(argv)
    command: Command = args.command
    try:
        return command(args)
    except LinliError as error:
        return _fail(str(error))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader (head, a pager) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _fail(f"{error.strerror or error}: {error.filename}" if error.filename else str(error))
    except Exception as error:
        from db.errors import store_error

        told = store_error(error)
        if told is None:
            raise
        return _fail(str(told))


def _fail(reason: str) -> int:
    sys.stderr.write(f"linli: {' '.join(reason.split())}\n")
    return 1


def build_parser() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = argparse.ArgumentParser(prog="linli", description="The console of a residential community.")
    common = _common()
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, help_: str, command: Command) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help_, description=help_, parents=[common])
        sub.set_defaults(command=command)
        return sub

    demo = add("demo", "a whole sample community on this machine, in a window", _demo)
    demo.add_argument("--seconds", type=float, help="end by itself after so long")
    demo.add_argument("--headless", action="store_true", help="without a display: draws offscreen")
    demo.add_argument("--screenshots", type=Path, metavar="DIR", help="save every page in light and dark, zh and en")
    demo.add_argument(
        "--scenario", default="demo", metavar="NAME", help="what happens (linli simulate --scenario list)"
    )
    demo.add_argument("--own-broker", choices=["mosquitto", "amqtt"], help="which broker to start")

    console = add("console", "the workstation window", _console)
    console.add_argument("--theme", choices=["light", "dark"])

    add("field", "the field service without a window", _field).add_argument("--seconds", type=float)

    init = add("init", "a new community store", _init)
    init.add_argument("--code", required=True, help="the community's 12-digit code")
    init.add_argument("--name", required=True)
    for tier in ("street", "district", "city"):
        init.add_argument(f"--{tier}", default="")

    simulate = add("simulate", "a building that talks MQTT like real devices do", _simulate)
    simulate.add_argument("--size", choices=["small", "estate", "district"], default="small")
    simulate.add_argument("--rate", type=float, help="messages a second; natural when left out")
    simulate.add_argument("--community", default="990101001001", help="the sample community's code")
    simulate.add_argument("--seed", type=int, default=1)
    simulate.add_argument("--scenario", default="demo", metavar="NAME", help="what happens; list names them all")
    simulate.add_argument(
        "--things", type=Path, metavar="DIR", help="a folder of own kinds: one device of each is added"
    )
    simulate.add_argument("--seconds", type=float)
    simulate.add_argument("--with-parent", action="store_true", help="end when standard input closes")

    devices = add("devices", "what the broker's devices say", _devices)
    devices.add_argument("act", choices=["list", "watch"])
    devices.add_argument("--seconds", type=float, help="how long to listen (list: 3)")
    devices.add_argument("--community", help="the 12-digit code in the topics; default: the store's")

    alarms = add("alarms", "the alarms on record", _alarms)
    alarms.add_argument("act", choices=["list"])
    alarms.add_argument("--all", action="store_true", help="with those that are over")

    report = add("report", "a report without a window", _report)
    report.add_argument("name", choices=["alarms", "energy", "service"])
    report.add_argument("--from", dest="since", help="YYYY-MM-DD[THH:MM], local time (default: 7 days ago)")
    report.add_argument("--to", dest="until", help="YYYY-MM-DD[THH:MM], local time, exclusive (default: now)")
    report.add_argument("--month", metavar="YYYY-MM", help="energy: the month (default: yesterday's)")
    report.add_argument(
        "--medium", choices=["electricity", "water", "gas", "heat"], default="electricity", help="energy: what was used"
    )
    report.add_argument("--out", type=Path, required=True, metavar="FILE")

    check = add("check", "self-test: store, journal chain, fonts, broker, clock", _check)
    check.add_argument("--head", action="append", default=[], metavar="N:MAC", help="a head printed on a report")

    backup = add("backup", "a verified copy of the store", _backup)
    backup.add_argument("folder", type=Path)
    restore = add("restore", "put a backup in place of the store", _restore)
    restore.add_argument("folder", type=Path)

    bench = add("bench", "figures as JSON, beside the machine's own limit", _bench)
    bench.add_argument("name", choices=["ingest", "history", "ui", "start", "cases"])
    bench.add_argument("--seconds", type=float)
    bench.add_argument("--points", type=int, metavar="N", help="of the year that history makes (default 5000)")
    return parser


def _common() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--data-dir", type=Path, metavar="DIR", help="where the store is")
    common.add_argument("--broker", metavar="mqtt://HOST:PORT", help="default: from the store's settings")
    common.add_argument("--lang", choices=["zh", "en"])
    common.add_argument("--json", action="store_true", help="print data as JSON")
    common.add_argument("--passphrase-file", type=Path, metavar="FILE", help="else LINLI_PASSPHRASE, else asked")
    return common


def _demo(args: argparse.Namespace) -> int:
    from desktop.demo import run_demo
    from ui.app import run_console

    return run_demo(args, run_console)


def _console(args: argparse.Namespace) -> int:
    from desktop.opening import Opening
    from ui.app import run_console

    folder = data_dir(args)
    if not (folder / "keys.json").exists():
        raise NotFound(f"there is no store in {folder} (make one with: linli init)", what=str(folder))
    return run_console(Opening(folder, args.broker, given_passphrase(args)), lang=args.lang, theme=args.theme)


def _field(args: argparse.Namespace) -> int:
    from desktop.commands.live import field

    return field(args)


def _init(args: argparse.Namespace) -> int:
    from desktop.commands.stores import init

    return init(args)


def _simulate(args: argparse.Namespace) -> int:
    from desktop.commands.live import simulate

    return simulate(args)


def _devices(args: argparse.Namespace) -> int:
    from desktop.commands.live import devices

    return devices(args)


def _alarms(args: argparse.Namespace) -> int:
    from desktop.commands.records import alarms

    return alarms(args)


def _report(args: argparse.Namespace) -> int:
    from desktop.commands.records import report

    return report(args)


def _check(args: argparse.Namespace) -> int:
    from desktop.commands.stores import check

    return check(args)


def _backup(args: argparse.Namespace) -> int:
    from desktop.commands.stores import backup

    return backup(args)


def _restore(args: argparse.Namespace) -> int:
    from desktop.commands.stores import restore

    return restore(args)


def _bench(args: argparse.Namespace) -> int:
    from desktop.commands.bench import bench

    return bench(args, _ui_bench, _open_cases)


def _ui_bench(seconds: float | None) -> dict[str, object]:
    _offscreen()
    from ui import bench

    return bench.run() if seconds is None else bench.run(seconds=seconds)


def _open_cases(folder: Path) -> dict[str, object]:
    _offscreen()
    from ui import casesbench

    return casesbench.run(folder)


def _offscreen() -> None:
    """Draws without a screen where there is none."""
    from desktop.demo import has_display

    if not has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"


if __name__ == "__main__":
    sys.exit(main())
