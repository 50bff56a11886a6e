"""Which paths hold test code: it feeds nothing to the model and is not reported unless
`lint-tests` says so.
"""

from __future__ import annotations

import functools

from celerylint.patterns import regex

# Only whole words: a production package may well be called `testrail` or `testimonials`, and what
# is taken for test code is not looked at, without a word.
_FOLDER = regex(r"tests?$|tests?[_-].*|.*_tests$")
_FILE = regex(r"(test_.*|.*_test|tests|conftest)\.py$")


def is_test_path(path: str) -> bool:
    """Is this project-relative path test code, by its folders or its file name?"""
    folder, _, name = path.rpartition("/")
    return _is_test_folder(folder) or ("test" in name and _FILE.match(name) is not None)


@functools.lru_cache(maxsize=8192)
def _is_test_folder(path: str) -> bool:
    return "test" in path and any(_FOLDER.match(each) for each in path.split("/"))
