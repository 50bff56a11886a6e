"""Runs over real folders: what is read, what is reported, and what a broken disk, cache or
configuration does to a run.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from celerylint import engine
from celerylint.outcome import Outcome, Request
from celerylint.project.interpreter.machine import Machine
from celerylint.tree import DiskTree

SECONDS = 60
GOOD = "from celery import Celery\n\napp = Celery('good', broker='sqla+sqlite:///good.db')\n"


@dataclass
class Project:
    """A folder with a good file in it, to which tests add what is bad."""

    root: Path

    def write(self, path: str, text: str | bytes) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)
        return target

    def run(self, *paths: str, **options: Any) -> Outcome:
        made: dict[str, Any] = {"cwd": str(self.root), "use_cache": False, "jobs": 1} | options
        return engine.run(Request(paths=paths or (".",), **made))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "project")
    made.write("pyproject.toml", "[tool.celerylint]\n")
    made.write("shop/good.py", GOOD)
    return made


def brokers(outcome: Outcome) -> list[str]:
    """Where a database broker was found."""
    return [each.span.path for each in outcome.findings if each.code == "CEL201"]


def said(outcome: Outcome) -> list[tuple[str, str | None, int | None]]:
    return [(each.kind, each.path, each.line) for each in outcome.diagnostics]


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [
        (f"{kind}{half}", ctypes.c_uint32)
        for half in "01"
        for kind in ("effective", "permitted", "inheritable")
    ]


@contextlib.contextmanager
def permissions_that_count() -> Iterator[None]:
    """Root may read everything: for a moment it gives up the capabilities by which it does."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    # Linux' third version of the call; CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH are bits 1 and 2.
    header, before = _Header(0x20080522, 0), (_Sets * 1)()
    if not hasattr(libc, "capget") or libc.capget(ctypes.byref(header), before) != 0:
        pytest.skip("this system has no capabilities that root could give up")
    less = (_Sets * 1).from_buffer_copy(bytes(before))
    less[0].effective0 &= ~0b110
    if libc.capset(ctypes.byref(header), less) != 0:
        pytest.skip("root may not give up its capabilities here")
    try:
        yield
    finally:
        libc.capset(ctypes.byref(header), before)


