"""Which paths hold test code: it feeds nothing to the model and is not reported unless
`lint-tests` says so.
"""

from __future__ import annotations

import functools
import re

# Testimonials and testaments are what else begins like this.
_FOLDER = re.compile(r"test(?!imon|ament|if|osteron)|.*_tests$")
_FILE = re.compile(r"(test_.*|.*_test|tests|conftest)\.py$")


@functools.lru_cache(maxsize=8192)
def is_test_path(path: str) -> bool:
    """Is this project-relative path test code, by its folders or its file name?"""
    *folders, name = path.split("/")
    return bool(_FILE.match(name)) or any(_FOLDER.match(folder) for folder in folders)
