"""Whatever a project holds, the run ends, says what it could not read, and reports the rest."""

from __future__ import annotations

import json
import multiprocessing
import resource
import traceback
from multiprocessing.connection import Connection
from typing import Any

import pytest

from celerylint import linting
from celerylint.outcome import Outcome
from celerylint.tree import MemoryTree

SECONDS = 60
MEMORY = 1_500_000_000
APP = "import os\n\nfrom celery import Celery\n\napp = Celery('bad')\n"
GOOD = "from celery import Celery\n\napp = Celery('good', broker='sqla+sqlite:///good.db')\n"
FOUND = ("CEL201", "good.py", 3)

Files = dict[str, str | bytes]


class Ran:
    """What was found in a project that was linted by a process of its own."""

    def __init__(self, outcome: Outcome) -> None:
        from celerylint.report import jsonreport, projectjson, projecttext, text

        run = outcome.runs[0]
        self.found = [(each.code, each.span.path, each.span.line) for each in outcome.findings]
        self.said = [(each.kind, each.path, each.line) for each in outcome.diagnostics]
        self.messages = [each.message for each in outcome.diagnostics]
        self.project: dict[str, Any] = json.loads(projectjson.render(run))
        # They have to cope with what was found, too.
        for written in (jsonreport.render(outcome), text.render(outcome, color=False)):
            assert "good.py" in written
        projecttext.render(run, color=False)

    def setting(self, name: str) -> Any:
        """What the project's own app `bad` claims of a setting."""
        (app,) = (each for each in self.project["apps"] if each["main"] == "bad")
        return app["profiles"][0]["settings"][name]


def _serve(pipe: Connection[Any, Any], files: dict[str, bytes]) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        pipe.send(Ran(linting.lint_tree(MemoryTree(files))))
    except BaseException:  # noqa: BLE001 - it is raised where the answer is awaited
        pipe.send("".join(traceback.format_exc())[-3_000:])


def lint(files: Files) -> Ran:
    """Lint these files beside a good one, in a process that may neither hang nor eat the memory."""
    made = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(theirs, made | {"good.py": GOOD.encode()}))
    process.start()
    theirs.close()
    try:
        assert ours.poll(SECONDS), "it hangs"
        ran = ours.recv()
    except EOFError:
        process.join()
        pytest.fail(f"the process died: {process.exitcode}")
    finally:
        process.kill()
        process.join()
        ours.close()
    assert isinstance(ran, Ran), ran
    assert FOUND in ran.found
    return ran


def unharmed(code: str) -> Ran:
    """Lint code that ends with a value `x`, which the app of its module takes as a setting."""
    ran = lint({"bad.py": f"{APP}{code}\napp.conf.task_default_queue = x\n"})
    assert ran.said == []
    return ran


