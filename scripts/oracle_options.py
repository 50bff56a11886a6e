"""Writes celerylint/oracle/options.json: the options of Celery's commands, release by release.

Installs each released wheel into a temporary folder and asks Celery's own click commands. Usage:
python scripts/oracle_options.py [--check] [RELEASE ...]; --check only compares with the file.
A release whose options equal those of the one before it is not written.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "celerylint" / "oracle" / "options.json"
_RELEASED = """
5.0.0 5.0.1 5.0.2 5.0.3 5.0.4 5.0.5 5.1.0 5.1.1 5.1.2
5.2.0 5.2.1 5.2.2 5.2.3 5.2.4 5.2.6 5.2.7
5.3.0 5.3.1 5.3.4 5.3.5 5.3.6 5.4.0 5.5.0 5.5.1 5.5.2 5.5.3
5.6.0 5.6.1 5.6.2 5.6.3 5.7.0
"""
RELEASES = tuple(_RELEASED.split())
COMMANDS = ("worker", "beat", "events")

# Runs under the release that is asked, so it imports nothing of celerylint.
ASK = """
import json, warnings
warnings.simplefilter("ignore")
from celery.bin.celery import celery as group

def option(parameter):
    found = {"name": parameter.name, "opts": list(parameter.opts)}
    if parameter.secondary_opts:
        found["off"] = list(parameter.secondary_opts)
    if parameter.is_flag:
        found["flag"] = True
    if parameter.multiple:
        found["multiple"] = True
    if parameter.envvar:
        found["env"] = parameter.envvar
    if not parameter.is_flag:
        found["type"] = parameter.type.name
    if getattr(parameter.type, "choices", None):
        found["choices"] = [getattr(each, "value", each) for each in parameter.type.choices]
    return found

commands = [("celery", group)] + [(name, group.commands[name]) for name in %r]
print(json.dumps({name: [option(each) for each in command.params] for name, command in commands}))
"""


def ask(release: str) -> dict[str, Any]:
    """The options of every command in a release. Raises CalledProcessError when pip or Celery
    fails."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", folder]
        subprocess.run([*pip, f"celery=={release}"], check=True)
        answer = subprocess.run(
            [sys.executable, "-c", ASK % (COMMANDS,)],
            env={"PYTHONPATH": folder},
            check=True,
            capture_output=True,
            text=True,
        )
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("releases", nargs="*", default=RELEASES)
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    written: dict[str, Any] = {}
    last: dict[str, Any] | None = None
    for release in arguments.releases:
        found = ask(release)
        if found != last:
            written[release] = last = found
        print(release, {name: len(options) for name, options in found.items()})
    if arguments.check:
        known = json.loads(TARGET.read_text())
        sys.exit(0 if written == known else "options.json differs from the released Celery")
    TARGET.write_text(_lines(written))


def _lines(tables: dict[str, Any]) -> str:
    """JSON with one option a line, so that a release's change is a readable difference."""
    releases = []
    for release, commands in tables.items():
        parts = [
            f"  {json.dumps(name)}: [\n"
            + ",\n".join(f"   {json.dumps(option)}" for option in options)
            + "\n  ]"
            for name, options in commands.items()
        ]
        releases.append(f" {json.dumps(release)}: {{\n" + ",\n".join(parts) + "\n }")
    return "{\n" + ",\n".join(releases) + "\n}\n"


if __name__ == "__main__":
    main()
