from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from celerylint.tree import DiskTree, MemoryTree, OverlayTree, Root, Stat, find_roots

GIT = shutil.which("git")


def _lay_out(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _paths(folder: Path, *named: str, exclude: tuple[str, ...] = ()) -> list[str]:
    return list(DiskTree(str(folder), named, exclude).paths())


def test_all_files_sorted_and_relative(tmp_path: Path) -> None:
    _lay_out(tmp_path, {"b/z.py": "", "a.py": "", "b/a/x.yml": "", "Procfile": ""})
    tree = DiskTree(str(tmp_path))
    assert list(tree.paths()) == ["Procfile", "a.py", "b/a/x.yml", "b/z.py"]
    assert tree.root == str(tmp_path)
    assert tree.problems == []


def test_stat_and_read(tmp_path: Path) -> None:
    _lay_out(tmp_path, {"a/b.py": "x = 1"})
    tree = DiskTree(str(tmp_path))
    assert tree.read("a/b.py") == b"x = 1"
    assert tree.stat("a/b.py") == Stat(5, (tmp_path / "a/b.py").stat().st_mtime_ns)
    assert tree.stat("a/c.py") is None
    assert tree.stat("a\0.py") is None
    with pytest.raises(FileNotFoundError):
        tree.read("a/c.py")


def test_a_file_that_vanishes_is_an_os_error(tmp_path: Path) -> None:
    _lay_out(tmp_path, {"a.py": ""})
    tree = DiskTree(str(tmp_path))
    (tmp_path / "a.py").unlink()
    assert tree.stat("a.py") is None
    with pytest.raises(OSError, match=r"a\.py"):
        tree.read("a.py")


@pytest.mark.parametrize(
    "path",
    [
        "node_modules/x/a.py",
        "web/node_modules/a.py",
        "vendor/a.py",
        "shop/_vendor/a.py",
        "third_party/a.py",
        ".tox/py/a.py",
        "__pycache__/a.py",
        "shop.egg-info/a.py",
        "lib/site-packages/a.py",
        ".git/hooks/a.py",
        "env/lib/a.py",
        "conda/lib/a.py",
    ],
)
def test_what_nobody_here_wrote_is_left_out(tmp_path: Path, path: str) -> None:
    marks = {"env/pyvenv.cfg": "", "conda/conda-meta/history": ""}
    _lay_out(tmp_path, {path: "", "shop/a.py": "", **marks})
    assert _paths(tmp_path) == ["shop/a.py"]


def test_build_is_a_name_like_any_other(tmp_path: Path) -> None:
    _lay_out(tmp_path, {"shop/build/tasks.py": "", "lib/a.py": "", "dist/a.py": ""})
    assert _paths(tmp_path) == ["dist/a.py", "lib/a.py", "shop/build/tasks.py"]


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        ("*.log", "a.py b/a.py b/c/a.py b/c/d.txt"),
        ("a.py", "b/c/d.txt b/x.log x.log"),
        ("/a.py", "b/a.py b/c/a.py b/c/d.txt b/x.log x.log"),
        ("b/", "a.py x.log"),
        ("c/", "a.py b/a.py b/x.log x.log"),
        ("b/c", "a.py b/a.py b/x.log x.log"),
        ("a.py/", "a.py b/a.py b/c/a.py b/c/d.txt b/x.log x.log"),
        ("b/*", "a.py x.log"),
        ("b/*.py", "a.py b/c/a.py b/c/d.txt b/x.log x.log"),
        ("b/**/a.py", "a.py b/c/d.txt b/x.log x.log"),
        ("**/c", "a.py b/a.py b/x.log x.log"),
        ("b/**", "a.py x.log"),
        ("/**", ""),
        ("*\n!*/\n!*.py", "a.py b/a.py b/c/a.py"),
        ("*.log\n!/x.log", "a.py b/a.py b/c/a.py b/c/d.txt x.log"),
        ("b/\n!b/a.py", "a.py x.log"),
        ("[a-b].??\n", "b/c/d.txt b/x.log x.log"),
        ("[!x]*.log", "a.py b/a.py b/c/a.py b/c/d.txt b/x.log x.log"),
        ("[[:alpha:]].log", "a.py b/a.py b/c/a.py b/c/d.txt"),
        ("# a.py\n\n\\#\n", "a.py b/a.py b/c/a.py b/c/d.txt b/x.log x.log"),
        ("*.log   \r\nb/c\r", "a.py b/a.py"),
        ("[\n\\\n[z-a]\n", "a.py b/a.py b/c/a.py b/c/d.txt b/x.log x.log"),
        ("\ufeff*.log", "a.py b/a.py b/c/a.py b/c/d.txt"),
    ],
)
def test_what_git_ignores_is_left_out(tmp_path: Path, patterns: str, left: str) -> None:
    files = ["a.py", "x.log", "b/a.py", "b/x.log", "b/c/a.py", "b/c/d.txt"]
    _lay_out(tmp_path, {**dict.fromkeys(files, ""), ".gitignore": patterns})
    assert " ".join(path for path in _paths(tmp_path) if path != ".gitignore") == left