class TestFilesThatCannotBeRead:
    """Each is one diagnostic, and the file beside it is still read."""

    @pytest.mark.parametrize(
        ("data", "line", "part"),
        [
            (b"import celery\nx = = 1\n", 2, "invalid syntax"),
            (b"import celery\nprint 'a'\n", 2, "print"),
            (b"import celery\nx = 1\n  y = 2\n", 3, "indent"),
            (b"import celery\r\nx = 1\r\ny = = 2\r\n", 3, "invalid syntax"),
            (b"import celery\n\x0c\nx = = 1\n", 3, "invalid syntax"),
            (b"import celery\nx = '''\n", 2, "unterminated"),
            (b"import celery\nx = '\xe4'\n", 2, "UTF-8"),
            (b"import celery\nx = '\0'\n", 2, "null byte"),
            (b"# coding: klingon\nimport celery\n", 1, "klingon"),
            ("import celery\n".encode("utf-16"), 1, "UTF-16"),
            (b"\xfe\xff" + "import celery\n".encode("utf-16-be"), 1, "UTF-16"),
            (b"import celery\nx = " + b"(" * 1_000, 2, "never closed"),
        ],
    )
    def test_not_parsed(self, data: bytes, line: int, part: str) -> None:
        ran = lint({"bad.py": data})
        assert ran.said == [("not-parsed", "bad.py", line)]
        assert part in ran.messages[0]

    @pytest.mark.parametrize("count", [1_000, 100_000])
    @pytest.mark.parametrize("pair", ["()", "[]"])
    def test_nested_brackets(self, count: int, pair: str) -> None:
        ran = lint({"bad.py": f"import celery\nx = {pair[0] * count}1{pair[1] * count}\n"})
        assert ran.said == [("too-deep", "bad.py", 2)]

    @pytest.mark.parametrize("link", [" + a", ".a", "()", "[0]", " or a", " if a else a", "**a"])
    def test_chains(self, link: str) -> None:
        ran = lint({"bad.py": f"import celery\nx = a{link * 10_000}\n"})
        assert ran.said == [("too-deep", "bad.py", 2)]

    @pytest.mark.parametrize(
        "data",
        [
            b"import celery\nx = '" + b"a" * 10_000_000 + b"'\n",
            b"import celery\n" + b"x = [1, 2, 3]\n" * 350_000,
            b"import celery\n# " + b"(" * 10_000_000,
        ],
        ids=["one long line", "5 MB of statements", "a long comment"],
    )
    def test_large_files(self, data: bytes) -> None:
        ran = lint({"bad.py": data})
        assert ran.said == [("too-large", "bad.py", None)]
        assert "max-file-size" in ran.messages[0]

    def test_the_parser_itself_breaks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import ast

        import libcst

        panic = type("PanicException", (BaseException,), {})
        python, newer = ast.parse, libcst.parse_module

        def refusing(text: str) -> ast.Module:
            if "bad" in text:
                raise SyntaxError("invalid syntax", ("bad.py", 5, 1, "bad"))
            return python(text)

        def breaking(text: str) -> libcst.Module:
            if "bad" in text:
                raise panic("entered unreachable code")
            return newer(text)

        monkeypatch.setattr(ast, "parse", refusing)
        monkeypatch.setattr(libcst, "parse_module", breaking)
        ran = lint({"bad.py": APP})
        assert ran.said == [("not-parsed", "bad.py", 5)]

    def test_warnings_of_their_literals_are_not_printed(self) -> None:
        # pytest makes errors of them; newer interpreters show them to the user.
        assert unharmed("x = '\\d'\ny = 1is 1\n").setting("task_default_queue")["value"] == "\\d"


class TestFormsOfText:
    """What looks odd in an editor is counted as Python counts it."""

    TASK = "from celery import shared_task\n\n@shared_task\ndef größe(a): ...\n"

    @pytest.mark.parametrize(
        ("text", "line"),
        [
            (TASK.replace("\n", "\r\n"), 4),
            (TASK.replace("\n", "\r"), 4),
            ("\ufeff" + TASK, 4),
            (TASK.replace("\n\n", "\n\x0c\n"), 4),
            ("'\u2028\x0b\x0c\x1c\x85'\n" + TASK, 5),
            ("# coding: utf-8\n" + TASK, 5),
            (TASK.rstrip("\n"), 4),
            ("if 1:\n\tx = 1\n" + TASK, 6),
            ("x = 1 \\\n  + 2\n" + TASK, 6),
            ("'''\r\n\r'''\n" + TASK, 7),
        ],
    )
    def test_lines(self, text: str, line: int) -> None:
        ran = lint({"shop/__init__.py": "", "shop/tasks.py": text})
        (task,) = ran.project["tasks"]
        assert (task["name"], task["line"]) == ("shop.tasks.größe", line)

    @pytest.mark.parametrize("before", ["", "ä = 'ö'; ", "'😀'; ", "ℵ = 𝔸 = 1; ", "x = 1;\x0c\t"])
    def test_columns_are_characters(self, before: str) -> None:
        line = f"\t{before}app = Celery(broker='sqla+sqlite://')"
        text = f"from celery import Celery\nif 1:\n{line}\n"
        outcome = linting.lint_tree(MemoryTree({"a.py": text.encode()}))
        (span,) = (each.span for each in outcome.findings if each.code == "CEL201")
        assert (span.line, span.end_line) == (3, 3)
        assert line[span.column - 1 : span.end_column - 1] == "'sqla+sqlite://'"


