"""The command line: words, exit statuses, streams and files."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from celerylint import cli
from celerylint.config import Config, ConfigError
from celerylint.findings import Diagnostic, Finding, Severity, Span
from celerylint.outcome import Outcome, ProjectRun, Request
from celerylint.output import exit_with
from celerylint.project.model import App, CeleryVersions, Project
from celerylint.structs import replace

FOUND = Finding(
    Span("shop/tasks.py", 1, 1, 1, 2),
    "it fails",
    severity=Severity.ERROR,
    code="CEL201",
    name="database-broker",
)
APP = App("shop:app", Span("shop.py", 1), "shop", None, (), CeleryVersions(()))
PROJECT = Project("/work", CeleryVersions(()), apps=(APP,))
CLEAN = Outcome(runs=(ProjectRun(".", PROJECT, 3, read=("shop.py",)),))
EMPTY = Outcome(runs=(ProjectRun(".", Project("/work", CeleryVersions(())), 3),))
BROKEN = Diagnostic("internal-error", "a rule broke", severity=Severity.ERROR)


class Shell:
    """Runs the command line against an outcome that is made up, and keeps what was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.outcome: Outcome | Exception = CLEAN
        self.requests: list[Request] = []
        self.out = self.err = ""
        self._capsys = capsys
        monkeypatch.setattr(cli, "_run", self._answer)

    def _answer(self, request: Request) -> Outcome:
        self.requests.append(request)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def __call__(self, *words: str) -> int:
        with pytest.raises(SystemExit) as left:
            exit_with(
                lambda: cli.cli.main(list(words), prog_name="celerylint", standalone_mode=False)
            )
        self.out, self.err = self._capsys.readouterr()
        return int(left.value.code or 0)


@pytest.fixture
def shell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Shell:
    monkeypatch.chdir(tmp_path)
    return Shell(monkeypatch, capsys)


class TestStatus:
    @pytest.mark.parametrize(
        ("outcome", "words", "status"),
        [
            (CLEAN, [], 0),
            (EMPTY, [], 3),
            (Outcome(), [], 3),
            (EMPTY, ["--allow-empty"], 0),
            (replace(CLEAN, findings=(FOUND,)), [], 1),
            (replace(EMPTY, findings=(FOUND,)), [], 1),
            (replace(CLEAN, findings=(FOUND,)), ["--exit-zero"], 0),
            (replace(CLEAN, findings=(FOUND,), diagnostics=(BROKEN,)), [], 2),
            (replace(CLEAN, diagnostics=(BROKEN,)), ["--exit-zero"], 2),
            (
                replace(CLEAN, diagnostics=(Diagnostic("not-parsed", "x", "a.py"),)),
                [],
                0,
            ),
        ],
    )
    def test_of_an_outcome(
        self, shell: Shell, outcome: Outcome, words: list[str], status: int
    ) -> None:
        shell.outcome = outcome
        assert shell(*words) == status

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["--nonsense"], "No such option"),
            (["nowhere"], "there is no `nowhere` here"),
            (["--no-cache", "project", "."], "a command comes first: `celerylint project"),
            (["--select", "CEL9"], "--select: no rule is selected by `CEL9`"),
            (["--output-format", "xml"], "'xml' is not one of"),
            (["--celery-version", "new"], "write a release such as 5.4"),
            (["-"], "`-` stands alone and needs --stdin-filename"),
            (["--stdin-filename", "a.py"], "needs `-` as the path"),
            (["--jobs", "0"], "--jobs"),
            (["rule"], "name one rule, or say --all"),
            (["rule", "unused-supression"], "did you mean `unused-suppression`?"),
            (["project", "nowhere"], "does not exist"),
        ],
    )
    def test_wrong_words_are_one_clear_line(
        self, shell: Shell, words: list[str], said: str
    ) -> None:
        assert shell(*words) == 2
        assert said in shell.err
        assert shell.err.count("\n") == 1
        assert shell.err.startswith("celerylint: error: ")
        assert shell.out == ""

    def test_a_wrong_configuration_is_one_clear_line(self, shell: Shell) -> None:
        shell.outcome = ConfigError("unknown key", "pyproject.toml", 7, "selct")
        assert shell() == 2
        assert shell.err == "celerylint: error: pyproject.toml:7: `selct`: unknown key\n"


