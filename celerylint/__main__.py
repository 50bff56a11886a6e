"""`python -m celerylint`, and the console script."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. The version is asked for by editors at every start, so it waits for
    no import.
    """
    if sys.argv[1:] in (["--version"], ["-V"]):
        from celerylint import __version__

        sys.stdout.write(f"celerylint {__version__}\n")
        return
    from celerylint import cli

    cli.main()


if __name__ == "__main__":
    main()