# Each is a line that a project could hold by mistake, or on purpose.
DOUBLING = [
    ("'ab'", "x = x + x"),
    ("b'ab'", "x = x + x"),
    ("'ab'", "x += x"),
    ("'ab'", "x *= 9999"),
    ("'ab'", "x = f'{x}{x}'"),
    ("'ab'", "x = '%s%s' % (x, x)"),
    ("'ab'", "x = '{0}{0}'.format(x)"),
    ("'ab'", "x = ''.join([x, x])"),
    ("'ab'", "x = x.replace('a', x)"),
    ("os.environ['A']", "x = f'{x}{x}'"),
    ("os.environ['A']", "x = x + x"),
    ("os.environ.get('A', 'b')", "x = x + x"),
    ("f'a{os.environ}'", "x = x + x"),
    ("[1, 2]", "x = x + x"),
    ("[1, 2]", "x += x"),
    ("[1, 2]", "x *= 9999"),
    ("[1, 2]", "x = [*x, *x]"),
    ("[1, 2]", "x = [x, x]"),
    ("[1, 2]", "x.append(x); x.append(x)"),
    ("[1, 2]", "x.extend(x)"),
    ("[1, 2]", "x = [(a, a, x) for a in x]"),
    ("(1, 2)", "x = (x, x)"),
    ("{'a': 1}", "x = {'a': x, 'b': x}"),
    ("{'a': 1}", "x.update({'b': x, 'c': x})"),
    ("{'a': 1}", "x['b'] = x; x['c'] = x"),
    ("{'a': 1}", "x = dict(x, b=x, c=x)"),
    ("{'a': 1}", "x = {**x, 'b': x, 'c': x}"),
    ("{'a': 1}", "x = x | {'b': x, 'c': x}"),
    ("2", "x = x * x"),
    ("2", "x = x ** x"),
    ("2", "x = x << x"),
    ("print", "x = print(x, x)"),
    ("lambda a: (a, a)", "x = x(x)"),
    ("1", "x = (x, x) if os.environ['A'] else x"),
]
HUGE = [
    '"a" * 10**9',
    'b"a" * 10**9',
    "10**9 * 'a'",
    "[0] * 10**9",
    "(0,) * 10**9",
    "[[0] * 9_999] * 9_999",
    "10**10**10",
    "10 ** -(10**9)",
    "2.0 ** 10**9",
    "1 << 10**9",
    "1 << 9_999 << 9_999",
    "True << 10**9",
    "(9_999**9_999) ** 9_999",
    "str(9_999**9_999)",
    "int('9' * 9_999)",
    "9" * 5_000,
    "0x" + "f" * 5_000,
    '"%1000000000d" % 1',
    '"%*d" % (10**9, 1)',
    '"%.*f" % (10**9, 1.0)',
    '"%(a)01000000000d" % {"a": 1}',
    'b"%1000000000d" % 1',
    '"{:>1000000000}".format(1)',
    '"{:.1000000000f}".format(1.0)',
    '"{:>{w}}".format(1, w=10**9)',
    'f"{1:>1000000000}"',
    '"x".zfill(10**9)',
    '"x".ljust(10**9)',
    '"x".rjust(10**9)',
    '"x".center(10**9)',
    '"\\t".expandtabs(10**9)',
    'b"x".zfill(10**9)',
    'b"x".center(10**9)',
    'format(1, ">1000000000")',
    '"a".replace("", "b" * 9_999).replace("b", "c" * 9_999)',
    "bytes(10**9)",
    "bytearray(10**9)",
    "list(range(10**9))",
    "[i for i in range(10**9)]",
    "sum([[1]] * 9_999, [])",
]


