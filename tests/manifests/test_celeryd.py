from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from celerylint.facts.manifests.celeryd import read
from celerylint.kept import dumps, loads


def values(text: str) -> dict[str, str]:
    (table,) = read("x", text).tables
    return {each.name: str(each.value) for each in table.variables}


def test_a_celeryd_file() -> None:
    text = """\
# Names of nodes to start
CELERYD_NODES="w1 w2"  # two
CELERY_BIN="/usr/local/bin/celery"
#CELERY_BIN="/virtualenvs/def/bin/celery"
CELERY_APP=proj
if true; then
  export CELERYD_OPTS="--time-limit=300 -c 8 \\
 -Q:w1 a,b"
fi
CELERYD_LOG_FILE="/var/log/celery/%n%I.log"
CELERYD_USER=${U:-celery}; echo
"""
    manifest = read("/etc/default/celeryd", text)
    (table,) = manifest.tables
    assert (table.kind, manifest.problems) == ("celeryd", ())
    assert values(text) == {
        "CELERYD_NODES": "w1 w2",
        "CELERY_BIN": "/usr/local/bin/celery",
        "CELERY_APP": "proj",
        "CELERYD_OPTS": "--time-limit=300 -c 8  -Q:w1 a,b",
        "CELERYD_LOG_FILE": "/var/log/celery/%n%I.log",
        "CELERYD_USER": "${U:-celery}",
    }
    options = next(each for each in table.variables if each.name == "CELERYD_OPTS")
    assert manifest.position(options.start) == (7, 10)
    assert options.value is not None
    assert options.value.source is not None
    at = options.value.source.value.index("-Q:w1")
    assert manifest.position(options.value.source.start(at)) == (8, 2)


def test_an_environment_file() -> None:
    text = """\
A=b c # d
export B="x $A ${C:-q} \\" y" # z
C=
D
E='multi
line $A'
F=it's
  G = sp
H=a#b\r
not a variable
"""
    manifest = read(".env", text)
    assert manifest.tables[0].kind == "env"
    assert values(text) == {
        "A": "b c",
        "B": 'x ${A} ${C:-q} " y',
        "C": "",
        "D": "None",
        "E": "multi\nline $A",
        "F": "it's",
        "G": "sp",
        "H": "a#b",
    }
    assert manifest.tables[0].variables[3].reason == "passed through"


def test_a_quote_that_never_closes_costs_one_line() -> None:
    manifest = read(".env", 'A="open\nB=1\n')
    assert manifest.problems == ((1, "the value of A has no closing quote"),)
    assert values('A="open\nB=1\n') == {"A": "open", "B": "1"}


def test_a_template() -> None:
    assert values('CELERY_BIN="{{ venv }}/bin/celery"\n{% if x %}\nA=1\n{% endif %}\n') == {
        "CELERY_BIN": "{{ venv }}/bin/celery",
        "A": "1",
    }


@given(st.text("Ab=1 '\"\n\r\t#$\\{}%", max_size=60))
def test_any_text_is_read(text: str) -> None:
    manifest = read(".env", text)
    assert loads(dumps(manifest)) == manifest
    for each in manifest.tables[0].variables:
        assert text[each.start : each.end] == each.name
        if each.value is not None:
            assert each.end < each.value.start + 1 <= each.value.end + 1 <= len(text) + 1


@pytest.mark.parametrize("junk", ["A='\n", 'A="\n', "A=$", "A=${", "=\n", "export "])
def test_degenerate_files_end(junk: str) -> None:
    assert len(read(".env", junk * 5_000).problems) <= 5
