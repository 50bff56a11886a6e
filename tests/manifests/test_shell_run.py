from __future__ import annotations

import pytest

from celerylint.facts.manifests.words import Text
from celerylint.project.choices import readings, settle
from celerylint.project.deployment.argv import Arg
from celerylint.project.deployment.expansion import Surroundings
from celerylint.project.deployment.place import Home
from celerylint.project.deployment.shell_frame import Frame, Run
from celerylint.project.deployment.shell_run import Walker
from celerylint.project.values import Default, Literal, OneOf, Unknown, Value


def runs(
    script: str,
    *parameters: str,
    settled: bool = False,
    known: bool = False,
    unit: dict[str, Value] | None = None,
) -> list[Run]:
    given = [Arg(Literal(each), Home("f").span(0, 0)) for each in parameters]
    around = Surroundings(
        shell=dict(unit or {}), unit=unit or {}, parameters=given if parameters or known else None
    )
    return Walker(Home("f"), settled).walk(Text.at(script, 0), Frame(around))


def lines(script: str, *parameters: str, settled: bool = False) -> list[str]:
    return [
        " ".join(arg.text() or f"<{arg.written}>" for arg in run.variants[0])
        for run in runs(script, *parameters, settled=settled)
    ]


def value(script: str, settled: bool = False, unit: dict[str, Value] | None = None) -> Value:
    """What the last word of the last command is."""
    last = runs(script, settled=settled, unit=unit)[-1]
    return settle(last.variants[0][-1].value)


def test_assignments_reach_later_words() -> None:
    script = 'A=x\nB=$A.y\nexport C="$B z"\ncelery -A $B "$C"'
    assert lines(script) == ["celery -A x.y x.y z"]


def test_unquoted_variables_split_and_quoted_ones_do_not() -> None:
    script = "OPTS='-c 4  -l info'\ncelery $OPTS \"$OPTS\" x$OPTS"
    (run,) = runs(script)
    texts = [arg.text() for arg in run.variants[0]]
    assert texts == [
        "celery", "-c", "4", "-l", "info", "-c 4  -l info", "x-c", "4", "-l", "info",
    ]  # fmt: skip


def test_an_empty_unquoted_variable_is_no_word() -> None:
    (run,) = runs('E=\ncelery $E "$E" x')
    assert [arg.text() for arg in run.variants[0]] == ["celery", "", "x"]


def test_defaults_stay_defaults_of_their_variable() -> None:
    found = value("celery --concurrency=${N:-4}")
    assert readings(found) == [("--concurrency=4", ("N",))]
    assert isinstance(value('celery "${N:-4}"'), Default)


def test_the_unit_s_environment_settles_defaults() -> None:
    assert value('celery "${N:-4}"', unit={"N": Literal("8")}).python() == "8"
    assert value(': "${N:=4}"\ncelery "$N"', unit={"N": Literal("8")}).python() == "8"


def test_an_unknown_unquoted_variable_leaves_the_words_open() -> None:
    (run,) = runs("celery worker $OPTS")
    assert run.variants[0][-1].open
    (run,) = runs('celery worker "$OPT"')
    assert not run.variants[0][-1].open


def test_branches_that_nobody_decides_make_a_choice() -> None:
    script = 'if [ "$1" = a ]; then Q=x; else Q=y; fi\ncelery "$Q"'
    found = value(script)
    assert isinstance(found, OneOf)
    assert [each.python() for each in found.options] == ["x", "y"]


def test_a_choice_between_words_and_none_makes_variants() -> None:
    script = "if [ -f x ]; then C='-c 1'; else C=; fi\ncelery worker $C -E"
    (run,) = runs(script)
    texts = [[arg.text() for arg in variant] for variant in run.variants]
    assert texts == [["celery", "worker", "-c", "1", "-E"], ["celery", "worker", "-E"]]