class TestValuesThatExplode:
    """What Python would compute for ever is not known; what the file says besides it is."""

    @pytest.mark.parametrize(("start", "step"), DOUBLING)
    def test_what_doubles_with_each_line(self, start: str, step: str) -> None:
        unharmed(f"x = {start}\n" + f"{step}\n" * 60)

    @pytest.mark.parametrize("expression", HUGE, ids=lambda text: text[:40])
    def test_what_is_huge_at_once(self, expression: str) -> None:
        assert unharmed(f"x = {expression}").setting("task_default_queue")["certainty"] == "unknown"

    @pytest.mark.parametrize(
        ("expression", "value"),
        [
            ("60 * 60 * 24 * 365", 31_536_000),
            ("'-' * 20", "-" * 20),
            ("'redis://%s:6379/%d' % ('h', 10)", "redis://h:6379/10"),
            ("'redis://{}:63790/{:02}'.format('h', 1)", "redis://h:63790/01"),
            ("2 ** 10 + (1 << 10)", 2_048),
            ("'7'.zfill(3)", "007"),
            ("'a-b'.replace('-', '_')", "a_b"),
            ("10 ** 12", 10**12),
        ],
    )
    def test_what_people_write_is_computed(self, expression: str, value: object) -> None:
        claim = unharmed(f"x = {expression}").setting("task_default_queue")
        assert (claim["certainty"], claim["value"]) == ("known", value)

    @pytest.mark.parametrize(
        "step",
        [
            "x = x + [{i}]",
            "x = [x, x]",
            "x = {i}",
            "x = x or os.environ.get('A{i}')",
            "x = os.environ.get('A{i}', x)",
            "x = (x, {i})",
        ],
    )
    def test_alternatives_on_alternatives(self, step: str) -> None:
        lines = [f"if os.environ['A{i}']:\n    {step.format(i=i)}" for i in range(20)]
        unharmed("x = []\n" + "\n".join(lines))

    @pytest.mark.parametrize("join", [" + ", ", ", " or ", " and ", " < "])
    def test_products_of_alternatives(self, join: str) -> None:
        arms = [f"a{i} = 'a' if os.environ['A{i}'] else 'b'" for i in range(20)]
        unharmed("\n".join(arms) + f"\nx = {join.join(f'a{i}' for i in range(20))}")

    @pytest.mark.parametrize(
        "code",
        [
            "x = []\nfor i in range(10**9):\n    x.append(i)",
            "x = 0\nwhile True:\n    x += 1",
            "x = 0\n"
            + "".join("    " * i + f"for i{i} in range(9):\n" for i in range(9))
            + "    " * 9
            + "x += 1",
            "y = [0] * 64\nx = " + "[" * 8 + "i" + " for i in y]" * 8,
            "x = {(a, b): c for a in range(999) for b in range(999) for c in range(999)}",
        ],
    )
    def test_loops_are_not_run(self, code: str) -> None:
        unharmed(code)


def _fan(width: int, depth: int) -> str:
    rows = [f"def f{i}(n): return [{f'f{i + 1}(n), ' * width}]" for i in range(depth)]
    return "\n".join([*rows, f"def f{depth}(n): return n", "x = f0(1)"])


class TestCodeThatTurnsUponItself:
    @pytest.mark.parametrize(
        "code",
        [
            "class A(A): pass\nclass A(A): b = 1\nx = A().b",
            "class A:\n    a = 1\nA.a = A\nA.b = [A, A]\napp.config_from_object(A)\nx = A.a.a.b",
            "class A:\n    def __init__(self): self.a = [self]\nx = A()\nx.a = x\nx.b = {1: x}",
            "def f(n): return g(n)\ndef g(n): return f(n)\nx = f(1)",
            "def f(n): return [g(n), g(n)]\ndef g(n): return [f(n), f(n)]\nx = f(1)",
            "def f():\n    global f\n    f = f()\n    return f\nx = f()",
            "def f(g): return g(g)\nx = f(f)",
            "x = lambda: x\nx = x()()()",
            (
                "Y = lambda f: (lambda x: f(lambda v: x(x)(v)))(lambda x: f(lambda v: x(x)(v)))\n"
                "x = Y(lambda s: lambda n: s(n))(3)"
            ),
            "def d(f): return d\n@d\n@d\ndef job(): job.delay()\nx = d(job)",
            "@d\ndef d(f): return d\n@app.task\n@d\ndef job(): job.delay()\nx = job",
            "from functools import partial\nx = partial(partial, partial)\n"
            + "x = partial(x, x)\n" * 60,
            "x = []\nx.append(x)\nx[0] = x\nx = [x, x]",
            "x = a\na = b\nb = a\nx = b",
            (
                "app.conf.a = app.conf\napp.conf.update(app.conf)\nx = app.conf\n"
                "app.config_from_object(app)\napp.config_from_object('bad')\napp.Task = app"
            ),
            "class T(app.Task): pass\napp.Task = T\nT = type('T', (T,), {})\nx = T",
            _fan(8, 20),
        ],
    )
    def test_one_module(self, code: str) -> None:
        unharmed(code)

    @pytest.mark.parametrize(
        "files",
        [
            {"a.py": "from b import *\nX = Y\n", "b.py": "from a import *\nY = X\n"},
            {"a.py": "from a import *\nfrom a import X\nX = X\n", "b.py": ""},
            {"a.py": "from b import X\n", "b.py": "from a import X\n"},
            {"a.py": "from b import X\nX = X + 1\n", "b.py": "from a import X\nX = X + 1\n"},
            {
                "a.py": "from b import B\nclass X(B): pass\n",
                "b.py": "from a import X\nclass B(X): max_retries = None\n",
            },
            {
                "a.py": "from b import g\ndef X(f): return g(f)\n@X\ndef job(): ...\n",
                "b.py": "from a import X\ndef g(f): return X(f)\n",
            },
            {"a.py": "import b\nX = b.X\n", "b.py": "import a\nX = a.X\n"},
        ],
    )
    @pytest.mark.parametrize("celery", ["", "import celery\n"])
    def test_modules_that_need_each_other(self, files: dict[str, str], celery: str) -> None:
        use = f"{APP}from a import X\napp.conf.task_time_limit = X\n"
        use += "@app.task(base=X)\ndef job(): ...\n"
        ran = lint({"bad.py": use, **{path: celery + text for path, text in files.items()}})
        assert ran.said == []
        assert [each["name"] for each in ran.project["tasks"] if each["path"] == "bad.py"] == [
            "bad.job"
        ]

    def test_settings_that_import_each_other(self) -> None:
        ran = lint(
            {
                "shop/__init__.py": "",
                "shop/celery.py": "import os\nfrom celery import Celery\n"
                "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings.production')\n"
                "app = Celery('bad')\n"
                "app.config_from_object('django.conf:settings', namespace='CELERY')\n",
                "shop/settings/__init__.py": "from .production import *\n",
                "shop/settings/base.py": "from .production import *\nINSTALLED_APPS = []\n"
                "CELERY_BROKER_URL = 'sqla+sqlite:///x'\n",
                "shop/settings/production.py": "from .base import *\nX = Y\nY = X\n"
                "CELERY_TASK_TIME_LIMIT = CELERY_TASK_TIME_LIMIT\n",
            }
        )
        assert ran.said == []
        assert ran.setting("broker_url")["value"] == "sqla+sqlite:///x"
        assert ran.setting("task_time_limit")["certainty"] == "unknown"