class TestWords:
    def test_check_may_be_left_out(self, shell: Shell, tmp_path: Path) -> None:
        (tmp_path / "shop").mkdir()
        for words in (["shop"], ["check", "shop"], ["--no-cache", "shop"], ["-q", "shop"]):
            assert shell(*words) == 0
        assert [each.paths for each in shell.requests] == [("shop",)] * 4
        assert shell.requests[2].use_cache is False

    def test_a_path_that_is_called_like_a_command(self, shell: Shell, tmp_path: Path) -> None:
        (tmp_path / "rule").mkdir()
        assert shell("./rule") == shell("check", "rule") == 0
        assert [each.paths for each in shell.requests] == [("./rule",), ("rule",)]

    def test_the_default_path_is_the_current_directory(self, shell: Shell, tmp_path: Path) -> None:
        assert shell() == 0
        assert shell.requests == [Request(paths=(".",), cwd=str(tmp_path))]

    def test_selectors_may_be_lists_and_repeated(self, shell: Shell) -> None:
        shell("--select", "CEL0,ALL", "--select", "tasks", "--ignore", "CEL001", "--preview")
        overrides = shell.requests[0].overrides
        assert overrides.select == ("CEL0", "ALL", "tasks")
        assert overrides.ignore == ("CEL001",)
        assert overrides.preview

    def test_a_buffer_stands_for_its_file(
        self, shell: Shell, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stream = io.TextIOWrapper(io.BytesIO(b"app = 1\r\n\xff"))
        monkeypatch.setattr(sys, "stdin", stream)
        shell.outcome = EMPTY
        assert shell("--stdin-filename", "shop/new.py", "-") == 0
        (request,) = shell.requests
        assert (request.paths, request.stdin) == (("shop/new.py",), b"app = 1\r\n\xff")
        assert request.stdin_filename == "shop/new.py"

    def test_help_shows_the_options_of_check_and_the_commands(self, shell: Shell) -> None:
        assert shell("--help") == 0
        for word in ("--output-format", "--stdin-filename", "project", "rule", "Exit status"):
            assert word in shell.out

    def test_the_version(self, shell: Shell) -> None:
        assert shell("--version") == 0
        assert shell.out.startswith("celerylint ")

    def test_completion_knows_commands_and_options(self, shell: Shell) -> None:
        context = cli.cli.make_context("celerylint", [], resilient_parsing=True)
        assert {"check", "project", "rule"} <= {
            each.value for each in cli.cli.shell_complete(context, "")
        }
        assert "--output-format" in {
            each.value for each in cli.cli.shell_complete(context, "--out")
        }
        context.close()


class TestStreams:
    def test_json_alone_is_on_standard_output(self, shell: Shell) -> None:
        broken = (Diagnostic("not-parsed", "x", "a.py"),)
        shell.outcome = replace(CLEAN, findings=(FOUND,), diagnostics=broken)
        assert shell("--output-format", "json") == 1
        assert json.loads(shell.out)["findings"][0]["code"] == "CEL201"
        assert shell.err == ""

    def test_diagnostics_of_a_text_run_are_on_standard_error(self, shell: Shell) -> None:
        shell.outcome = replace(CLEAN, diagnostics=(Diagnostic("not-parsed", "x", "a.py", 3),))
        assert shell() == 0
        assert shell.err == "a.py:3: warning: not-parsed: x\n"
        assert shell.out.splitlines()[-1] == (
            "1 app, 0 tasks, 0 worker commands in 3 files; 1 file not parsed"
        )
        assert shell("--quiet") == 0
        assert shell.err == ""

    @pytest.mark.parametrize("form", ["text", "concise", "json", "github"])
    def test_a_file_is_written_whole(self, shell: Shell, tmp_path: Path, form: str) -> None:
        (tmp_path / "report").write_text("old")
        shell.outcome = replace(CLEAN, findings=(FOUND,))
        assert shell("--output-format", form, "--output-file", "report") == 1
        assert "CEL201" in (tmp_path / "report").read_text()
        assert shell.out == "1 app, 0 tasks, 0 worker commands in 3 files\n"
        assert [each.name for each in tmp_path.iterdir()] == ["report"]

    def test_a_file_that_cannot_be_written_is_an_error(self, shell: Shell) -> None:
        assert shell("--output-file", "no/where") == 2
        assert "cannot write no/where" in shell.err

    def test_an_output_file_keeps_its_mode_and_its_link(self, shell: Shell, tmp_path: Path) -> None:
        (tmp_path / "real").write_text("old")
        (tmp_path / "real").chmod(0o640)
        (tmp_path / "link").symlink_to("real")
        assert shell("--output-file", "link") == 0
        assert (tmp_path / "link").is_symlink()
        assert "3 files" in (tmp_path / "real").read_text()
        assert (tmp_path / "real").stat().st_mode & 0o777 == 0o640

    def test_statistics(self, shell: Shell) -> None:
        shell.outcome = replace(CLEAN, findings=(FOUND, FOUND))
        assert shell("--statistics") == 1
        assert shell.out.splitlines()[0] == "2  CEL201  error    database-broker"

    @pytest.mark.parametrize(
        ("environment", "words", "coloured"),
        [
            ({}, [], False),
            ({}, ["--color", "always"], True),
            ({"FORCE_COLOR": "1"}, [], True),
            ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, [], False),
            ({"FORCE_COLOR": "1"}, ["--color", "never"], False),
        ],
    )
    def test_colours(
        self,
        shell: Shell,
        monkeypatch: pytest.MonkeyPatch,
        environment: dict[str, str],
        words: list[str],
        coloured: bool,
    ) -> None:
        for name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        shell.outcome = replace(CLEAN, findings=(FOUND,))
        shell(*words)
        assert ("\x1b[" in shell.out) is coloured