def test_the_nearest_gitignore_decides(tmp_path: Path) -> None:
    _lay_out(
        tmp_path,
        {
            ".gitignore": "*.log\n.gitignore",
            "a/.gitignore": "!keep.log\n/b/x.py",
            **dict.fromkeys(["a/keep.log", "a/b/keep.log", "a/b/x.py", "b/x.py", "keep.log"], ""),
        },
    )
    assert _paths(tmp_path) == ["a/b/keep.log", "a/keep.log", "b/x.py"]


def test_rules_of_the_repository_around_the_root_count(tmp_path: Path) -> None:
    _lay_out(
        tmp_path,
        {
            ".git/info/exclude": "local.py",
            ".gitignore": "*.log\n/shop/gen",
            "shop/.gitignore": "!local.py",
            "shop/api/a.py": "",
            "shop/api/a.log": "",
            "shop/gen/a.py": "",
            "shop/local.py": "",
        },
    )
    assert _paths(tmp_path / "shop") == [".gitignore", "api/a.py", "local.py"]
    assert _paths(tmp_path / "shop/api") == ["a.py"]
    # A root that is ignored itself is a root all the same.
    assert _paths(tmp_path / "shop/gen") == ["a.py"]


def test_a_worktrees_exclude_lies_in_the_main_repository(tmp_path: Path) -> None:
    _lay_out(
        tmp_path,
        {
            "main/.git/info/exclude": "local.py",
            "main/.git/worktrees/w/commondir": "../..\n",
            "w/.git": "gitdir: ../main/.git/worktrees/w\n",
            "w/local.py": "",
            "w/a.py": "",
        },
    )
    assert "local.py" not in _paths(tmp_path / "w")


@pytest.mark.parametrize(
    ("rules", "named"),
    [
        ("gen/", "gen"),
        ("gen/", "gen/b"),
        ("gen/*", "gen"),
        ("gen/**", "gen/b"),
        ("*", "gen"),
        ("*\n!.gitignore", "gen/b"),
        ("", "gen"),
    ],
)
def test_a_named_folder_is_never_ignored(tmp_path: Path, rules: str, named: str) -> None:
    _lay_out(
        tmp_path,
        {
            ".gitignore": rules,
            "gen/pyvenv.cfg": "",
            "gen/b/c/a.py": "",
            "gen/b/c/node_modules/a.py": "",
        },
    )
    assert "gen/b/c/a.py" in _paths(tmp_path, named)
    assert "gen/b/c/node_modules/a.py" not in _paths(tmp_path, named)
    assert "gen/b/c/a.py" not in _paths(tmp_path)


def test_rules_that_do_not_hide_the_named_folder_stay(tmp_path: Path) -> None:
    files = {
        ".gitignore": "*.log\ngen/",
        "b/a.log": "",
        "b/a.py": "",
        "gen/a.py": "",
        "gen/b.log": "",
    }
    _lay_out(tmp_path, files)
    assert _paths(tmp_path, "b") == [".gitignore", "b/a.py"]
    assert _paths(tmp_path, "gen") == [".gitignore", "b/a.py", "gen/a.py"]


def test_a_named_file_is_never_ignored(tmp_path: Path) -> None:
    _lay_out(
        tmp_path,
        {
            ".gitignore": "*.py",
            "a.py": "",
            "vendor/x/b.py": "",
            "vendor/x/c.py": "",
            "vendor/d": "",
        },
    )
    assert _paths(tmp_path, "a.py", "vendor/x/b.py") == [".gitignore", "a.py", "vendor/x/b.py"]


def test_the_users_own_patterns(tmp_path: Path) -> None:
    _lay_out(tmp_path, {"a/b.py": "", "a/c.py": "", "examples/x.py": "", ".gitignore": "!examples"})
    assert _paths(tmp_path, exclude=("examples", "/a/c.py")) == [".gitignore", "a/b.py"]
    named = _paths(tmp_path, "examples", exclude=("examples", "/a/c.py"))
    assert named == [".gitignore", "a/b.py", "examples/x.py"]
    assert "a/c.py" not in _paths(tmp_path, "a", exclude=("a/c.py",))