class TestBadDisks:
    def test_a_file_that_may_not_be_read(self, project: Project) -> None:
        project.write("shop/bad.py", GOOD).chmod(0)
        with permissions_that_count():
            outcome = project.run()
        assert said(outcome) == [("not-readable", "shop/bad.py", None)]
        assert brokers(outcome) == ["shop/good.py"]
        assert "Permission denied" in outcome.diagnostics[0].message

    def test_a_folder_that_may_not_be_listed(self, project: Project) -> None:
        project.write("shop/bad/tasks.py", GOOD)
        folder = project.root / "shop/bad"
        folder.chmod(0)
        try:
            with permissions_that_count():
                outcome = project.run()
        finally:
            folder.chmod(0o700)
        assert said(outcome) == [("not-readable", "shop/bad", None)]
        assert brokers(outcome) == ["shop/good.py"]

    @pytest.mark.parametrize("name", ["pyproject.toml", ".gitignore", "uv.lock"])
    def test_other_files_that_may_not_be_read(self, project: Project, name: str) -> None:
        project.write("celerylint.toml", "")
        project.write(name, "# celery\n").chmod(0)
        with permissions_that_count():
            outcome = project.run()
        assert brokers(outcome) == ["shop/good.py"]
        assert all(each.path == name for each in outcome.diagnostics)

    def test_a_file_that_vanishes_during_the_run(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gone = project.write("shop/bad.py", GOOD)
        listed = DiskTree.paths

        def paths(tree: DiskTree) -> Any:
            gone.unlink(missing_ok=True)
            return listed(tree)

        monkeypatch.setattr(DiskTree, "paths", paths)
        outcome = project.run()
        assert said(outcome) == [("not-readable", "shop/bad.py", None)]
        assert brokers(outcome) == ["shop/good.py"]

    def test_a_file_that_vanishes_before_it_is_shown(self, project: Project) -> None:
        from celerylint.report import jsonreport, text

        outcome = project.run()
        (project.root / "shop/good.py").unlink()
        for written in (text.render(outcome, color=False), jsonreport.render(outcome)):
            assert "shop/good.py" in written

    def test_links_that_go_round(self, project: Project) -> None:
        for path, target in (
            ("shop/self.py", "self.py"),
            ("shop/a.py", "b.py"),
            ("shop/b.py", "a.py"),
            ("shop/again", ".."),
            ("shop/nowhere.py", "nothing.py"),
        ):
            (project.root / path).symlink_to(target)
        outcome = project.run()
        assert brokers(outcome) == ["shop/good.py"]
        assert [run.files for run in outcome.runs] == [2]

    def test_a_link_that_was_named(self, project: Project) -> None:
        (project.root / "loop.py").symlink_to("loop.py")
        outcome = project.run("loop.py", "shop")
        assert brokers(outcome) == ["shop/good.py"]

    def test_what_is_no_file(self, project: Project) -> None:
        os.mkfifo(project.root / "shop/pipe.py")
        (project.root / "shop/folder.py").mkdir()
        outcome = project.run()
        assert (brokers(outcome), said(outcome)) == (["shop/good.py"], [])

    def test_names_that_are_no_text(self, project: Project) -> None:
        from celerylint.report import jsonreport, text

        odd = os.fsencode(str(project.root)) + b"/shop/\xff\n\x1b[31m.py"
        Path(os.fsdecode(odd)).write_text(GOOD)
        outcome = project.run()
        assert len(brokers(outcome)) == 2
        shown = text.render(outcome, color=False)
        assert "\x1b" not in shown
        shown.encode("utf-8", "backslashreplace")
        assert len(json.loads(jsonreport.render(outcome))["findings"]) == len(outcome.findings)

    def test_a_bad_file_does_not_stop_the_readers_of_others(self, project: Project) -> None:
        for i in range(8):
            filler = f"# {'.' * 20_000}\n"
            bad = "celery = = 1\n" if i % 2 else "import celery\nx = '\0'\n"
            project.write(f"shop/bad{i}.py", filler + bad)
            project.write(f"shop/fine{i}.py", filler + GOOD)
        outcome = project.run(jobs=2)
        assert {each[0] for each in said(outcome)} == {"not-parsed"}
        assert len(said(outcome)) == 8
        assert len(brokers(outcome)) == 9


class TestInternalErrors:
    def test_a_project_whose_linking_breaks(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project.write("../other/pyproject.toml", "[tool.celerylint]\n")
        project.write("../other/bad.py", GOOD)
        follow = Machine.module

        def breaking(machine: Machine, path: str) -> Any:
            if path == "bad.py":
                raise AssertionError("no luck")
            return follow(machine, path)

        monkeypatch.setattr(Machine, "module", breaking)
        outcome = project.run(".", "../other")
        assert brokers(outcome) == ["shop/good.py"]
        assert outcome.failed
        (problem,) = outcome.diagnostics
        assert "AssertionError: no luck (test_engine.py:" in problem.message

    def test_a_rule_that_breaks(self, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
        from celerylint import registry
        from celerylint.structs import replace

        def breaking(subject: object, project: object) -> Any:
            raise KeyError("no luck")

        rule = registry.named("missing-soft-time-limit")
        broken = replace(rule, specs=tuple(replace(each, check=breaking) for each in rule.specs))
        rules = tuple(broken if each == rule else each for each in registry.all_rules())
        monkeypatch.setattr(registry, "chosen", lambda *_: rules)
        outcome = project.run()
        assert brokers(outcome) == ["shop/good.py"]
        assert outcome.failed
        assert "missing-soft-time-limit" in outcome.diagnostics[0].message


class TestWhatIsReported:
    """Paths choose what is reported; what is read is the project around them."""

    @pytest.fixture
    def wide(self, project: Project) -> Project:
        project.write("shop/__init__.py", "")
        project.write("shop/good.py", "")
        project.write("shop/conf.py", "broker_url = 'sqla+sqlite:///x'\n")
        project.write(
            "shop/main.py",
            "from celery import Celery\napp = Celery('a')\napp.config_from_object('shop.conf')\n",
        )
        project.write("other/app.py", GOOD)
        return project

    @pytest.mark.parametrize(
        ("paths", "found"),
        [
            ((".",), ["other/app.py", "shop/conf.py"]),
            (("shop",), ["shop/conf.py"]),
            (("./shop/",), ["shop/conf.py"]),
            (("shop/conf.py",), ["shop/conf.py"]),
            (("shop/main.py",), []),
            (("other", "shop/conf.py"), ["other/app.py", "shop/conf.py"]),
            (("other/../shop",), ["shop/conf.py"]),
        ],
    )
    def test_from_the_root(self, wide: Project, paths: tuple[str, ...], found: list[str]) -> None:
        outcome = wide.run(*paths)
        assert brokers(outcome) == found
        assert len(outcome.runs) == 1
        assert len(outcome.runs[0].project.apps) == 2

    @pytest.mark.parametrize(
        ("inside", "paths", "found"),
        [
            ("shop", (".",), ["conf.py"]),
            ("shop", ("conf.py",), ["conf.py"]),
            ("shop", ("..",), ["../other/app.py", "conf.py"]),
            ("other", ("../shop",), ["../shop/conf.py"]),
            ("..", (".",), ["project/other/app.py", "project/shop/conf.py"]),
            ("..", ("project/shop",), ["project/shop/conf.py"]),
        ],
    )
    def test_from_elsewhere(
        self, wide: Project, inside: str, paths: tuple[str, ...], found: list[str]
    ) -> None:
        outcome = wide.run(*paths, cwd=os.path.normpath(wide.root / inside))
        assert brokers(outcome) == found
        assert all(outcome.sources(path) for path in found)

    def test_an_absolute_path(self, wide: Project) -> None:
        assert brokers(wide.run(str(wide.root / "other"))) == ["other/app.py"]

    def test_diagnostics_of_files_that_were_not_named(self, wide: Project) -> None:
        wide.write("other/bad.py", "import celery\nx = = 1\n")
        outcome = wide.run(".", cwd=str(wide.root / "shop"))
        assert said(outcome) == [("not-parsed", "../other/bad.py", 2)]

    def test_several_roots(self, wide: Project) -> None:
        wide.write("../second/pyproject.toml", "[tool.celerylint]\nignore = ['CEL201']\n")
        wide.write("../second/app.py", GOOD)
        wide.write("../third/pyproject.toml", "[tool.celerylint]\n")
        wide.write("../third/app.py", GOOD)
        outcome = wide.run("project/other", "third", "second", cwd=str(wide.root.parent))
        assert [run.root for run in outcome.runs] == ["project", "third", "second"]
        assert brokers(outcome) == ["project/other/app.py", "third/app.py"]
        above = wide.run(".", cwd=str(wide.root.parent))
        assert sorted(run.root for run in above.runs) == ["project", "second", "third"]
        assert brokers(above) == ["project/other/app.py", "project/shop/conf.py", "third/app.py"]

    def test_a_path_that_is_not_there(self, wide: Project) -> None:
        outcome = wide.run("nowhere.py", "other")
        assert said(outcome) == [("not-readable", "nowhere.py", None)]
        assert brokers(outcome) == ["other/app.py"]


class TestCache:
    def both(self, project: Project, folder: Path) -> tuple[Outcome, Outcome]:
        options = {"use_cache": True, "cache_dir": str(folder)}
        return project.run(**options), project.run(**options)

    def test_a_second_run_says_the_same(self, project: Project, tmp_path: Path) -> None:
        project.write("shop/bad.py", "import celery\nx = = 1\n")
        project.write("shop/null.py", b"import celery\0\n")
        first, second = self.both(project, tmp_path / "cache")
        assert first.findings == second.findings
        assert first.diagnostics == second.diagnostics
        assert len(first.diagnostics) == 2

    @pytest.mark.parametrize("spoil", ["truncated", "foreign", "empty", "folder", "scrambled"])
    def test_a_cache_that_cannot_be_used(
        self, project: Project, tmp_path: Path, spoil: str
    ) -> None:
        first, _ = self.both(project, tmp_path / "cache")
        (kept,) = (tmp_path / "cache").glob("*.cache")
        data = kept.read_bytes()
        if spoil == "folder":
            kept.unlink()
            kept.mkdir()
        else:
            kept.write_bytes(
                {
                    "truncated": data[: len(data) // 2],
                    "foreign": b"\x80\x04\x95 somebody else's\n" + data,
                    "empty": b"",
                    "scrambled": data[:60] + bytes(len(data) - 60),
                }[spoil]
            )
        again, _ = self.both(project, tmp_path / "cache")
        assert again.findings == first.findings
        assert [each.kind for each in again.diagnostics] == (["cache"] if spoil == "folder" else [])

    def test_a_folder_that_may_not_be_written(self, project: Project, tmp_path: Path) -> None:
        folder = tmp_path / "cache"
        folder.mkdir(mode=0o500)
        with permissions_that_count():
            outcome, _ = self.both(project, folder)
        assert brokers(outcome) == ["shop/good.py"]
        assert [each.kind for each in outcome.diagnostics] == ["cache"]
        assert not outcome.failed

    def test_a_folder_that_is_a_file(self, project: Project, tmp_path: Path) -> None:
        (tmp_path / "cache").write_text("")
        outcome, _ = self.both(project, tmp_path / "cache")
        assert brokers(outcome) == ["shop/good.py"]

    def test_what_has_changed_is_read_again(self, project: Project, tmp_path: Path) -> None:
        self.both(project, tmp_path / "cache")
        project.write("shop/good.py", GOOD.replace("sqla+sqlite", "redis"))
        project.write("shop/more.py", GOOD)
        outcome, _ = self.both(project, tmp_path / "cache")
        assert brokers(outcome) == ["shop/more.py"]


class TestProgram:
    """The program itself, with the exit status that it leaves."""

    def program(
        self, cwd: Path, *words: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "celerylint", "--no-cache", *words]
        return subprocess.run(
            command,
            cwd=cwd,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    @pytest.mark.parametrize(
        ("name", "text", "message"),
        [
            (
                "pyproject.toml",
                "[tool.celerylint]\nselct = ['ALL']\n",
                "pyproject.toml:2: `selct`: {} did you mean `select`?",
            ),
            (
                "celerylint.toml",
                "\n\nper-file-ignore = {}\n",
                "celerylint.toml:3: `per-file-ignore`: {} did you mean `per-file-ignores`?",
            ),
            ("celerylint.toml", "ignore = 5\n", "celerylint.toml:1: `ignore`: {}"),
            ("celerylint.toml", "lint-tests = 'maybe'\n", "celerylint.toml:1: `lint-tests`: {}"),
            ("celerylint.toml", "ignore = [\n", "celerylint.toml:2: not valid TOML: {}"),
            ("celerylint.toml", "a = 1\na = 2\n", "celerylint.toml:2: not valid TOML: {}"),
            ("celerylint.toml", "a = \0\n", "celerylint.toml:1: not valid TOML: {}"),
            ("celerylint.toml", "x = " + "[" * 9_999, "celerylint.toml: not valid TOML: {}"),
            (
                "celerylint.toml",
                "max-file-size = 1\ncelery-version = 'new'\n",
                "celerylint.toml:2: `celery-version`: {}",
            ),
        ],
    )
    def test_configurations_that_cannot_be_used(
        self, project: Project, name: str, text: str, message: str
    ) -> None:
        project.write(name, text)
        ran = self.program(project.root)
        start, _, end = message.partition("{}")
        assert (ran.returncode, ran.stdout) == (2, "")
        assert ran.stderr.startswith(f"celerylint: error: {start}")
        assert ran.stderr.rstrip("\n").endswith(end.strip())
        assert ran.stderr.count("\n") == 1

    def test_a_broken_pyproject_of_others_is_not_ours(self, project: Project) -> None:
        project.write("celerylint.toml", "")
        project.write("pyproject.toml", "[project\n")
        assert self.program(project.root).returncode == 1

    @pytest.mark.parametrize(
        "environment",
        [
            {"GIT_DIR": "/nowhere/.git", "GIT_INDEX_FILE": "/nowhere/index"},
            {"GIT_DIR": ".git", "GIT_WORK_TREE": "/", "GIT_PREFIX": "shop/"},
            {"GIT_INDEX_FILE": ".git/index.lock", "GIT_EXEC_PATH": "/nowhere"},
        ],
    )
    def test_the_variables_of_a_git_hook(
        self, project: Project, environment: dict[str, str]
    ) -> None:
        project.write(".git/HEAD", "ref: refs/heads/main\n")
        project.write(".gitignore", "/ignored\n")
        project.write("ignored/app.py", GOOD)
        words = ("--output-format", "json")
        plain, hooked = (
            self.program(project.root, *words),
            self.program(project.root, *words, **environment),
        )
        assert (hooked.returncode, hooked.stdout) == (1, plain.stdout)
        found = json.loads(hooked.stdout)["findings"]
        assert {each["path"] for each in found} == {"shop/good.py"}

    def test_a_bad_file_changes_nothing_about_the_status(self, project: Project) -> None:
        project.write("shop/bad.py", "import celery\nprint 'a'\n")
        ran = self.program(project.root)
        assert ran.returncode == 1
        assert "shop/bad.py:2: warning: not-parsed: " in ran.stderr
        assert ran.stdout.rstrip("\n").endswith("in 3 files; 1 file not parsed")
        project.write("shop/good.py", GOOD.replace("sqla+sqlite", "redis"))
        assert self.program(project.root, "--select", "CEL201").returncode == 0

    def test_only_bad_files(self, project: Project) -> None:
        project.write("shop/good.py", "import celery\nx = = 1\n")
        ran = self.program(project.root, "--output-format", "json")
        (problem,) = json.loads(ran.stdout)["diagnostics"]
        assert (problem["kind"], problem["line"]) == ("not-parsed", 2)

    def test_control_characters_stay_out_of_the_terminal(self, project: Project) -> None:
        odd = "\x1b]0;title\x07\x1b[31m\u202e\x9b"
        project.write(
            "shop/good.py",
            f"from celery import Celery\napp = Celery('{odd}', broker='sqla+sqlite:///{odd}')\n",
        )
        for words in ((), ("--output-format", "github"), ("--output-format", "concise")):
            ran = self.program(project.root, *words)
            assert ran.returncode == 1
            assert not set("\x1b\x07\x9b\u202e") & set(ran.stdout + ran.stderr)
        ran = subprocess.run(
            [sys.executable, "-m", "celerylint", "project", "--no-cache"],
            cwd=project.root,
            capture_output=True,
            text=True,
            check=True,
            timeout=SECONDS,
        )
        assert not set("\x1b\x07\x9b\u202e") & set(ran.stdout + ran.stderr)