class TestOtherCommands:
    def test_a_rules_page(self, shell: Shell) -> None:
        assert shell("rule", "cel001") == 0
        assert shell.out.startswith("# CEL001 unused-suppression\n")

    def test_all_rules_are_one_line_each(self, shell: Shell) -> None:
        assert shell("rule", "--all") == 0
        first = shell.out.splitlines()[0]
        assert first.split()[:4] == ["CEL001", "unused-suppression", "warning", "default"]
        assert first.endswith(".")

    def test_the_project_as_json_and_as_text(self, shell: Shell) -> None:
        assert shell("project", "--output-format", "json") == 0
        assert json.loads(shell.out)["apps"][0]["id"] == "shop:app"
        assert shell("project") == 0
        assert "app shop:app" in shell.out
        assert all(request.link_only for request in shell.requests)

    def test_the_json_of_several_projects_asks_for_one(self, shell: Shell) -> None:
        other = replace(CLEAN.runs[0], root="b")
        shell.outcome = Outcome(runs=(*CLEAN.runs, other))
        assert shell("project", "--output-format", "json") == 2
        assert "name the folder of one of these: ., b" in shell.err
        assert shell("project") == 0

    def test_show_files(self, shell: Shell) -> None:
        assert shell("--show-files") == 0
        assert shell.out == "shop.py\n"

    def test_show_settings_is_toml_that_means_the_same(self, shell: Shell) -> None:
        from celerylint.config import load

        config = Config(
            ignore=("CEL002",),
            per_file_ignores=(("a/*", ("ALL",)),),
            severity=(("CEL001", "error"),),
            celery_version="5.4",
            path="pyproject.toml",
        )
        shell.outcome = Outcome(runs=(replace(CLEAN.runs[0], config=config),))
        assert shell("--show-settings") == 0
        assert "configuration from pyproject.toml" in shell.out
        assert "# CEL001 unused-suppression error" in shell.out
        assert "CEL002 unknown" not in shell.out
        again = load("celerylint.toml", shell.out)
        assert again is not None
        assert replace(again, path="pyproject.toml", lines=()) == config


