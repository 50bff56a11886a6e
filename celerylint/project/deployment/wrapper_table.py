"""Programs that start another program: which of their words are their own, and whether they stay.

Sources: the programs' manuals and usage texts. `stays` is None where it depends or was not tried.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from celerylint.structs import dataclass


@dataclass(frozen=True, slots=True)
class Wrapper:
    """values: options that take the next word; operands: words behind the options that are its own.

    dashes: the command stands behind `--` when there is one. stays: the wrapper stays above what it
    starts (False: it replaces itself). development: only used while developing. subcommand: the
    word that must follow the name.
    """

    values: frozenset[str] = frozenset()
    operands: int = 0
    stays: bool | None = False
    dashes: bool = False
    development: bool = False
    subcommand: str = ""


def _wrapper(
    values: str = "",
    operands: int = 0,
    stays: bool | None = False,
    dashes: bool = False,
    development: bool = False,
    subcommand: str = "",
) -> Wrapper:
    chosen = frozenset(values.split())
    return Wrapper(chosen, operands, stays, dashes, development, subcommand)


_UV = (
    "--with --extra --group --only-group --no-group --project --directory --python -p --env-file "
    "--package --index --index-url --cache-dir --config-file -m"
)

WRAPPERS: dict[str, Wrapper] = {
    "nohup": _wrapper(),
    "setsid": _wrapper(),
    "time": _wrapper("-o -f", stays=True),
    "stdbuf": _wrapper("-i -o -e"),
    "unbuffer": _wrapper(stays=True),
    "catchsegv": _wrapper(stays=True),
    "nice": _wrapper("-n"),
    "ionice": _wrapper("-c -n -p"),
    "chrt": _wrapper(operands=1),
    "taskset": _wrapper(operands=1),
    "timeout": _wrapper("-k -s --kill-after --signal", operands=1, stays=True),
    "gosu": _wrapper(operands=1),
    "su-exec": _wrapper(operands=1),
    "s6-setuidgid": _wrapper(operands=1),
    "setuidgid": _wrapper(operands=1),
    "chpst": _wrapper("-u -U -b -e -d -n -l -L -m -o -p -f -c -t -r"),
    "setpriv": _wrapper("--reuid --regid --groups"),
    "runuser": _wrapper("-u -g -G -s", stays=None),
    "capsh": _wrapper(stays=None, dashes=True),
    "tini": _wrapper("-p -e"),
    "tini-static": _wrapper("-p -e"),
    "dumb-init": _wrapper("-r --rewrite"),
    "catatonit": _wrapper("-P"),
    "pid1": _wrapper(),
    "wait-for-it": _wrapper(dashes=True),
    "wait-for-it.sh": _wrapper(dashes=True),
    "wait-for": _wrapper(dashes=True),
    "wait-for.sh": _wrapper(dashes=True),
    "wait_for_it.sh": _wrapper(dashes=True),
    "dockerize": _wrapper(
        "-wait -timeout -wait-retry-interval -template -stdout -stderr", stays=True
    ),
    "start-pgbouncer": _wrapper(stays=True),
    "start-pgbouncer-stunnel": _wrapper(stays=True),
    "chamber": _wrapper(operands=1, subcommand="exec", dashes=True),
    "doppler": _wrapper("-c -p -t", subcommand="run", stays=True, dashes=True),
    "aws-vault": _wrapper(operands=1, subcommand="exec", dashes=True),
    "op": _wrapper("--env-file", subcommand="run", stays=True, dashes=True),
    "infisical": _wrapper("--env --path", subcommand="run", stays=True, dashes=True),
    "dotenv": _wrapper("-f --file", subcommand="run", dashes=True),
    "with-contenv": _wrapper(),
    "s6-envdir": _wrapper(operands=1),
    "envdir": _wrapper(operands=1),
    "poetry": _wrapper("-C -P --directory --project", subcommand="run"),
    "uv": _wrapper(_UV, subcommand="run", stays=None),
    "uvx": _wrapper("--from --with --python -p", stays=None),
    "pdm": _wrapper("-p --project", subcommand="run", stays=None),
    "pipenv": _wrapper(subcommand="run"),
    "rye": _wrapper(subcommand="run", stays=None),
    "hatch": _wrapper("-e --env", subcommand="run", stays=None),
    "pixi": _wrapper("-e --environment", subcommand="run", stays=None),
    "conda": _wrapper("-n --name -p --prefix", subcommand="run", stays=True),
    "mamba": _wrapper("-n --name -p --prefix", subcommand="run", stays=True),
    "micromamba": _wrapper("-n --name -p --prefix", subcommand="run", stays=None),
    "bundle": _wrapper(subcommand="exec"),
    "newrelic-admin": _wrapper(subcommand="run-program"),
    "ddtrace-run": _wrapper("-p"),
    "opentelemetry-instrument": _wrapper(
        "--traces_exporter --metrics_exporter --logs_exporter --service_name "
        "--exporter_otlp_endpoint"
    ),
    "scout-apm": _wrapper(),
    "memray": _wrapper("-o --output", subcommand="run", stays=None),
    "py-spy": _wrapper(
        "-o -r -d -f --output --rate --duration", subcommand="record", stays=True, dashes=True
    ),
    "viztracer": _wrapper("-o --output_file", stays=None, dashes=True),
    "xvfb-run": _wrapper("-n -s -e", stays=True),
    "watchmedo": _wrapper(
        "-p --pattern --patterns -i --ignore-pattern --ignore-patterns -d --directory --signal "
        "--kill-after --interval --timeout --debounce-interval",
        subcommand="auto-restart",
        stays=True,
        development=True,
        dashes=True,
    ),
    "reflex": _wrapper("-r -g -R -G", stays=True, development=True, dashes=True),
    "entr": _wrapper(stays=True, development=True),
}
"""By the base name of the command word."""

NEVER = frozenset(
    """
    echo printf cat tee grep egrep fgrep rg ack ps pgrep pkill kill killall pip pip3 apt apt-get apk
    yum dnf brew npm yarn docker docker-compose kubectl oc helm supervisorctl systemctl service
    initctl rc-service journalctl tail head less curl wget test sed awk find xargs rm cp mv mkdir
    chown chmod touch ln ls which type command hash man git make ssh scp rsync tar sleep read
    logger pytest tox nox ruff flake8 mypy pylint black isort cd export alias unset adduser useradd
    install sort uniq wc cut tr diff stat id env-check rabbitmqctl redis-cli psql mysql
    """.split()  # noqa: SIM905 - a list of seventy words reads best as words
)
"""Commands whose words are never a command line to run, whatever they say."""

SHELLS = frozenset(("sh", "bash", "dash", "ash", "zsh", "ksh"))


def broadcasts(name: str, options: Sequence[str]) -> bool:
    """Does this init hand signals to its whole process group? Seen with dumb-init 1.2.5 and tini
    0.19."""
    if name == "dumb-init":
        return not any(each in ("-c", "--single-child") for each in options)
    group = re.compile(r"-[a-z]*g")
    return name in ("tini", "tini-static") and any(group.match(each) for each in options)
