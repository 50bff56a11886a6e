"""The command line: the only place that prints or exits.

Reports, the engine and the rules are imported by the command that needs them: `--version` needs
none.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from celerylint import __version__
from celerylint.output import deliver, use_color

if TYPE_CHECKING:
    from celerylint.outcome import Outcome, Overrides, ProjectRun, Request
    from celerylint.registry import RuleInfo

FORMATS = ("text", "concise", "json", "github")
CLEAN, FOUND, FAILED, NOTHING = 0, 1, 2, 3
DEFAULT_COMMAND = "check"


class _Commands(click.Group):
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


def _selectors(flag: str, text: str) -> Callable[[Any], Any]:
    return click.option(flag, multiple=True, callback=_names, metavar="RULE,…", help=text)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar="[COMMAND] [OPTIONS]",
    subcommand_metavar="[PATHS]…",
    epilog="Exit status: 0 nothing found, 1 findings, 2 could not run, 3 nothing to analyse.",
)
@click.version_option(__version__, "-V", "--version", message="celerylint %(version)s")
def cli() -> None:
    """Find what will go wrong in a Celery project, without running it.

    PATHS (default: the current directory) choose what is reported; what is read is the whole
    project around them. A path that is called like a command is written `./rule`.
    """


@cli.command(DEFAULT_COMMAND)
@click.argument("paths", nargs=-1, metavar="[PATHS]…", type=click.Path(allow_dash=True))
@click.option("--output-format", type=click.Choice(FORMATS), default="text", help="How to report.")
@click.option(
    "--output-file", type=click.Path(dir_okay=False), help="Write the report into this file."
)
@_selectors("--select", "Run these rules only: codes, prefixes, names, categories or ALL.")
@_selectors("--extend-select", "Run these rules too.")
@_selectors("--ignore", "Leave these rules out.")
@click.option("--preview", is_flag=True, help="Run preview rules too.")
@click.option("--config", type=click.Path(), metavar="FILE", help="Read this configuration file.")
@click.option(
    "--celery-version", metavar="VERSION", help="The Celery that the project runs, such as 5.4."
)
@click.option(
    "--stdin-filename", metavar="PATH", help="The file that `-` (standard input) stands for."
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 when there are findings.")
@click.option("--allow-empty", is_flag=True, help="Exit with 0 when there is nothing to analyse.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule instead.")
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
@click.option("--cache-dir", type=click.Path(file_okay=False), help="Where the cache is kept.")
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="How many processes read files."
)
@click.option("-q", "--quiet", is_flag=True, help="No diagnostics but errors.")
@click.option("-v", "--verbose", is_flag=True, help="Also say what could not be resolved.")
@click.option(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    help="Colours in text.",
)
@click.option(
    "--show-settings", is_flag=True, help="Show the configuration and the rules, and stop."
)
@click.option("--show-files", is_flag=True, help="Show the files whose text is read, and stop.")
def check(paths: tuple[str, ...], **options: Any) -> int:
    """Lint a project (the default command)."""
    request = _request(paths, options)
    if options["show_settings"] or options["show_files"]:
        return _show(request, options)
    outcome = _run(request)
    _report(outcome, options)
    if outcome.failed:
        return FAILED
    if outcome.findings:
        return CLEAN if options["exit_zero"] else FOUND
    excused = options["allow_empty"] or request.stdin is not None
    return NOTHING if outcome.nothing_analysed and not excused else CLEAN


def _request(paths: tuple[str, ...], options: dict[str, Any]) -> Request:
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
                raise click.UsageError(f"there is no `{path}` here")
    return Request(
        paths=paths or (".",),
        cwd=os.getcwd(),
        config_file=options["config"],
        overrides=_overrides(options),
        celery_version=_version(options["celery_version"]),
        stdin_filename=filename,
        stdin=buffer,
        cache_dir=options["cache_dir"],
        use_cache=not options["no_cache"],
        jobs=options["jobs"],
    )


def _overrides(options: dict[str, Any]) -> Overrides:
    from celerylint import registry
    from celerylint.outcome import Overrides

    for flag in ("select", "extend_select", "ignore"):
        for selector in options[flag]:
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


def _run(request: Request) -> Outcome:
    from celerylint import engine

    return engine.run(request)


def _report(outcome: Outcome, options: dict[str, Any]) -> None:
    from celerylint.report import text

    form, target = options["output_format"], options["output_file"]
    if form in ("text", "concise"):
        said = text.diagnostics(outcome, verbose=options["verbose"], quiet=options["quiet"])
        click.echo(said, nl=False, err=True)
    deliver(_rendered(outcome, form, options), target)
    if target is not None:
        click.echo(text.coverage_line(outcome))


def _rendered(outcome: Outcome, form: str, options: dict[str, Any]) -> str:
    from celerylint.report import text

    if form == "json":
        from celerylint.report import jsonreport

        return jsonreport.render(outcome)
    if form == "github":
        from celerylint.report import github

        return github.render(outcome)
    if options["statistics"]:
        return text.render_statistics(outcome)
    if form == "concise":
        return text.render_concise(outcome)
    return text.render(outcome, use_color(options["color"], options["output_file"]))


def _show(request: Request, options: dict[str, Any]) -> int:
    from dataclasses import replace

    outcome = _run(replace(request, link_only=True))
    if options["show_files"]:
        for run in outcome.runs:
            for path in run.read:
                click.echo(run.reported(path))
        return CLEAN
    from celerylint import registry
    from celerylint.report import settingstext

    for run in outcome.runs:
        click.echo(
            settingstext.render(run, registry.chosen(run.config, request.overrides)), nl=False
        )
    return CLEAN


@cli.command("rule")
@click.argument("name", required=False)
@click.option("--all", "every", is_flag=True, help="One line for each rule.")
def rule_command(name: str | None, every: bool) -> int:
    """Explain a rule, by its name or code; or list them all."""
    from celerylint import registry

    if every == (name is not None):
        raise click.UsageError("name one rule, or say --all")
    if name is not None:
        deliver(registry.named(name).page_text(), None)
    else:
        deliver(_listed(registry.all_rules()), None)
    return CLEAN


def _listed(rules: tuple[RuleInfo, ...]) -> str:
    from celerylint import page

    width = max(len(rule.name) for rule in rules)
    rows = []
    for rule in rules:
        head = f"{rule.code} {rule.name:{width}} {rule.severity.value:7} {rule.status:7}"
        rows.append(f"{head} {page.read(rule.page_text()).summary}\n")
    return "".join(rows)


@cli.command("project")
@click.argument("path", default=".", type=click.Path(exists=True))
@click.option(
    "--output-format", type=click.Choice(("text", "json")), default="text", help="How to show it."
)
@click.option("--output-file", type=click.Path(dir_okay=False), help="Write it into this file.")
@click.option("--config", type=click.Path(), metavar="FILE", help="Read this configuration file.")
@click.option(
    "--celery-version", metavar="VERSION", help="The Celery that the project runs, such as 5.4."
)
@click.option("--no-cache", is_flag=True, help="Neither read nor write the cache.")
@click.option("--cache-dir", type=click.Path(file_okay=False), help="Where the cache is kept.")
@click.option(
    "--jobs", type=click.IntRange(min=1), metavar="N", help="How many processes read files."
)
@click.option(
    "--color",
    type=click.Choice(("auto", "always", "never")),
    default="auto",
    help="Colours in text.",
)
def project_command(path: str, output_format: str, output_file: str | None, **options: Any) -> int:
    """Show what celerylint makes of a project: apps, settings, tasks, calls, processes."""
    from celerylint.outcome import Request
    from celerylint.report import projectjson, projecttext, text

    outcome = _run(
        Request(
            paths=(path,),
            cwd=os.getcwd(),
            config_file=options["config"],
            celery_version=_version(options["celery_version"]),
            cache_dir=options["cache_dir"],
            use_cache=not options["no_cache"],
            jobs=options["jobs"],
            link_only=True,
        )
    )
    click.echo(text.diagnostics(outcome), nl=False, err=True)
    if output_format == "json":
        deliver(projectjson.render(_only(outcome.runs)), output_file)
    else:
        color = use_color(options["color"], output_file)
        deliver("\n".join(projecttext.render(run, color) for run in outcome.runs), output_file)
    if outcome.failed:
        return FAILED
    return NOTHING if outcome.nothing_analysed else CLEAN


def _only(runs: tuple[ProjectRun, ...]) -> ProjectRun:
    if len(runs) == 1:
        return runs[0]
    roots = ", ".join(run.root for run in runs) or "none"
    raise click.UsageError(f"the JSON shows one project; name the folder of one of these: {roots}")


def main() -> None:
    """The console script."""
    from celerylint.output import exit_with

    exit_with(lambda: cli.main(prog_name="celerylint", standalone_mode=False))
