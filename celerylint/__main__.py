"""`python -m celerylint`, and the console script."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command line. The version is asked for by editors at every start, so it waits for
    no import.
    """
    if sys.argv[1:] in (["--version"], ["-V"]):
        from celerylint import __version__

        sys.stdout.write(f"celerylint {__version__}\n")
        return
    # What a run makes it keeps to its end, so there is nothing to collect.
    gc.disable()
    from celerylint import cli

    try:
        cli.main()
    except SystemExit as ended:
        _leave(ended.code)


def _leave(status: object) -> None:
    """End without freeing every object of the run one by one, which takes a tenth of a second."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status if isinstance(status, int) else 1)


if __name__ == "__main__":
    main()
