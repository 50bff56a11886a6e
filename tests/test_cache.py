from __future__ import annotations

import hashlib
import marshal
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from celerylint.facts import cache as module
from celerylint.facts.cache import Cache, cache_folder
from celerylint.facts.checked import DIGEST, digest
from celerylint.findings import Severity
from celerylint.tree import Stat

FACTS = ("facts", (1, "ä", None))
BLOB = marshal.dumps(FACTS)
OLD = 1_000_000_000


def _filled(folder: Path, stat: Stat | None = None) -> Cache:
    cache = Cache.open("/shop", str(folder))
    cache.put("a.py", stat or Stat(5, OLD), digest(b"a"), True, BLOB)
    cache.put("b.py", stat or Stat(6, OLD), digest(b"b"), False)
    cache.remembered["demanded"] = ["c.py"]
    cache.save(["a.py", "b.py"])
    return cache


def _selected(cache: Cache, path: str, stat: Stat | None) -> bool | None:
    content = cache.digest_of(path, stat)
    return None if content is None else cache.content_selected(content)


def _file(folder: Path) -> Path:
    (file,) = folder.glob("*.cache")
    return file


def test_a_second_run_needs_only_stat(tmp_path: Path) -> None:
    _filled(tmp_path)
    cache = Cache.open("/shop", str(tmp_path))
    assert _selected(cache, "a.py", Stat(5, OLD)) is True
    assert cache.facts("a.py", Stat(5, OLD)) == FACTS
    assert _selected(cache, "b.py", Stat(6, OLD)) is False
    assert cache.facts("b.py", Stat(6, OLD)) is None
    assert cache.remembered == {"demanded": ["c.py"]}


@pytest.mark.parametrize("stat", [Stat(4, OLD), Stat(5, OLD + 1), None, Stat(5, 0), Stat(5, -1)])
def test_a_file_that_changed_is_unknown(tmp_path: Path, stat: Stat | None) -> None:
    _filled(tmp_path)
    cache = Cache.open("/shop", str(tmp_path))
    assert _selected(cache, "a.py", stat) is None
    assert cache.facts("a.py", stat) is None


def test_a_content_is_known_under_any_path_and_time(tmp_path: Path) -> None:
    _filled(tmp_path)
    cache = Cache.open("/shop", str(tmp_path))
    assert cache.content_selected(digest(b"a")) is True
    assert cache.content_facts(digest(b"a")) == FACTS
    assert cache.content_selected(digest(b"c")) is None


def test_facts_survive_a_file_that_was_touched(tmp_path: Path) -> None:
    _filled(tmp_path)
    cache = Cache.open("/shop", str(tmp_path))
    cache.put("a.py", Stat(5, OLD + 7), digest(b"a"), True)
    cache.save(["a.py", "b.py"])
    assert Cache.open("/shop", str(tmp_path)).facts("a.py", Stat(5, OLD + 7)) == FACTS


def test_a_file_as_young_as_the_cache_is_read_again(tmp_path: Path) -> None:
    opened = Cache.open("/shop", str(tmp_path))._opened_ns
    young = Stat(5, opened - 1_000_000_000)
    _filled(tmp_path, young)
    cache = Cache.open("/shop", str(tmp_path))
    assert _selected(cache, "a.py", young) is None
    assert cache.content_facts(digest(b"a")) == FACTS


def test_an_editors_buffer_is_not_taken_for_the_file(tmp_path: Path) -> None:
    cache = Cache.open("/shop", str(tmp_path))
    cache.put("a.py", Stat(5, -1), digest(b"buffer"), True, BLOB)
    cache.save(["a.py"])
    assert Cache.open("/shop", str(tmp_path)).content_facts(digest(b"buffer")) is None


def test_each_root_has_its_own(tmp_path: Path) -> None:
    _filled(tmp_path)
    assert _selected(Cache.open("/other", str(tmp_path)), "a.py", Stat(5, OLD)) is None


def test_files_that_are_gone_are_dropped(tmp_path: Path) -> None:
    _filled(tmp_path)
    Cache.open("/shop", str(tmp_path)).save(["b.py"])
    cache = Cache.open("/shop", str(tmp_path))
    assert cache.content_selected(digest(b"a")) is None
    assert _selected(cache, "b.py", Stat(6, OLD)) is False


def test_nothing_is_written_when_nothing_changed(tmp_path: Path) -> None:
    _filled(tmp_path)
    before = _file(tmp_path).stat().st_ino
    Cache.open("/shop", str(tmp_path)).save(["a.py", "b.py"])
    assert _file(tmp_path).stat().st_ino == before


def test_nothing_is_written_when_what_was_known_is_put_again(tmp_path: Path) -> None:
    _filled(tmp_path)
    before = _file(tmp_path).stat().st_ino
    cache = Cache.open("/shop", str(tmp_path))
    cache.put("a.py", Stat(5, OLD), digest(b"a"), True, BLOB)
    cache.save(["a.py", "b.py"])
    assert _file(tmp_path).stat().st_ino == before


def test_what_is_remembered_is_written_alone(tmp_path: Path) -> None:
    _filled(tmp_path)
    cache = Cache.open("/shop", str(tmp_path))
    cache.remembered["demanded"].append("d.py")
    cache.save(["a.py", "b.py"])
    assert Cache.open("/shop", str(tmp_path)).remembered == {"demanded": ["c.py", "d.py"]}


def test_no_cache_at_all(tmp_path: Path) -> None:
    cache = Cache.open("/shop", str(tmp_path), enabled=False)
    cache.put("a.py", Stat(5, OLD), digest(b"a"), True, BLOB)
    assert cache.content_facts(digest(b"a")) == FACTS
    cache.save(["a.py"])
    assert list(tmp_path.iterdir()) == []


