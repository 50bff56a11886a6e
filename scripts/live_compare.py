"""Compares what celerylint believes about a real project with the live application.

python scripts/live_compare.py CHECKOUT --app PACKAGE.MODULE:NAME --python VENV/bin/python \\
[--path src] [--env NAME=VALUE ...] [--profile SETTINGS_MODULE] [--setup] [--checks]

CHECKOUT is copied to a temporary folder first (--in-place does without), since loading a project
may write files; its code runs, so use a project that you trust, with no network. `--python` is an
interpreter that has the project's dependencies. Recipes for projects that were compared are in
live_compare.md.

Exit status: 0 no difference, 1 differences, 2 the project does not load.
"""

from __future__ import annotations

import argparse
import importlib
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
judge = importlib.import_module("tests.differential.judge")
live = importlib.import_module("tests.differential.live")
IGNORED = shutil.ignore_patterns(".git", "node_modules", "__pycache__")


def read_arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("checkout", type=Path)
    parser.add_argument("--app", required=True, help='as "package.module:name"')
    parser.add_argument("--python", required=True, help="interpreter with the dependencies")
    parser.add_argument("--path", action="append", default=[], help="import root in the checkout")
    parser.add_argument("--env", action="append", default=[], help="NAME=VALUE")
    parser.add_argument("--profile", default="", help="settings module (DJANGO_SETTINGS_MODULE)")
    parser.add_argument("--setup", action="store_true", help="call django.setup() first")
    parser.add_argument(
        "--checks", action="store_true", help="run Django's checks, as a worker does"
    )
    parser.add_argument("--in-place", action="store_true")
    parser.add_argument("--dump", action="store_true", help="print the live side only, as JSON")
    return parser.parse_args()


def compare_in(root: Path, arguments: argparse.Namespace) -> int:
    """Loads and compares the project in that folder, and prints what differs."""
    env = dict(item.partition("=")[::2] for item in arguments.env)
    paths = arguments.path or ["."]
    load = live.Load(arguments.app, env, paths, arguments.setup, arguments.checks)
    side = live.Live(arguments.python)
    print(", ".join(f"{name} {version}" for name, version in side.versions.items()))
    try:
        if arguments.dump:
            found = side.load(root, judge.with_profile(load, arguments.profile))
            print(json.dumps(found, indent=1, sort_keys=True))
            return 2 if "error" in found else 0
        return report(judge.judge_folder(side, root, load, arguments.profile))
    except judge.LiveError as error:
        print(f"does not load: {error}")
        return 2
    finally:
        side.close()


def report(result: Any) -> int:
    """Prints a comparison; answers the exit status."""
    for difference in sorted(str(each) for each in result.differences):
        print(difference)
    for unknown in result.unknown:
        print(f"unknown: {unknown}")
    for task in result.not_imported:
        print(f"defined in a file that no worker imports: {task}")
    counts = ", ".join(f"{count} {certainty}" for certainty, count in sorted(result.counts.items()))
    print(f"{len(result.differences)} differences in {result.tasks} common tasks and the settings")
    print(f"claims: {counts or 'none'}")
    return 1 if result.differences else 0


def main() -> int:
    """Runs on a copy, unless told otherwise."""
    arguments = read_arguments()
    if arguments.in_place:
        return compare_in(arguments.checkout.resolve(), arguments)
    with tempfile.TemporaryDirectory(prefix="live-compare-") as folder:
        copy = Path(folder, arguments.checkout.resolve().name)
        shutil.copytree(arguments.checkout, copy, symlinks=True, ignore=IGNORED)
        return compare_in(copy, arguments)


if __name__ == "__main__":
    sys.exit(main())
