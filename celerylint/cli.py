"""The command line: the only place that prints or exits.

Reports, the engine and the rules are imported by the command that needs them: `--version` needs
none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from celerylint import __version__
from celerylint.arguments import (
    DEFAULT_COMMAND,
    Commands,
    reading,
    request_of,
    selectors,
    shared,
)
from celerylint.output import deliver, exit_with, use_color

if TYPE_CHECKING:
    from celerylint.outcome import Outcome, ProjectRun, Request
    from celerylint.registry import RuleInfo

FORMATS = ("text", "concise", "json", "github")
CLEAN, FOUND, FAILED, NOTHING = 0, 1, 2, 3


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    options_metavar="[COMMAND] [OPTIONS]",
    subcommand_metavar="[PATHS]...",
    epilog="Exit status: 0 nothing found, 1 findings, 2 could not run, 3 nothing to analyse.",
)
@click.version_option(__version__, "-V", "--version", message="celerylint %(version)s")
def cli() -> None:
    """Find what will go wrong in a Celery project, without running it.

    PATHS (default: the current directory) choose what is reported; what is read is the whole
    project around them. A path that is called like a command is written `./rule`.
    """


@cli.command(DEFAULT_COMMAND)
@click.argument("paths", nargs=-1, metavar="[PATHS]...", type=click.Path(allow_dash=True))
@click.option("--output-format", type=click.Choice(FORMATS), default="text", help="How to report.")
@selectors("--select", "Run these rules only: codes, prefixes, names, categories or ALL.")
@selectors("--extend-select", "Run these rules too.")
@selectors("--ignore", "Leave these rules out.")
@click.option("--preview", is_flag=True, help="Run preview rules too.")
@click.option(
    "--stdin-filename", metavar="PATH", help="The file that `-` (standard input) stands for."
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 when there are findings.")
@click.option("--allow-empty", is_flag=True, help="Exit with 0 when there is nothing to analyse.")
@click.option("--statistics", is_flag=True, help="Count the findings of each rule instead.")
@click.option("-q", "--quiet", is_flag=True, help="No diagnostics but errors.")
@click.option("-v", "--verbose", is_flag=True, help="Also say what could not be resolved.")
@click.option(
    "--show-settings", is_flag=True, help="Show the configuration and the rules, and stop."
)
@click.option("--show-files", is_flag=True, help="Show the files whose text is read, and stop.")
@shared
def check(paths: tuple[str, ...], **options: Any) -> int:
    """Lint a project (the default command)."""
    request = request_of(paths, options)
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
    from celerylint.structs import replace

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
@shared
def project_command(path: str, output_format: str, **options: Any) -> int:
    """Show what celerylint makes of a project: apps, settings, tasks, calls, processes."""
    from celerylint.outcome import Request
    from celerylint.report import projectjson, projecttext, text

    outcome = _run(Request(paths=(path,), link_only=True, **reading(options)))
    click.echo(text.diagnostics(outcome), nl=False, err=True)
    if output_format == "json":
        deliver(projectjson.render(_only(outcome.runs)), options["output_file"])
    else:
        color = use_color(options["color"], options["output_file"])
        deliver(
            "\n".join(projecttext.render(run, color) for run in outcome.runs),
            options["output_file"],
        )
    if outcome.failed:
        return FAILED
    return NOTHING if outcome.nothing_analysed else CLEAN


def _only(runs: tuple[ProjectRun, ...]) -> ProjectRun:
    if len(runs) == 1:
        return runs[0]
    roots = ", ".join(run.root for run in runs) or "none"
    raise click.UsageError(f"the JSON shows one project; name the folder of one of these: {roots}")


def main() -> None:
    """Run a command and exit."""
    exit_with(lambda: cli.main(prog_name="celerylint", standalone_mode=False))
