from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celerylint.facts.manifests.classify import classify
from celerylint.facts.manifests.dockerfile import read
from celerylint.facts.manifests.model import Manifest, Stage
from celerylint.facts.manifests.words import Var
from celerylint.kept import dumps, loads


def one(text: str) -> tuple[Manifest, Stage]:
    manifest = read("Dockerfile", text)
    return manifest, manifest.stages[-1]


def command(text: str, role: str = "command") -> tuple[str, list[str], str]:
    _, stage = one(text)
    found = stage.unit.named(role)
    assert found is not None
    return found.form, [str(word) for word in found.words], str(found.script or "")


def test_exec_form_has_a_word_for_each_item_with_its_place() -> None:
    manifest, stage = one('FROM python\nCMD ["celery", "-A",\\\n  "proj", "a\\"b\\u00e9"]\n')
    found = stage.unit.named("command")
    assert found is not None
    assert found.form == "exec"
    assert [str(word) for word in found.words] == ["celery", "-A", "proj", 'a"bé']
    assert [manifest.position(word.start) for word in found.words] == [
        (2, 6),
        (2, 16),
        (3, 3),
        (3, 11),
    ]


def test_shell_form_and_what_looks_like_exec_form() -> None:
    assert command("FROM a\nCMD celery -A x worker\n") == ("shell", [], "celery -A x worker")
    assert command("FROM a\nCMD ['celery', 'worker']\n")[0] == "shell"
    assert command('FROM a\nCMD ["celery", "worker"] x\n')[0] == "shell"
    assert command('FROM a\nCMD [ "celery" ,"worker" ]  \n')[:2] == ("exec", ["celery", "worker"])


def test_the_shell_of_the_shell_form() -> None:
    _, stage = one("FROM a\nCMD x\n")
    assert stage.unit.commands[0].interpreter == "/bin/sh -c"
    _, stage = one('FROM a\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nCMD x\n')
    assert stage.unit.commands[0].interpreter == "/bin/bash -o pipefail -c"


def test_variables_in_exec_form_stay_as_they_are() -> None:
    assert command('FROM a\nENV N=4\nCMD ["celery", "-c", "$N"]\n')[1] == ["celery", "-c", "$N"]


def test_continued_lines_with_comments_and_empty_lines_inside() -> None:
    manifest, stage = one("FROM a\ncmd celery \\\n# note\n\n   -A x \\  \n  worker\nUSER u\n")
    found = stage.unit.commands[0]
    assert found.script is not None
    assert found.script.value.split() == ["celery", "-A", "x", "worker"]
    assert manifest.position(found.script.start(found.script.value.index("worker"))) == (6, 3)
    assert str(stage.unit.user) == "u"
    assert manifest.problems == ()


def test_the_escape_directive() -> None:
    text = "# escape=`\nFROM a\nCMD celery `\n  worker\nWORKDIR C:\\app\n"
    _, stage = one(text)
    assert str(stage.unit.commands[0].script).split() == ["celery", "worker"]
    assert str(stage.unit.workdir) == "C:\\app"
    late = "# a comment\n# escape=`\nFROM a\nCMD x `\n"
    assert str(one(late)[1].unit.commands[0].script) == "x `"


def test_a_continuation_that_the_file_ends_in() -> None:
    manifest, stage = one("FROM a\nCMD celery -A x \\\n  worker \\")
    assert manifest.problems == ((3, "the file ends in the middle of a continued line"),)
    assert str(stage.unit.commands[0].script).split() == ["celery", "-A", "x", "worker"]


def test_last_entrypoint_and_command_count() -> None:
    text = 'FROM a\nCMD one\nENTRYPOINT ["e"]\nCMD two\n'
    assert command(text)[2] == "two"
    assert command(text, "entrypoint")[1] == ["e"]


