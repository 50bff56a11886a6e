"""The format of the rule pages: what becomes a case, and what a marker means."""

from __future__ import annotations

import pytest

from celerylint import page
from celerylint.page import Marker, PageError

PAGE = """\
# CEL501 unbounded-retries

A task that retries
for ever.

## Why is this bad?

```python
prose = True
```

## Bad

`shop/tasks.py`:

```python
@shared_task(max_retries=None)  # error "for ever"
def charge(): ...
```

`Procfile`:
```
; error: CEL601
# a comment
worker: celery worker
```

```output
shop/tasks.py:1:1: CEL501 it retries [unbounded-retries]
```

### With a base class

`a.py`:

```python
# error

x = 1  # error: missing-soft-time-limit # error "both"
```

## It stays silent

`a.py`:

````python
TEXT = '''
```
# errors are handled elsewhere
```
'''
x = 1  # error handling
````
"""


def test_a_page() -> None:
    read = page.read(PAGE)
    assert (read.code, read.name) == ("CEL501", "unbounded-retries")
    assert read.summary == "A task that retries for ever."
    assert read.headings == (
        "Why is this bad?",
        "Bad",
        "Bad / With a base class",
        "It stays silent",
    )
    assert [case.title for case in read.cases] == list(read.headings[1:])
    assert [case.line for case in read.cases] == [12, 32, 42]


def test_files_markers_and_output() -> None:
    bad, base, silent = page.read(PAGE).cases
    assert list(bad.files) == ["shop/tasks.py", "Procfile"]
    assert bad.files["shop/tasks.py"].endswith("def charge(): ...\n")
    assert bad.markers == (
        Marker("shop/tasks.py", 1, words="for ever"),
        Marker("Procfile", 2, rule="CEL601"),
    )
    assert bad.output == "shop/tasks.py:1:1: CEL501 it retries [unbounded-retries]\n"
    assert base.markers == (
        Marker("a.py", 3),
        Marker("a.py", 3, rule="missing-soft-time-limit"),
        Marker("a.py", 3, words="both"),
    )
    assert silent.markers == ()
    assert [case.silent for case in (bad, base, silent)] == [False, False, True]


def test_rewriting_an_output_fence_changes_nothing_else() -> None:
    (bad, *_) = page.read(PAGE).cases
    text = page.rewritten(PAGE, {bad.output_lines: "one\ntwo\n"})
    (again, *_) = page.read(text).cases
    assert again.output == "one\ntwo\n"
    assert text.replace("one\ntwo\n", bad.output or "") == PAGE
    emptied = page.rewritten(PAGE, {bad.output_lines: ""})
    assert page.read(emptied).cases[0].output == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# unbounded-retries\n", "begin with"),
        ("", "begin with"),
        ("# CEL501 x\n\n## Bad\n\n`a.py`:\n```python\nx = 1\n", "6: the fence is never closed"),
        ("# CEL501 x\n\n`a.py`:\n```\n```\n`a.py`:\n```\n```\n", "`a.py` is there twice"),
        ("# CEL501 x\n\n```output\n```\n```output\n```\n", "one output fence"),
        ("# CEL501 x\n\n`a.py`:\n```\n# error\n```\n", "speaks of no line"),
    ],
)
def test_a_page_that_is_wrong(text: str, message: str) -> None:
    with pytest.raises(PageError, match=message):
        page.read(text)


def test_an_empty_file_is_a_file() -> None:
    (case,) = page.read("# CEL501 x\n\n`a/__init__.py`:\n\n```python\n```\n").cases
    assert case.files == {"a/__init__.py": ""}