def test_tests_of_known_values_decide() -> None:
    script = 'A=b\nif [[ "$A" == b* && -n "$A" ]]; then one; elif two; then three; fi\n'
    assert lines(script) == ["one"]
    assert lines("N=3\nif ((N > 2)); then one; else two; fi") == ["one"]
    assert lines("N=3\n[ $N -lt 2 ] && one\n[ $N -lt 2 ] || two") == ["two"]
    assert lines('[ -z "" ] && one') == ["one"]
    assert [run.variants[0][0].text() for run in runs('[ -n "$X" ] || one; two')] == ["one", "two"]
    assert lines("! test a = b && one") == ["one"]


def test_a_default_decides_only_where_the_unit_is_known() -> None:
    script = ': "${WHAT:=worker}"\nif [ "$WHAT" = beat ]; then beat; else worker; fi'
    assert lines(script) == ["beat", "worker"]
    assert lines(script, settled=True) == ["worker"]


def test_what_a_default_decided_depends_on_its_variable() -> None:
    script = ': "${N:=1}"\nif ((N > 1)); then P=gevent; else P=prefork; fi\ncelery "$P"'
    found = value(script, settled=True)
    assert readings(found) == [("prefork", ("N",))]
    choice = value(script)
    assert {text for text, _ in readings(choice)} == {"gevent", "prefork"}


def test_case_arms() -> None:
    script = 'case "$1" in worker|w) exec one ;; beat) two;; *) exec "$@";; esac'
    assert lines(script, "worker") == ["one"]
    assert lines(script, "beat") == ["two"]
    assert lines(script, "celery", "-A", "x") == ["celery -A x"]
    assert [run.conditions for run in runs(script)] == [
        ("${1} = worker|w",),
        ("${1} = beat",),
        ("${1} = *",),
    ]


def test_parameters() -> None:
    script = 'shift\nset -- "$@" z\nexec celery "$1" "${2:-d}" "$#" "$@"'
    assert lines(script, "a", "b") == ["celery b z 2 b z"]
    (run,) = runs('celery "$@"')
    assert run.variants[0][-1].open
    (run,) = runs('celery "$@"', known=True)
    assert [arg.text() for arg in run.variants[0]] == ["celery"]
    assert isinstance(value("celery $1"), Unknown)


def test_arrays() -> None:
    script = 'CMD=(celery -A "a b")\nCMD+=(worker)\nexec "${CMD[@]}" x'
    (run,) = runs(script)
    assert [arg.text() for arg in run.variants[0]] == ["celery", "-A", "a b", "worker", "x"]
    assert run.executes


def test_what_is_added_only_sometimes_leaves_an_array_open() -> None:
    script = 'A=(-l info)\n[[ -n "$C" ]] && A+=(-c "$C")\nexec celery worker "${A[@]}"'
    (run,) = runs(script)
    assert [arg.text() for arg in run.variants[0]][:4] == ["celery", "worker", "-l", "info"]
    assert run.variants[0][-1].open
    assert len(run.variants[0]) == 5


def test_a_command_line_in_one_variable() -> None:
    script = 'CMD="celery -A x worker"\nif [ -n "$Q" ]; then CMD="$CMD -Q $Q"; fi\nexec $CMD'
    (run,) = runs(script)
    long, short = run.variants
    assert [arg.text() for arg in short] == ["celery", "-A", "x", "worker"]
    assert [arg.text() for arg in long] == ["celery", "-A", "x", "worker", "-Q", None]


def test_a_return_only_leaves_its_function() -> None:
    assert lines("f() { a; return $X; }\nf\nb\n") == ["a", "b"]
    branches = "f() { if [ $1 ]; then return 1; else a; return; fi; c; }\nf\nb\n"
    assert lines(branches) == ["a", "b"]
    assert lines("f() { a; exit 1; }\nf\nb\n") == ["a"]
    either = value("f() { if $C; then N=1; return; else N=2; return; fi; }\nf\nx $N")
    assert [text for text, _ in readings(either)] == ["1", "2"]