def test_a_stage_continues_an_earlier_one() -> None:
    text = """\
FROM python AS Base
ENV A=1
WORKDIR /app
USER u
COPY start /start
CMD ["base"]
FROM base AS worker
WORKDIR sub
COPY --from=base /x /y
FROM base
ENTRYPOINT ["/e"]
FROM other
"""
    manifest = read("Dockerfile", text)
    base, worker, entry, other = manifest.stages
    assert [str(each.target) for each in worker.copies] == ["/start", "/y"]
    assert str(worker.copies[1].stage) == "base"
    assert worker.copies[1].workdir == "/app/sub"
    assert str(worker.unit.workdir) == "/app/sub"
    assert str(worker.unit.user) == "u"
    assert [each.name for each in worker.unit.env] == ["A"]
    assert worker.unit.named("command") == base.unit.named("command")
    assert entry.unit.named("command") is None
    assert other.unit.commands == ()
    assert [each.name for each in manifest.stages] == ["Base", "worker", "", ""]


def test_env_in_both_spellings() -> None:
    text = "FROM a\nENV A=1 B=\"v w\" C='$D' E=a\\ b F=$A/${G:-x}\nENV H the rest $A\n"
    manifest, stage = one(text)
    values = {each.name: str(each.value) for each in stage.unit.env}
    assert values == {
        "A": "1",
        "B": "v w",
        "C": "$D",
        "E": "a b",
        "F": "${A}/${G:-x}",
        "H": "the rest ${A}",
    }
    by_name = {each.name: each for each in stage.unit.env}
    assert manifest.position(by_name["B"].start) == (2, 9)
    word = by_name["B"].value
    assert word is not None
    assert (manifest.position(word.start), manifest.position(word.end)) == ((2, 11), (2, 16))
    literal = by_name["C"].value
    assert literal is not None
    assert literal.literal() == "$D"
    variable = by_name["F"].value
    assert variable is not None
    assert variable.parts[0] == Var("A", scope="build")


def test_args_before_and_inside_a_stage() -> None:
    text = "ARG V=3\nARG W\nFROM python:${V}\nARG V\nARG X=y Z\n"
    _, stage = one(text)
    assert str(stage.base) == "python:${V}"
    assert [(each.name, str(each.value)) for each in stage.args] == [
        ("V", "3"),
        ("W", "None"),
        ("X", "y"),
        ("Z", "None"),
    ]


def test_copies() -> None:
    text = """\
FROM a
WORKDIR /code
COPY --chown=u:g --from=b ${DIR}/x y /target/
ADD ["a b", "/c"]
RUN chmod +x /x && ln -sf /target/x /usr/bin/x; ln a b
"""
    _, stage = one(text)
    copy, add, link = stage.copies
    assert [str(each) for each in copy.sources] == ["${DIR}/x", "y"]
    assert (str(copy.target), str(copy.stage), copy.workdir) == ("/target/", "b", "/code")
    assert (add.kind, str(add.sources[0]), str(add.target)) == ("add", "a b", "/c")
    assert (link.kind, str(link.sources[0]), str(link.target)) == (
        "link",
        "/target/x",
        "/usr/bin/x",
    )


def test_copies_that_a_run_makes() -> None:
    text = """\
FROM a
WORKDIR /code
RUN set -eux; cp -f docker/a.py b.py c/; /bin/cp x y && cp -t d e f; cp alone
RUN if [ -f g ]; then cp g h; fi; scp i j
"""
    _, stage = one(text)
    several, plain = stage.copies
    assert [str(each) for each in several.sources] == ["docker/a.py", "b.py"]
    assert (several.kind, str(several.target), several.workdir) == ("cp", "c/", "/code")
    assert (str(plain.sources[0]), str(plain.target)) == ("x", "y")


def test_heredocs_are_no_instructions() -> None:
    text = """\
FROM a
COPY <<EOF /start.sh
#!/bin/sh
exec celery -A x worker
EOF
RUN <<-'END' cat > /x
\tCMD no
\tEND
RUN cat <<A <<B
CMD a
A
CMD b
B
CMD ["/start.sh"]
"""
    manifest, stage = one(text)
    copy = stage.copies[0]
    assert copy.body is not None
    assert copy.body.value == "#!/bin/sh\nexec celery -A x worker\n"
    assert manifest.position(copy.body.start(copy.body.value.index("celery"))) == (4, 6)
    assert (str(copy.sources[0]), str(copy.target)) == ("EOF", "/start.sh")
    assert [str(word) for each in stage.unit.commands for word in each.words] == ["/start.sh"]
    assert manifest.problems == ()