def _chain(length: int, text: str) -> Files:
    """Modules p.m0, p.m1, … of which each is made of the text, with the next one's name in it."""
    files: Files = {f"p/m{i}.py": text.replace("NEXT", f"p.m{i + 1}") for i in range(length)}
    end = "X = 1\nclass B: pass\ndef f(): return 1\n"
    use = f"{APP}from p.m0 import X\napp.conf.task_time_limit = X\n"
    return {**files, "p/__init__.py": "", f"p/m{length}.py": end, "bad.py": use}


class TestLongCode:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("from NEXT import X\nimport celery\n", 1),
            ("from NEXT import *\nimport celery\n", 1),
            ("from NEXT import X as Y\nimport celery\nX = Y + 1\n", 501),
            ("import NEXT as after\nimport celery\nX = after.X + 1\n", 501),
            ("from NEXT import X, B as C\nimport celery\nclass B(C): x = C\n", 1),
            ("from NEXT import X, f as g\nimport celery\ndef f(): return g()\nY = f()\n", 1),
            ("from NEXT import X\n", None),
        ],
    )
    def test_500_modules_each_of_which_needs_the_next(self, text: str, value: int | None) -> None:
        ran = lint(_chain(500, text))
        assert ran.said == []
        # What never mentions Celery is read on demand, a few rounds far.
        assert ran.setting("task_time_limit").get("value") == value

    def test_a_hierarchy_of_300_classes(self) -> None:
        classes = [f"class A{i + 1}(A{i}): pass" for i in range(300)]
        ran = unharmed(
            "class A0(app.Task): y = 'deep'\n"
            + "\n".join(classes)
            + "\nx = A300.y\n@app.task(base=A300)\ndef job(): ...\n"
        )
        assert [each["name"] for each in ran.project["tasks"]] == ["bad.job"]

    def test_a_hierarchy_of_diamonds(self) -> None:
        rows = [
            f"class A{i + 1}(A{i}, B{i}): pass\nclass B{i + 1}(A{i}, B{i}): pass" for i in range(60)
        ]
        unharmed("class A0: y = 1\nclass B0: y = 2\n" + "\n".join(rows) + "\nx = A60.y\n")

    @pytest.mark.parametrize(
        "code",
        [
            "x = [" + "1, " * 20_000 + "]",
            "x = {" + "".join(f"'k{i}', " for i in range(20_000)) + "}",
            "x = {" + "".join(f"'k{i}': {i}, " for i in range(20_000)) + "}",
            "x = []\n" + "".join(f"x.append({i})\n" for i in range(2_500)),
            "x = {}\n" + "".join(f"x['k{i}'] = {i}\n" for i in range(2_500)),
            "y = [" + "".join(f"{i}, " for i in range(20_000)) + "]\n"
            "for x in y:\n    z = x\nif z:\n    y = y + [1]\nx = [(a, a) for a in y]",
            "x0 = 1\n" + "".join(f"x{i + 1} = x{i}\n" for i in range(3_000)) + "x = x3000",
            "x = [1]\n" + "x = [x]\n" * 3_000,
            "def f(a): return a\nx = 'a'\n" + "x = f(x)\n" * 3_000,
            "x = 1\n" + "".join(f"if c{i}():\n    a{i} = {i}\n" for i in range(1_000)),
            "x = 1\n" + "".join(f"try:\n    a = {i}\nexcept E:\n    b = 2\n" for i in range(1_000)),
        ],
        ids=lambda code: code[:30],
    )
    def test_long_modules(self, code: str) -> None:
        unharmed(code)

    def test_a_function_of_5000_statements(self) -> None:
        body = "".join(f"    a{i} = {i}\n    job.delay(a{i})\n" for i in range(2_500))
        ran = unharmed(f"x = 1\n@app.task\ndef job(a): ...\ndef send():\n{body}")
        assert len(ran.project["dispatches"]) == 2_500

    def test_a_function_of_1500_branches(self) -> None:
        body = "".join(f"    if y == {i}:\n        a{i} = job.s({i})\n" for i in range(1_500))
        ran = unharmed(f"x = 1\n@app.task\ndef job(a): ...\ndef send(y):\n{body}    a9.delay()\n")
        assert len(ran.project["dispatches"]) == 1_501

    @pytest.mark.parametrize("step", ["y = y | job.s(1)", "y = y | y", "y = [y, y]", "y = (y, 1)"])
    def test_canvases_and_arguments_that_grow(self, step: str) -> None:
        body = "    y = job.s(1)\n" + f"    {step}\n" * 60 + "    y.delay()\n    job.delay(y)\n"
        ran = unharmed(f"x = 1\n@app.task\ndef job(a): ...\ndef send():\n{body}")
        assert {each["task"] for each in ran.project["dispatches"]} >= {"bad.job"}


