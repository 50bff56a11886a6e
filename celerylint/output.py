"""The command line's way out: whole files, safe streams, one-line errors and exit statuses."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Callable
from typing import Any

import click

FAILED = 2


def deliver(text: str, target: str | None) -> None:
    """Print a text, or write it whole into a file: a reader never sees half of it.

    Raises click.UsageError when the file cannot be written.
    """
    if target is None:
        sys.stdout.write(text)
        return
    try:
        _replace(target, text)
    except OSError as error:
        raise click.UsageError(f"cannot write {target}: {error.strerror}") from None


def _replace(target: str, text: str) -> None:
    data = text.encode("utf-8", "backslashreplace")
    if os.path.exists(target) and not os.path.isfile(target):
        # A pipe or a device (/dev/stderr) is written to, not replaced.
        with open(target, "wb") as stream:
            stream.write(data)
        return
    import tempfile

    real = os.path.realpath(target)
    handle, draft = tempfile.mkstemp(prefix=".celerylint-", dir=os.path.dirname(real))
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.chmod(draft, _mode(real))
        os.replace(draft, real)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(draft)
        raise


def _mode(path: str) -> int:
    try:
        return os.stat(path).st_mode & 0o777
    except OSError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask


def use_color(choice: str, target: str | None) -> bool:
    """Is text to be coloured? `auto` asks NO_COLOR, FORCE_COLOR, TERM and whether somebody
    watches.
    """
    if choice != "auto":
        return choice == "always"
    if target is not None or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def exit_with(command: Callable[[], Any]) -> None:
    """Run a command and leave with its status; every expected error is one line and status 2."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A narrow encoding shows escapes rather than fails.
            stream.reconfigure(errors="backslashreplace")
    status = FAILED
    try:
        status = command() or 0
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read has seen enough; Python must not complain about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except click.exceptions.Abort:
        status = 130
    except click.ClickException as error:
        _complain(error.format_message())
    except Exception as error:  # noqa: BLE001 - what goes wrong here is said, not raised
        if _expected(error):
            _complain(str(error))
        else:
            # Not 1, which says that there are findings.
            import traceback

            traceback.print_exc()
            _complain(
                "this is a mistake of celerylint itself; please report it with the lines above"
            )
    sys.exit(status)


def _expected(error: Exception) -> bool:
    from celerylint.config import ConfigError
    from celerylint.registry import RegistryError, UnknownSelector

    return isinstance(error, (ConfigError, RegistryError, UnknownSelector))


def _complain(message: str) -> None:
    from celerylint.report.terminal import escaped

    sys.stderr.write(f"celerylint: error: {escaped(' '.join(message.split()))}\n")