def test_a_reader_who_leaves_early_is_no_accident() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "celerylint", "rule", "--all"]
    try:
        ran = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    finally:
        os.close(writer)
    assert ran.stderr == b""


def test_a_narrow_encoding_shows_escapes() -> None:
    code = "from celerylint.output import *; exit_with(lambda: deliver('Größe', None))"
    narrow = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    ran = subprocess.run([sys.executable, "-c", code], env=narrow, capture_output=True, check=True)
    assert ran.stdout == b"Gr\\xf6\\xdfe"


def test_an_interrupt_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> None:
        raise click.exceptions.Abort

    with pytest.raises(SystemExit) as left:
        exit_with(interrupted)
    assert left.value.code == 130
    assert capsys.readouterr().err == ""


class TestWholeRun:
    """The real engine behind the real program; the project's only finding is a wrong comment."""

    APP = "from celery import Celery\napp = Celery('shop')\n"

    def program(self, cwd: Path, *words: str, stdin: str = "") -> tuple[int, str]:
        command = [sys.executable, "-m", "celerylint", "--no-cache", "--output-format", "json"]
        ran = subprocess.run(
            [*command, *words], cwd=cwd, input=stdin, capture_output=True, text=True, check=False
        )
        return ran.returncode, ran.stdout

    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        (tmp_path / "pyproject.toml").write_text("[tool.celerylint]\n")
        (tmp_path / "shop").mkdir()
        (tmp_path / "shop" / "celery.py").write_text(self.APP)
        wrong = "from shop.celery import app\nx = 1  # celerylint: ignore[nope]\n"
        (tmp_path / "shop" / "tasks.py").write_text(wrong)
        return tmp_path

    def test_paths_are_relative_to_where_it_runs(self, project: Path) -> None:
        for cwd, words, path in (
            (project, (), "shop/tasks.py"),
            (project, ("shop/tasks.py",), "shop/tasks.py"),
            (project.parent, (project.name,), f"{project.name}/shop/tasks.py"),
        ):
            status, said = self.program(cwd, *words)
            assert status == 1
            assert [each["path"] for each in json.loads(said)["findings"]] == [path]

    def test_from_a_folder_inside_the_project(self, project: Path) -> None:
        status, said = self.program(project / "shop", ".")
        assert status == 1
        (found,) = json.loads(said)["findings"]
        assert found["path"] == "tasks.py"

    def test_what_was_not_asked_for_is_read_but_not_reported(self, project: Path) -> None:
        status, said = self.program(project, "shop/celery.py")
        assert (status, json.loads(said)["findings"]) == (0, [])
        assert json.loads(said)["summary"]["apps"] == 1

    def test_a_buffer_replaces_its_file(self, project: Path) -> None:
        name = ("--stdin-filename", "shop/tasks.py", "-")
        assert self.program(project, *name, stdin="x = 1\n")[0] == 0
        _, said = self.program(
            project, *name, stdin="\n\n# celerylint: ignore[nope]\nimport celery\n"
        )
        assert [each["line"] for each in json.loads(said)["findings"]] == [3]

    def test_a_buffer_whose_file_does_not_exist_yet(self, project: Path) -> None:
        name = ("--stdin-filename", "shop/new.py", "-")
        status, said = self.program(
            project, *name, stdin="import celery # celerylint: ignore[nope]\n"
        )
        assert status == 1
        assert [each["path"] for each in json.loads(said)["findings"]] == ["shop/new.py"]

    def test_a_project_without_celery_is_nothing_to_analyse(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
        (tmp_path / "main.py").write_text("print('hello')\n")
        assert self.program(tmp_path)[0] == 3
        assert self.program(tmp_path, "--allow-empty")[0] == 0

    def test_a_wrong_selector_in_the_configuration(self, project: Path) -> None:
        (project / "pyproject.toml").write_text("[tool.celerylint]\n\nignore = ['CEL99']\n")
        status, said = self.program(project)
        assert (status, said) == (2, "")