ODD = ["{}", "[]", "[None]", "1.5", "float('nan')", "1e999", "b'x'", "'\\ud800'", "None", "..."]
ODD += ["app", "print", "[[1]]", "{1: {2: {3: 4}}}", "lambda: 1", "'://'", "'::'", "1j", "-0.0"]
ODD += ["['a', 'b']", "'\\x1b[31m'", "''", "{[]: {}}", "{**x}", "(*x,)", "'a\\nb'", "not x", "~'a'"]


class TestValuesOfTheWrongKind:
    """Rules and reports meet anything at all where a setting or an option stands."""

    SETTINGS: tuple[str, ...] = (
        "broker_url",
        "task_soft_time_limit",
        "task_serializer",
        "accept_content",
    )
    SETTINGS += ("beat_schedule", "task_routes", "task_queues", "task_annotations", "include")
    OPTIONS: tuple[str, ...] = (
        "name",
        "bind",
        "base",
        "max_retries",
        "soft_time_limit",
        "time_limit",
    )
    OPTIONS += ("autoretry_for", "retry_kwargs", "serializer", "queue", "typing", "acks_late")

    @pytest.mark.parametrize("name", SETTINGS)
    def test_settings(self, name: str) -> None:
        apps = [f"a{i} = Celery('a{i}', {name}={odd})" for i, odd in enumerate(ODD)]
        writes = [f"app.conf.{name} = {odd}" for odd in ODD]
        unharmed("\n".join(["x = 1", *apps, *writes, "app.conf.update({1: 2, None: 3, '': 4})"]))

    @pytest.mark.parametrize("name", OPTIONS)
    def test_options(self, name: str) -> None:
        tasks = [
            f"@app.task({name}={odd})\ndef t{i}(): raise t{i}.retry({name}={odd})\n"
            f"t{i}.apply_async({odd}, {odd}, {name}={odd})"
            for i, odd in enumerate(ODD)
        ]
        unharmed("\n".join(["x = 1", *tasks]))

    @pytest.mark.parametrize(
        "call",
        ["config_from_object", "autodiscover_tasks", "config_from_envvar", "register_task", "task"],
    )
    def test_arguments(self, call: str) -> None:
        odd = [*ODD, "'.'", "':'", "'..x'", "'bad'", "'bad:app'", "'bad:x.y'", "*x", "**x", "['.']"]
        unharmed("\n".join(["x = 1", *(f"app.{call}({each})" for each in odd)]))