def test_links_to_files_within_the_project_are_followed(tmp_path: Path) -> None:
    _lay_out(tmp_path, {"project/a/b.py": "", "outside.py": "", "outer/c.py": ""})
    project = tmp_path / "project"
    (project / "linked.py").symlink_to("a/b.py")
    (project / "gone.py").symlink_to("nowhere.py")
    (project / "out.py").symlink_to("../outside.py")
    (project / "folder").symlink_to("../outer")
    (project / "a/loop").symlink_to("..")
    (project / "self.py").symlink_to("self.py")
    assert _paths(project) == ["a/b.py", "linked.py"]
    assert _paths(project, "out.py") == ["a/b.py", "linked.py", "out.py"]


def test_a_folder_that_cannot_be_listed_is_one_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lay_out(tmp_path, {"a.py": "", "closed/b.py": "", "z/c.py": ""})
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    tree = DiskTree(str(tmp_path))
    assert list(tree.paths()) == ["a.py", "z/c.py"]
    (problem,) = tree.problems
    assert (problem.kind, problem.path) == ("not-readable", "closed")
    assert "Permission denied" in problem.message


def test_a_root_that_is_gone_is_a_problem(tmp_path: Path) -> None:
    tree = DiskTree(str(tmp_path / "gone"))
    assert list(tree.paths()) == []
    assert [problem.kind for problem in tree.problems] == ["not-readable"]


def test_a_gitignore_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    _lay_out(tmp_path, {"a.py": "", ".gitignore/x": ""})
    tree = DiskTree(str(tmp_path))
    assert list(tree.paths()) == [".gitignore/x", "a.py"]


def test_names_that_are_not_utf_8_and_special_files(tmp_path: Path) -> None:
    name = os.path.join(os.fsencode(tmp_path), b"\xff.py")
    Path(os.fsdecode(name)).write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe.py")
    tree = DiskTree(str(tmp_path))
    assert list(tree.paths()) == ["\udcff.py"]
    assert tree.read("\udcff.py") == b"x"


@pytest.mark.skipif(GIT is None, reason="git is not installed")
def test_git_agrees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert GIT is not None
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)
    names = ["a.py", "bar", "a b", "[a]", "x.log", "k.log", "é.py"]
    folders = ["", "a/", "a/b/", "foo/a/", "s p/", "x/y/z/", "[b]/"]
    _lay_out(tmp_path, {folder + name: "" for folder in folders for name in names})
    rules = {
        ".gitignore": "*.log\n!k.log\na/**/a.py\nfoo/\n\\[a\\]\nx/*\n!x/y\nx/y/*/a.py\n/é.py",
        "a/.gitignore": "!x.log\n/k.log\n[[:alpha:]].py\n**/b/[!k]*",
        "x/.gitignore": "!z/\n*b\n",
        "s p/.gitignore": "a\\ b \n[a-k].p[x-z]\n",
    }
    _lay_out(tmp_path, rules)
    subprocess.run([GIT, "init", "-q", str(tmp_path)], check=True)
    command = [GIT, "-C", str(tmp_path), "ls-files", "-o", "-z", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True).stdout
    assert _paths(tmp_path) == sorted(os.fsdecode(path) for path in listed.split(b"\0") if path)


def test_gits_own_variables_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _lay_out(tmp_path, {".git/HEAD": "", "a.py": "", "b.py": "", ".gitignore": "b.py"})
    monkeypatch.setenv("GIT_DIR", "/nowhere/.git")
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere/index")
    assert _paths(tmp_path) == [".gitignore", "a.py"]
    assert find_roots([str(tmp_path / "a.py")]) == [Root(str(tmp_path), ("a.py",))]


def test_a_tree_in_memory() -> None:
    tree = MemoryTree({"b.py": b"1", "a/c.py": b"22"})
    assert list(tree.paths()) == ["a/c.py", "b.py"]
    assert tree.stat("a/c.py") == Stat(2, 0)
    assert tree.stat("c.py") is None
    assert tree.read("b.py") == b"1"
    with pytest.raises(FileNotFoundError):
        tree.read("c.py")
    assert tree.problems == []


def test_an_overlay_hides_what_is_below(tmp_path: Path) -> None:
    _lay_out(tmp_path, {"a.py": "old", "b.py": "b", ".gitignore": "new.py"})
    tree = OverlayTree(DiskTree(str(tmp_path)), {"a.py": b"buffer", "new.py": b""})
    assert list(tree.paths()) == [".gitignore", "a.py", "b.py", "new.py"]
    assert tree.read("a.py") == b"buffer"
    assert tree.read("b.py") == b"b"
    assert tree.stat("a.py") == Stat(6, -1)
    assert tree.stat("b.py") == DiskTree(str(tmp_path)).stat("b.py")
    assert tree.root == str(tmp_path)


CONFIGURED = '[tool.celerylint]\nselect = ["CEL2"]\n'


