"""The shape of a configuration, checked with pydantic: imported only when there is one to check."""

from __future__ import annotations

import difflib
import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

Where = tuple[str | int, ...]


def _release(text: str) -> str:
    if not re.fullmatch(r"\d+(\.\d+){0,2}", text):
        raise ValueError('write a release such as "5.4" or "5.4.0"')
    return text


def _dotted(text: str) -> str:
    if not re.fullmatch(r"[^\W\d]\w*([.:][^\W\d]\w*)*", text):
        raise ValueError('write a dotted name such as "shop.celery.job"')
    return text


def _filled(text: str) -> str:
    if not text.strip():
        raise ValueError("write at least one character")
    return text


Selector = Annotated[str, AfterValidator(_filled)]
Text = Annotated[str, AfterValidator(_filled)]
Dotted = Annotated[str, AfterValidator(_dotted)]


def _hyphens(name: str) -> str:
    return name.replace("_", "-")


class ConfigModel(BaseModel):
    """The keys of `[tool.celerylint]`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, alias_generator=_hyphens)

    select: list[Selector] | None = None
    extend_select: list[Selector] = []
    ignore: list[Selector] = []
    per_file_ignores: dict[Text, list[Selector]] = {}
    exclude: list[Text] = []
    celery_version: Annotated[str, AfterValidator(_release)] | None = None
    settings: list[Dotted] = []
    manifests: list[Text] = []
    workers: list[Text] = []
    task_decorators: list[Dotted] = []
    severity: dict[Selector, Literal["error", "warning", "advice"]] = {}
    lint_tests: bool = False
    max_file_size: Annotated[int, Field(gt=0)] = 1_000_000


KEYS = tuple(_hyphens(name) for name in ConfigModel.model_fields)
_WANTED = {
    "list_type": "a list",
    "dict_type": "a table",
    "string_type": "a string",
    "bool_type": "true or false",
    "int_type": "a whole number",
}


def check(table: Any) -> tuple[dict[str, Any], tuple[Where, str] | None]:
    """The values of a table as `Config` takes them, or where its first problem is and what is
    wrong.
    """
    try:
        model = ConfigModel.model_validate(table)
    except ValidationError as error:
        first = min(
            error.errors(include_url=False), key=lambda each: each["type"] != "extra_forbidden"
        )
        return {}, (tuple(first["loc"]), _said(dict(first)))
    return {name: _frozen(value) for name, value in model}, None


def _said(problem: dict[str, Any]) -> str:
    kind, value = problem["type"], problem["input"]
    if kind == "extra_forbidden":
        return f"unknown key{_nearest(str(problem['loc'][-1]), KEYS)}"
    if kind == "literal_error":
        choices = ("error", "warning", "advice")
        return f"expected error, warning or advice, got {value!r}{_nearest(str(value), choices)}"
    if kind == "value_error":
        return f"{problem['ctx']['error']}, not {value!r}"
    if kind == "greater_than":
        return f"expected a number of bytes above 0, got {value!r}"
    wanted = _WANTED.get(kind)
    return f"expected {wanted}, got {_kind(value)}" if wanted else str(problem["msg"])


def _kind(value: object) -> str:
    names = {
        str: "a string",
        bool: "a truth value",
        int: "a number",
        float: "a number",
        list: "a list",
    }
    named = names.get(type(value), "a table" if isinstance(value, dict) else type(value).__name__)
    return f"{named} ({value!r})" if isinstance(value, (str, bool, int, float)) else named


def _nearest(wrong: str, right: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(wrong.lower().replace("_", "-"), right, 1, 0.5)
    return f"; did you mean `{close[0]}`?" if close else f"; there are {', '.join(right)}"


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        return tuple((key, _frozen(each)) for key, each in value.items())
    return value
