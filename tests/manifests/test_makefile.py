from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celerylint.facts.manifests.makefile import read
from celerylint.facts.manifests.model import Manifest
from celerylint.facts.manifests.words import Cmd, Lit, Tmpl, Var
from celerylint.kept import dumps, loads

MAKEFILE = """\
PY = $(BIN)/python
BIN := /venv/bin
APP ?= shop
NODES = $(shell nproc)
export DJANGO_SETTINGS_MODULE = shop.settings  # which
.PHONY: worker
worker: deps ## run celery worker
	@echo "Starting celery worker"
	-@$(PY) -m celery -A $(APP) worker \\
	    -n w@$$HOST --x=$@ -c $(NODES) ${Q}

help:
	# celery worker
ifdef GEVENT
beat: ; celery beat
endif
run: worker
	$(call retry,celery -A $(APP) worker)
"""

JUSTFILE = """\
set shell := ["bash", "-uc"]
set dotenv-load
app := "shop"
export LEVEL := 'info'
# celery -A old worker
[private]
worker n="4" *args: deps
    @celery -A {{ app }} worker -c {{n}} \\
        {{args}}
    echo hi

script:
    #!/usr/bin/env -S bash -e
    celery -A {{app}} beat
"""


def scripts(manifest: Manifest) -> list[tuple[str, str]]:
    return [
        (unit.name, str(command.script.word()))
        for unit, command in manifest.commands()
        if command.script is not None
    ]


def test_rules_with_their_recipes() -> None:
    manifest = read("Makefile", MAKEFILE)
    assert manifest.problems == ()
    assert scripts(manifest) == [
        ("worker", 'echo "Starting celery worker"'),
        (
            "worker",
            (
                "/venv/bin/python -m celery -A ${APP:-shop} worker \\\n"
                "    -n w@$HOST --x=worker -c ${NODES} ${Q}"
            ),
        ),
        ("help", "# celery worker"),
        ("beat", "celery beat"),
        ("run", "$(call retry) celery -A ${APP:-shop} worker"),
    ]
    worker = manifest.units[0].commands[1]
    assert worker.script is not None
    assert (worker.form, worker.role, worker.interpreter) == ("shell", "task", "")
    assert manifest.position(worker.start) == (9, 4)
    at = worker.script.value.index("-n w@")
    assert manifest.position(worker.script.start(at)) == (10, 6)
    assert manifest.position(manifest.units[0].start) == (7, 1)
    assert [part for _, part in worker.script.holes] == [
        Var("APP", ":-", (Lit("shop"),), scope="make", quoted=False),
        Var("NODES", scope="make", quoted=False),
        Var("Q", scope="make", quoted=False),
    ]


def test_conditions_exports_and_the_table() -> None:
    manifest = read("Makefile", MAKEFILE)
    beat = next(unit for unit in manifest.units if unit.name == "beat")
    assert beat.commands[0].conditions == ("ifdef GEVENT",)
    assert manifest.shared is not None
    assert [(each.name, str(each.value)) for each in manifest.shared.env] == [
        ("DJANGO_SETTINGS_MODULE", "shop.settings")
    ]
    assert [each.name for each in manifest.tables[0].variables][:3] == ["PY", "BIN", "APP"]


def test_what_settles_a_variable() -> None:
    text = "A = 1\nB = 1\nB += 2\nifdef X\nC = 1\nendif\nD = $(D)\nt: E = 1\nt:\n\t$A $B $C $D $E $(E)\n"  # noqa: E501
    assert scripts(read("Makefile", text)) == [("t", "1 ${B} ${C} ${D} ${E} ${E}")]


def test_one_shell_and_its_name() -> None:
    text = "SHELL := /bin/bash\n.SHELLFLAGS = -ec\n.ONESHELL:\nt:\n\tcd src\n\tcelery worker\n"
    manifest = read("Makefile", text)
    assert scripts(manifest) == [("t", "cd src\ncelery worker\n")]
    assert manifest.units[0].commands[0].interpreter == "/bin/bash -ec"


def test_definitions_and_includes() -> None:
    text = "define run\nt:\n\tcelery\nendef\ninclude a.mk b.mk\nx:\n\tcelery $(run)\n"
    manifest = read("Makefile", text)
    assert scripts(manifest) == [("x", "celery ${run}")]
    assert [str(each) for each in manifest.includes] == ["a.mk", "b.mk"]


def test_bad_makefiles_are_read_on() -> None:
    assert read("Makefile", "t:\n\tcelery \\").problems == (
        (2, "the file ends in the middle of a continued line"),
    )
    manifest = read("Makefile", "define a\nt:\n\tcelery $(open worker\n")
    assert manifest.problems == ((1, "this define has no endef"),)
    assert scripts(manifest) == [("t", "celery $(open worker")]


def test_recipes_of_a_justfile() -> None:
    manifest = read("a/justfile", JUSTFILE)
    assert scripts(manifest) == [
        ("worker", "celery -A shop worker -c {{ n }} \\\n    {{ args }}"),
        ("worker", "echo hi"),
        ("script", "#!/usr/bin/env -S bash -e\ncelery -A shop beat"),
    ]
    worker = manifest.units[0].commands[0]
    assert worker.script is not None
    assert worker.interpreter == "bash -uc"
    assert manifest.position(worker.start) == (8, 6)
    assert worker.script.holes[0][1] == Tmpl("n")
    at = worker.script.value.index("worker")
    assert manifest.position(worker.script.start(at)) == (8, 26)
    assert manifest.units[1].commands[0].interpreter == "bash -e"
    assert manifest.shared is not None
    assert [str(each.value) for each in manifest.shared.env] == ["info"]
    assert [str(each.path) for each in manifest.shared.env_files] == [".env"]


def test_calls_are_unknown_but_their_last_argument_is_read() -> None:
    script = read("Makefile", MAKEFILE).units[-1].commands[0].script
    assert script is not None
    assert script.holes[0][1] == Cmd("call retry", quoted=False)


PIECES = st.sampled_from(
    [
        "t:",
        "\n\t",
        "\n",
        "A=",
        "A+=",
        "$(",
        "${",
        ")",
        "}",
        "$$",
        "$@",
        "$",
        "$A",
        "\\\n",
        "ifdef x\n",
        "endif\n",
        "define x\n",
        "endef\n",
        "include ",
        "$(call a,",
        ";",
        "#",
        " ",
        "b",
        "\x00",
        "{{",
        "}}",
        'x := "',
        '"',
        "    ",
        "set shell := [",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join), st.sampled_from(["Makefile", "justfile"]))
def test_any_text_is_read(text: str, name: str) -> None:
    manifest = read(name, text)
    assert loads(dumps(manifest)) == manifest
    for _, command in manifest.commands():
        assert command.script is not None
        assert 0 <= command.start <= command.end <= len(text)
        assert command.script.end(len(command.script)) <= len(text)


@pytest.mark.parametrize("name", ["Makefile", "justfile"])
@pytest.mark.parametrize(
    "junk",
    ["$(", "$(call f,", "define x\n", "A=$(A)$(B)\n", "t:\n\ta\n", "{{", "a b=c ", "ifdef x\n"],
)
def test_degenerate_files_end(name: str, junk: str) -> None:
    assert len(read(name, "t:\n\t" + junk * 3_000).problems) <= 5


def test_variables_that_would_grow_without_end() -> None:
    text = "".join(f"A{n + 1} = $(A{n})$(A{n})\n" for n in range(100))
    assert scripts(read("Makefile", f"A0 = xx\n{text}t:\n\t$(A100)\n")) == [("t", "${A100}")]