@pytest.mark.parametrize(
    ("files", "asked", "roots"),
    [
        # Configuration, then .git, then the weaker signs; the nearest of each.
        ({"p/.git/HEAD": "", "p/a/x.py": ""}, ["p/a"], {"p": ["a"]}),
        ({"p/.git": "gitdir: x", "p/a/x.py": ""}, ["p/a/x.py"], {"p": ["a/x.py"]}),
        ({"p/.git/HEAD": "", "p/a/celerylint.toml": ""}, ["p/a/b"], {"p/a": ["b"]}),
        ({"p/.git/HEAD": "", "p/a/manage.py": ""}, ["p/a"], {"p": ["a"]}),
        ({"p/pyproject.toml": CONFIGURED, "p/a/.git/HEAD": ""}, ["p/a"], {"p": ["a"]}),
        ({"p/pyproject.toml": "[tool.ruff]", "p/a/x.py": ""}, ["p/a"], {"p": ["a"]}),
        ({"p/manage.py": "", "p/a/x.py": ""}, ["p/a"], {"p": ["a"]}),
        ({"p/setup.cfg": "", "p/a/x.py": ""}, ["p/a/x.py"], {"p": ["a/x.py"]}),
        ({"p/a/x.py": ""}, ["p/a"], {"p/a": [""]}),
        ({"p/a/x.py": ""}, ["p/a/x.py"], {"p/a": ["x.py"]}),
        ({"p/a/x.py": ""}, ["p/a/new.py"], {"p/a": ["new.py"]}),
        ({"p/.git/HEAD": ""}, ["p"], {"p": [""]}),
        # A broken file is still the user's configuration.
        ({"p/pyproject.toml": CONFIGURED + "[[[", "p/a/.git/HEAD": ""}, ["p/a"], {"p": ["a"]}),
        ({"p/pyproject.toml": "# [tool.celerylint]", "p/a/.git/HEAD": ""}, ["p/a"], {"p/a": [""]}),
        # Several paths of one project, and of several.
        (
            {"p/.git/HEAD": "", "p/a.py": "", "p/b.py": ""},
            ["p/b.py", "p/a.py"],
            {"p": ["a.py", "b.py"]},
        ),
        ({"p/.git/HEAD": "", "q/.git/HEAD": ""}, ["q", "p"], {"q": [""], "p": [""]}),
        # A folder above several projects; what has only weak signs there is one of them.
        ({"p/.git/HEAD": "", "q/.git/HEAD": ""}, ["."], {"p": [""], "q": [""]}),
        (
            {"o/p/.git/HEAD": "", "o/q/celerylint.toml": "", "r/manage.py": "", "s/x.py": ""},
            ["."],
            {"o/p": [""], "o/q": [""], "r": [""]},
        ),
        ({"p/.git/HEAD": "", "x.py": ""}, ["."], {"": [""]}),
        ({"p/manage.py": "", "q/manage.py": ""}, ["."], {"": [""]}),
        # A monorepo is one project, with its submodules.
        ({".git/HEAD": "", "p/celerylint.toml": "", "q/celerylint.toml": ""}, ["."], {"": [""]}),
        ({".git/HEAD": "", "a/p/.git": "", "a/q/.git": "", "a/x.py": ""}, ["a"], {"": ["a"]}),
        (
            {".git/HEAD": "", "a/p/celerylint.toml": "", "a/q/celerylint.toml": ""},
            ["a"],
            {"a/p": [""], "a/q": [""]},
        ),
        ({"node_modules/p/.git/HEAD": "", "node_modules/q/.git/HEAD": ""}, ["."], {"": [""]}),
    ],
)
def test_roots(
    tmp_path: Path, files: dict[str, str], asked: list[str], roots: dict[str, list[str]]
) -> None:
    _lay_out(tmp_path, files)
    # Nothing above decides: the temporary folder may lie in a project of its own.
    (tmp_path / "p/a").mkdir(parents=True, exist_ok=True)
    found = find_roots([str(tmp_path / path) for path in asked])
    assert [(root.path, list(root.named)) for root in found] == [
        (str(tmp_path / root) if root else str(tmp_path), named) for root, named in roots.items()
    ]


@pytest.mark.parametrize("mark", [".git", "setup.py"])
def test_a_home_folder_is_no_project_unless_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    _lay_out(tmp_path, {mark: "", "scripts/a.py": ""})
    assert find_roots([str(tmp_path / "scripts")]) == [Root(str(tmp_path / "scripts"), ("",))]
    assert find_roots([str(tmp_path)]) == [Root(str(tmp_path), ("",))]


def test_relative_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _lay_out(tmp_path, {".git/HEAD": "", "a/x.py": ""})
    monkeypatch.chdir(tmp_path / "a")
    assert find_roots(["."]) == [Root(str(tmp_path), ("a",))]
    assert find_roots(["x.py", "../a"]) == [Root(str(tmp_path), ("a", "a/x.py"))]
    assert find_roots([".."]) == [Root(str(tmp_path), ("",))]
