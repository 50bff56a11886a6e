from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celerylint.facts.manifests.htcondor import read
from celerylint.facts.manifests.model import Unit
from celerylint.facts.manifests.words import Spec, Var
from celerylint.kept import dumps, loads

SUBMIT = """\
#!/usr/bin/env condor_submit
getenv = true
executable = /usr/bin/env
job_max_vacate_time = 20
kill_sig = SIGKILL
# arguments = "old worker"
queues = a,b

arguments = "shop worker -n w-$(Process)@%h -Q $(queues) 'one arg' ""quoted"" $ENV(X)"
Description = shop-worker
queue 16

executable = /opt/bin/shop
arguments = beat \\
   -f beat.log
description = shop-beat
environment = "A=1 B='x y'"
queue
"""


def words(unit: Unit) -> list[str]:
    return [str(word) for word in unit.commands[0].words]


def test_each_queue_is_a_job() -> None:
    manifest = read("shop.sub", SUBMIT)
    worker, beat = manifest.units
    assert words(worker) == [
        "/usr/bin/env",
        "shop",
        "worker",
        "-n",
        "w-$(Process)@%h",
        "-Q",
        "a,b",
        "one arg",
        '"quoted"',
        "${X}",
    ]
    assert worker.commands[0].words[4].parts[1] == Spec("$(Process)")
    assert worker.commands[0].words[-1].parts == (Var("X", scope="outside"),)
    assert manifest.position(worker.commands[0].words[1].start) == (9, 14)
    assert words(beat) == ["/opt/bin/shop", "beat", "-f", "beat.log"]
    assert manifest.position(beat.commands[0].words[2].start) == (15, 4)
    assert (worker.name, worker.kind, str(worker.replicas)) == ("shop-worker", "job", "16")
    assert beat.replicas is None
    assert (str(worker.stop_grace), str(worker.stop_signal)) == ("20", "SIGKILL")
    assert worker.env_open == "getenv"
    assert [(each.name, str(each.value)) for each in beat.env] == [("A", "1"), ("B", "x y")]


def test_old_syntax_of_environment() -> None:
    manifest = read("x.sub", "executable=/a\nenvironment = A=1;B=$(C)\ngetenv = False\nqueue\n")
    (unit,) = manifest.units
    assert [(each.name, str(each.value)) for each in unit.env] == [("A", "1"), ("B", "$(C)")]
    assert unit.env_open == ""


def test_macros_that_name_each_other() -> None:
    text = "a = $(b)\nb = $(a)\nexecutable = /bin/$(a)\nqueue\n"
    (unit,) = read("x.sub", text).units
    assert words(unit) == ["/bin/$(a)"]


def test_macros_that_would_grow_without_end() -> None:
    text = "a0 = xx\n" + "".join(f"a{n + 1} = $(a{n})$(a{n})\n" for n in range(60))
    (unit,) = read("x.sub", text + "executable = $(a60)\nqueue\n").units
    assert words(unit) == ["$(a60)"]


def test_bad_files() -> None:
    assert read("x.sub", "executable = a \\").problems == (
        (1, "the file ends in the middle of a continued line"),
    )
    assert len(read("x.sub", "executable = a\n" + "queue\n" * 2_000).units) == 500


PIECES = st.sampled_from(
    [
        "arguments = ",
        "executable = /a\n",
        "environment = ",
        "queue",
        "\n",
        '"',
        "'",
        '""',
        "$(",
        ")",
        "$(a)",
        "$$(",
        "a = ",
        "b",
        " ",
        "\\\n",
        ";",
        "=",
        "#",
        "{{ x }}",
        "\x00",
        "3",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_read(text: str) -> None:
    manifest = read("x.sub", text)
    assert loads(dumps(manifest)) == manifest
    for _, command in manifest.commands():
        assert all(0 <= word.start <= word.end <= len(text) for word in command.words)


@pytest.mark.parametrize("junk", ["$(", "$$(", "$(a:", '"', "queue\n", "a=$(a)\n"])
def test_degenerate_files_end(junk: str) -> None:
    assert read("x.sub", "arguments = " + junk * 5_000).kind == "htcondor"
