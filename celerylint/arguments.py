"""The command line's words: options that commands share, and what they ask the engine for."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from celerylint.outcome import Overrides, Request

DEFAULT_COMMAND = "check"


class Commands(click.Group):
    """A group whose `check` may be left out: `celerylint src` is `celerylint check src`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {name for param in self.get_params(ctx) for name in param.opts}
        completes_first_word = ctx.resilient_parsing and not args
        if not completes_first_word and (
            not args or (args[0] not in self.commands and args[0] not in own)
        ):
            args = [DEFAULT_COMMAND, *args]
        return super().parse_args(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        check = self.commands[DEFAULT_COMMAND]
        check.format_options(click.Context(check, info_name=ctx.info_name), formatter)
        self.format_commands(ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        check = self.commands[DEFAULT_COMMAND]
        mine = super().shell_complete(ctx, incomplete)
        return mine + check.shell_complete(click.Context(check, parent=ctx), incomplete)


def _names(ctx: click.Context, param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.strip() for each in value for name in each.split(",") if name.strip())


def selectors(flag: str, text: str) -> Callable[[Any], Any]:
    """An option that takes rules, several times or with commas."""
    return click.option(flag, multiple=True, callback=_names, metavar="RULE,...", help=text)


def shared(command: Callable[..., int]) -> Callable[..., int]:
    """The options of every command that reads a project."""
    for option in reversed(
        (
            click.option(
                "--output-file", type=click.Path(dir_okay=False), help="Write into this file."
            ),
            click.option(
                "--config", type=click.Path(), metavar="FILE", help="Read this configuration."
            ),
            click.option(
                "--celery-version", metavar="X.Y", help="The Celery that the project runs."
            ),
            click.option("--no-cache", is_flag=True, help="Neither read nor write the cache."),
            click.option(
                "--cache-dir", type=click.Path(file_okay=False), help="Keep the cache here."
            ),
            click.option(
                "--jobs", type=click.IntRange(min=1), metavar="N", help="Read in N processes."
            ),
            click.option("--color", type=click.Choice(("auto", "always", "never")), default="auto"),
        )
    ):
        command = option(command)
    return command


def request_of(paths: tuple[str, ...], options: dict[str, Any]) -> Request:
    """The request of `check`. Raises click.UsageError when its arguments do not go together."""
    from celerylint.outcome import Request

    filename, buffer = options["stdin_filename"], None
    if "-" in paths:
        if len(paths) > 1 or not filename:
            raise click.UsageError("`-` stands alone and needs --stdin-filename PATH")
        paths, buffer = (filename,), sys.stdin.buffer.read()
    elif filename:
        raise click.UsageError("--stdin-filename needs `-` as the path")
    else:
        for path in paths:
            if not os.path.lexists(path):
                raise click.UsageError(f"there is no `{path}` here{_if_command(path)}")
    return Request(
        paths=paths or (".",),
        overrides=_overrides(options),
        stdin_filename=filename,
        stdin=buffer,
        **reading(options),
    )


def _if_command(path: str) -> str:
    root = click.get_current_context().find_root().command
    known = isinstance(root, click.Group) and path in root.commands
    return f"; a command comes first: `celerylint {path} [OPTIONS]`" if known else ""


def reading(options: dict[str, Any]) -> dict[str, Any]:
    """Request arguments: what the shared options say about how a project is read."""
    return {
        "cwd": os.getcwd(),
        "config_file": options["config"],
        "celery_version": _version(options["celery_version"]),
        "cache_dir": options["cache_dir"],
        "use_cache": not options["no_cache"],
        "jobs": options["jobs"],
    }


def _overrides(options: dict[str, Any]) -> Overrides:
    from celerylint.outcome import Overrides

    for flag in ("select", "extend_select", "ignore"):
        for selector in options[flag]:
            from celerylint import registry  # and with it everything that rules are made of

            try:
                registry.check_selector(selector)
            except registry.UnknownSelector as error:
                raise click.UsageError(f"--{flag.replace('_', '-')}: {error}") from None
    return Overrides(
        select=options["select"] or None,
        extend_select=options["extend_select"],
        ignore=options["ignore"],
        preview=options["preview"],
    )


def _version(text: str | None) -> str | None:
    if text is not None and not all(part.isdecimal() for part in text.split(".")):
        raise click.UsageError(
            f"--celery-version: write a release such as 5.4 or 5.4.0, not `{text}`"
        )
    return text
