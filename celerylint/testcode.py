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


@functools.lru_cache(maxsize=8192)
def is_test_path(path: str) -> bool:
    """Is this project-relative path test code, by its folders or its file name?"""
    *folders, name = path.split("/")
    return bool(_FILE.match(name)) or any(_FOLDER.match(folder) for folder in folders)