def test_a_heredoc_without_an_end_costs_only_itself() -> None:
    manifest, stage = one("FROM a\nRUN <<EOF\nls\nCMD x\n")
    assert manifest.problems[0] == (2, "the here-document EOF is never closed")
    assert str(stage.unit.commands[0].script) == "x"


def test_the_rest_of_the_unit() -> None:
    text = """\
FROM a AS w
EXPOSE 8000 5555/tcp
STOPSIGNAL SIGINT
HEALTHCHECK --interval=5s CMD celery inspect ping
USER "app"
ONBUILD CMD no
"""
    manifest, stage = one(text)
    unit = stage.unit
    assert [str(each) for each in unit.ports] == ["8000", "5555/tcp"]
    assert str(unit.stop_signal) == "SIGINT"
    assert unit.healthcheck is not None
    assert (unit.healthcheck.role, str(unit.healthcheck.script)) == (
        "healthcheck",
        "celery inspect ping",
    )
    assert str(unit.user) == "app"
    assert unit.commands == ()
    assert manifest.position(unit.start) == (1, 11)
    assert one("FROM a\nHEALTHCHECK CMD x\nHEALTHCHECK NONE\n")[1].unit.healthcheck is None


def test_jinja_in_a_dockerfile() -> None:
    text = """\
FROM python:{{ version }}
{% if celery %}
COPY {{ dir }}/start /start
CMD celery -A {{ app }} worker
{% endif %}
"""
    manifest, stage = one(text)
    assert manifest.problems == ()
    assert str(stage.base) == "python:{{ version }}"
    assert str(stage.copies[0].sources[0]) == "{{ dir }}/start"
    assert stage.unit.commands[0].conditions == ("if celery",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\x7fELF\x00\x01\x02 binary\n\x00\n", "is no Dockerfile instruction"),
        ("CMD x\n", "no FROM stands before this instruction"),
        ("FROM\nCMD x\n", "FROM names no image"),
    ],
)
def test_what_is_no_dockerfile_is_said_once(text: str, message: str) -> None:
    manifest = read("Dockerfile", text)
    assert len(manifest.problems) == 1
    assert message in manifest.problems[0][1]


PIECES = st.sampled_from(
    [
        "FROM a\n",
        "FROM b AS c\n",
        "CMD ",
        "ENTRYPOINT ",
        "ENV ",
        "COPY ",
        "RUN ",
        '["a"',
        "]",
        "\\\n",
        "<<EOF",
        "\nEOF\n",
        "\n",
        " ",
        "$X",
        "${",
        "A=",
        "'",
        '"',
        "\\",
        "# x",
        "é",
        "\x00",
        "{{ x }}",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_read(text: str) -> None:
    manifest = read("Dockerfile", text)
    assert loads(dumps(manifest)) == manifest
    for _, found in manifest.commands():
        assert 0 <= found.start <= found.end <= len(text)
        assert all(found.start <= word.start <= word.end <= found.end for word in found.words)


@pytest.mark.parametrize(
    "junk", ["RUN <<E\n", "FROM a AS a\n", "ENV A=$A\n", "CMD [\n", "RUN a \\\n", "COPY <<A <<B\n"]
)
def test_degenerate_files_end(junk: str) -> None:
    assert len(read("Dockerfile", "FROM a\n" + junk * 5_000).problems) <= 5


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("scans/many_dockerfile.json", None),
        ("docs/Dockerfile.md", None),
        ("Dockerfile.yml", None),
        ("Dockerfile.dev", "dockerfile"),
        ("Dockerfile.j2", "dockerfile"),
        ("docker/worker.dockerfile", "dockerfile"),
        ("Containerfile", "dockerfile"),
    ],
)
def test_what_only_speaks_of_dockerfiles_is_none(path: str, kind: str | None) -> None:
    assert classify(path, "FROM python\nRUN pip install celery\n") == kind