def test_functions_are_entered_where_they_are_called() -> None:
    script = 'run() { celery -A "$1" worker; }\nunused() { two; }\nrun x\nf() { f; }\nf'
    assert lines(script) == ["celery -A x worker"]


def test_flow_ends_with_exec_and_exit() -> None:
    assert lines("if [ -f x ]; then exit 1; fi\nexec one\ntwo") == ["one"]
    assert lines("exit 0\none") == []
    assert lines("(exit 1); one") == ["one"]


def test_flags_of_a_command() -> None:
    script = "a &\nb | c\nd >log 2>&1\nwhile true; do e; done\nF=1 exec f"
    found = {run.variants[0][0].text(): run for run in runs(script)}
    assert found["a"].background
    assert found["b"].piped
    assert found["d"].redirected
    assert found["e"].looped
    assert found["f"].executes
    assert set(found["f"].environment) == {"F"}


def test_the_last_command_of_a_string_is_final() -> None:
    assert [run.final for run in runs("a && b")] == [False, True]
    for script in ("a; b > log", "a; b &", "a | b", "if x; then b; fi", "a || b"):
        assert not runs(script)[-1].final


def test_what_a_loop_changes_is_unknown() -> None:
    script = 'N=1\nwhile x; do N=$((N+1)); done\ncelery "$N"'
    assert isinstance(value(script), Unknown)
    script = 'for Q in a b; do celery "$Q"; done'
    assert [each.python() for each in value(script).alternatives()] == ["a", "b"]


def test_exports_and_prefixes_reach_the_process() -> None:
    script = "A=1\nexport B=2\nexport A\nC=3\nD=4 celery"
    (run,) = runs(script)
    assert set(run.environment) == {"A", "B", "D"}


def test_what_nobody_knows() -> None:
    assert isinstance(value('X=$(nproc)\ncelery "$X"'), Unknown)
    assert isinstance(value('read X\ncelery "$X"'), Unknown)
    assert isinstance(value('celery "${X%.*}"'), Unknown)
    assert next(value('X=$(a)\ncelery "${X:-d}"').alternatives()).python() == "d"


def test_cd_is_followed() -> None:
    (run,) = runs("cd /app\ncd src && celery")
    assert run.workdir == "/app/src"


def test_sourcing_what_is_not_there_opens_the_environment() -> None:
    frame = Frame(Surroundings())
    Walker(Home("f"), False).walk(Text.at("source /etc/x\ncelery", 0), frame)
    assert frame.open == "/etc/x is sourced"


def test_a_script_that_sources_itself_ends() -> None:
    script = Text.at("celery worker\n. ./self", 0)
    walker = Walker(Home("f"), False, lambda path, frame: (Home("f"), script))
    assert 1 <= len(walker.walk(script, Frame(Surroundings()))) < 50


@pytest.mark.parametrize(
    "script",
    [
        "if " * 500,
        "{ " * 5000,
        "( " * 5000,
        "a && " * 3000,
        "case x in " * 300,
        "while true; do " * 300,
        "for",
        "for x in",
        "case",
        "case x",
        "function",
        "f(",
        "if then fi done esac ;; )",
        "((",
        "[[",
        "x=( ",
        "export",
        "set --",
        "exec",
        "eval",
        "source",
        "shift x",
        "f() { f; f; }; f",
        "\x00\x01",
        "A=$A$A$A\n" * 40 + "celery $A",
        "case $x in\n" + "".join(f"a{n}) Q=$Q{n};;\n" for n in range(200)) + "esac\ncelery $Q",
        "".join(f"if a; then X{n}='a b'; else X{n}=; fi\n" for n in range(40))
        + "celery "
        + " ".join(f"$X{n}" for n in range(40)),
    ],
)
def test_broken_and_hostile_scripts_end(script: str) -> None:
    assert len(runs(script)) <= 1000


def test_eval_reads_a_literal_again() -> None:
    assert lines("eval 'celery worker'") == ["celery worker"]