def _flipped(data: bytes, behind: int) -> bytes:
    at = len(data) - behind
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def _with_checksum(data: bytes, payload: bytes) -> bytes:
    header = data[: len(module.MAGIC) + DIGEST]
    checksum = hashlib.blake2b(payload, digest_size=DIGEST).digest()
    return header + checksum + len(payload).to_bytes(8, "big") + payload


SPOILED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda data: b"",
    "in the header": lambda data: data[:10],
    "truncated": lambda data: data[: -len(BLOB) - 1],
    "flipped": lambda data: _flipped(data, len(BLOB) + 9),
    "foreign": lambda data: b"another program's cache",
    "another format": lambda data: data.replace(b"cache 2", b"cache 3"),
    "no payload": lambda data: _with_checksum(data, b""),
    "a number": lambda data: _with_checksum(data, marshal.dumps(5)),
    "wrong parts": lambda data: _with_checksum(data, marshal.dumps((1, 2, 3, 4))),
    "wrong index": lambda data: _with_checksum(data, marshal.dumps((1, {}, [], marshal.dumps({})))),
    "wrong memory": lambda data: _with_checksum(data, marshal.dumps((1, {}, {}, marshal.dumps(1)))),
    "a huge list": lambda data: _with_checksum(data, b"[\xff\xff\xff\x7f"),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_spoiled_cache_is_a_cold_run(tmp_path: Path, how: str) -> None:
    _filled(tmp_path)
    file = _file(tmp_path)
    file.write_bytes(SPOILED[how](file.read_bytes()))
    cache = Cache.open("/shop", str(tmp_path))
    assert _selected(cache, "a.py", Stat(5, OLD)) is None
    assert cache.remembered == {}
    _filled(tmp_path)
    assert Cache.open("/shop", str(tmp_path)).facts("a.py", Stat(5, OLD)) == FACTS


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-1], lambda data: _flipped(data, 3)], ids=["truncated", "flipped"]
)
def test_spoiled_facts_are_read_again(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    _filled(tmp_path)
    file = _file(tmp_path)
    file.write_bytes(spoil(file.read_bytes()))
    cache = Cache.open("/shop", str(tmp_path))
    assert _selected(cache, "a.py", Stat(5, OLD)) is True
    assert cache.facts("a.py", Stat(5, OLD)) is None
    cache.put("a.py", Stat(5, OLD), digest(b"a"), True, BLOB)
    cache.save(["a.py", "b.py"])
    assert Cache.open("/shop", str(tmp_path)).facts("a.py", Stat(5, OLD)) == FACTS


@pytest.mark.parametrize("name", ["__version__", "READER_VERSION"])
def test_another_version_is_a_cold_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    _filled(tmp_path)
    monkeypatch.setattr(module, name, 99)
    assert _selected(Cache.open("/shop", str(tmp_path)), "a.py", Stat(5, OLD)) is None


def test_a_cache_that_cannot_be_written_is_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    cache = _filled(tmp_path / "file")
    assert cache.problem is not None
    assert cache.problem.severity is Severity.ADVICE
    assert cache.facts("a.py", Stat(5, OLD)) is None
    assert cache.content_facts(digest(b"a")) == FACTS


def test_a_failed_write_leaves_the_old_cache_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _filled(tmp_path)

    def refuse(*paths: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    cache = Cache.open("/shop", str(tmp_path))
    cache.remembered["demanded"] = []
    cache.save(["a.py", "b.py"])
    assert cache.problem is not None
    assert list(tmp_path.glob("*.tmp")) == []
    assert Cache.open("/shop", str(tmp_path)).remembered == {"demanded": ["c.py"]}


def test_what_killed_runs_left_is_removed(tmp_path: Path) -> None:
    _filled(tmp_path)
    name = _file(tmp_path).stem
    for left, time in ((f"{name}.1.1.tmp", 1), (f"{name}.2.2.tmp", None)):
        (tmp_path / left).write_bytes(b"")
        if time is not None:
            os.utime(tmp_path / left, (time, time))
    cache = Cache.open("/shop", str(tmp_path))
    cache.remembered["demanded"] = []
    cache.save(["a.py", "b.py"])
    assert [left.name for left in tmp_path.glob("*.tmp")] == [f"{name}.2.2.tmp"]


def test_the_size_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 1_000)
    cache = Cache.open("/shop", str(tmp_path))
    for name, size in (("small", 300), ("large", 900), ("other", 400)):
        cache.put(name, Stat(5, OLD), digest(name.encode()), True, marshal.dumps(("x" * size,)))
    cache.save(["small", "large", "other"])
    cache = Cache.open("/shop", str(tmp_path))
    assert [cache.facts(name, Stat(5, OLD)) is None for name in ("small", "large", "other")] == [
        False,
        True,
        False,
    ]
    assert _selected(cache, "large", Stat(5, OLD)) is True


def test_a_new_folder_is_hidden_from_git_and_backups(tmp_path: Path) -> None:
    _filled(tmp_path / "new")
    assert (tmp_path / "new/.gitignore").read_text(encoding="utf-8") == "*\n"
    assert (tmp_path / "new/CACHEDIR.TAG").exists()
    _filled(tmp_path)
    assert not (tmp_path / ".gitignore").exists()


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERYLINT_CACHE_DIR", "/here")
    assert cache_folder() == "/here"
    monkeypatch.delenv("CELERYLINT_CACHE_DIR")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert cache_folder() == os.path.join("/caches", "celerylint")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == os.path.join(os.path.expanduser("~"), ".cache", "celerylint")
