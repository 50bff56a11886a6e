from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from celerylint.facts.manifests.procfile import read
from celerylint.facts.manifests.shell import tokens
from celerylint.facts.manifests.words import Word

JINJA = """\
release: python manage.py migrate
{%- if cookiecutter.use_celery == "y" %}
worker: REMAP_SIGTERM=SIGQUIT celery -A config.celery_app worker --loglevel=info
beat: celery -A {{ app }} beat
{%- endif %}
"""


def test_processes_with_their_places() -> None:
    text = (
        "# worker: celery -A old worker\nweb: gunicorn x\r\nworker:  cd src && celery -A x worker\n"
    )
    manifest = read("Procfile", text)
    assert [unit.name for unit in manifest.units] == ["web", "worker"]
    command = manifest.units[1].commands[0]
    assert (command.form, command.role, command.interpreter) == ("shell", "command", "")
    assert manifest.position(command.start) == (3, 10)
    assert command.script is not None
    assert command.script.value == "cd src && celery -A x worker"
    words = [each for each in tokens(command.script) if isinstance(each, Word)]
    celery = next(word for word in words if str(word) == "celery")
    assert manifest.position(celery.start) == (3, 20)
    assert manifest.units[0].commands[0].script is not None
    assert str(manifest.units[0].commands[0].script) == "gunicorn x"
    assert manifest.problems == ()


def test_template_conditions_and_holes() -> None:
    manifest = read("Procfile", JINJA)
    release, worker, beat = manifest.units
    assert release.commands[0].role == "hook"
    assert worker.commands[0].conditions == ('if cookiecutter.use_celery == "y"',)
    assert manifest.position(worker.commands[0].start) == (3, 9)
    script = beat.commands[0].script
    assert script is not None
    assert [part.text for _, part in script.holes if hasattr(part, "text")] == ["app"]


def test_a_name_twice_is_a_problem_unless_branches_exclude_each_other() -> None:
    assert read("Procfile", "a: x\na: y\n").problems == (
        (2, "process a is defined in line 1 already"),
    )
    branches = "{% if x %}\na: x\n{% else %}\na: y\n{% endif %}\n"
    manifest = read("Procfile", branches)
    assert manifest.problems == ()
    assert len(manifest.units) == 2


@given(st.text("a-_: #\n\r\t{}%x$'\"\\é\x00", max_size=80))
def test_lines_are_those_of_honcho(text: str) -> None:
    """honcho's own pattern, `^([A-Za-z0-9_-]+):\\s*(.+)$`, line by line."""
    if "{{" in text or "{%" in text or "{#" in text:
        read("Procfile", text)
        return
    expected = []
    for line in text.split("\n"):
        match = re.match(r"^([A-Za-z0-9_-]+):\s*(.+)$", line.rstrip())
        if match:
            expected.append((match.group(1), match.group(2)))
    found = read("Procfile", text).units
    assert [(unit.name, str(unit.commands[0].script)) for unit in found] == expected
