"""Which kind of manifest a file is: by its name first, then by what stands in it."""

from __future__ import annotations

import re

from celerylint.patterns import regex

_TEMPLATE = regex(r"\.(j2|jinja2?|tpl|tmpl|erb|template|in|dist|sample)$")

_NAMES = (
    (r"(^|/)\.github/workflows/[^/]+\.ya?ml$", "ci"),
    (r"(^|/)(\.gitlab-ci|\.travis|\.drone|bitbucket-pipelines|azure-pipelines)\.ya?ml$", "ci"),
    (r"(^|/)\.circleci/[^/]+\.ya?ml$", "ci"),
    (r"(^|/)\.vscode/(launch|tasks)\.json$|(^|/)vscode/(launch|tasks)\.json$", "ide"),
    (r"(^|/)procfile[^/]*$", "procfile"),
    # What a linter says about Dockerfiles, or documents them, is none.
    (r"(^|/)[^/]*(dockerfile|containerfile)(\.(?!(json|ya?ml|toml|xml)$)[^/]*)?$", "dockerfile"),
    (r"(^|/)[^/]*compose[^/]*\.ya?ml(-sample)?$", "compose"),
    (r"\.service$|\.service\.d/[^/]+\.conf$", "systemd"),
    (r"(^|/)makefile[^/]*$|\.(mk|mak)$", "makefile"),
    (r"(^|/)\.?justfile$|\.just$", "justfile"),
    (r"(^|/)taskfile[^/]*\.ya?ml$", "taskfile"),
    (r"(^|/)fly[^/]*\.toml$", "fly"),
    (r"(^|/)(pyproject|\.?mise|railway)\.toml$", "toml"),
    (r"(^|/)package\.json$", "package-json"),
    (r"(^|/)app\.json$", "platform"),
    (r"(^|/)(render|heroku|\.do/app|railway)\.ya?ml$", "platform"),
    (r"(^|/)kustomization(\.ya?ml)?$", "kubernetes"),
    (r"\.(tf|hcl|nomad)$", "hcl"),
    (r"\.sub$", "htcondor"),
    (r"\.(sh|bash|ksh|zsh)$", "shell"),
    (r"(^|/)(default|conf\.d|sysconfig)/celery[^/]*$|(^|/)celery(d|beat)(\.conf)?$", "celeryd"),
    (r"(^|/)\.?env(\.[^/]*|-[^/]*)?$|\.env(\.[^/]*)?$|(^|/)variables\.env$", "env"),
)
_BY_NAME = regex(
    "|".join(f"(?P<k{number}>{pattern})" for number, (pattern, _) in enumerate(_NAMES)),
    re.IGNORECASE,
)
_YAML = regex(r"\.ya?ml(-sample)?$", re.IGNORECASE)
_SHEBANG = regex(r"#!.*\b(sh|bash|dash|ash|ksh|zsh|with-contenv|execlineb)\b")
_CELERYD = regex(r"^(export\s+)?(CELERYD_[A-Z_]+|CELERY_BIN)=", re.MULTILINE)
_BY_TEXT = [
    (re.compile(pattern, re.MULTILINE), kind)
    for pattern, kind in (
        (r"^\[(program|fcgi-program|eventlistener|group|supervisord|watcher):?", "supervisor"),
        (r"^\[Service\]", "systemd"),
    )
]
_YAML_TEXT = [
    (re.compile(pattern, re.MULTILINE), kind)
    for pattern, kind in (
        (r"^['\"]?AWSTemplateFormatVersion|^[ ]*ContainerDefinitions[ ]*:", "ecs"),
        (r"^(containerDefinitions|family)\s*:", "ecs"),
        (r"^apiVersion\s*:", "kubernetes"),
        (r"^applications\s*:", "platform"),
        (r"^services\s*:", "compose"),
        (r"^[ ]+(-[ ]*)?run_command[ ]*:", "platform"),
        (r"^[ ]*(-[ ]*)?(command|args)[ ]*:", "kubernetes"),
    )
]
_NO_SUFFIX = regex(r"(^|/)\.?[^./]+$")
_TEXTUAL = regex(
    r"\.(ya?ml|yaml-sample|conf|cfg|ini|toml|env|tpl|tmpl|j2|jinja2?|erb|template)$", re.IGNORECASE
)
_JSON = regex(
    r"(task|ecs|container|fargate|deploy|launch|app)[^/]*\.json(\.[a-z0-9]+)?$", re.IGNORECASE
)
_NEVER = regex(
    r"\.(md|rst|txt|py|pyi|js|ts|css|html|svg|lock|po|csv|min\.\w+)$"
    r"|(^|/)(node_modules|locale|cassettes|LICENSE|COPYING|templates_disabled)(/|$)",
    re.IGNORECASE,
)
_SUFFIXES = """
yml yaml yml-sample yaml-sample json conf cfg ini service tf hcl nomad toml sh bash ksh zsh sub tpl
tmpl j2 jinja jinja2 erb template env mk mak just in dist sample
"""
_KNOWN_SUFFIXES = frozenset(_SUFFIXES.split())
_BEGINNINGS = ("dockerfile", "containerfile", "procfile", "makefile", ".env", "env.", "celery")


def candidate(path: str) -> bool:
    """May this file be a manifest, as far as its name says? Says yes to every name without a
    suffix, since a third of all start scripts have none."""
    name = path.rpartition("/")[2].lower()
    suffix = name.rpartition(".")[2] if "." in name[1:] else ""
    if suffix and suffix not in _KNOWN_SUFFIXES and not name.startswith(_BEGINNINGS):
        return suffix in ("dockerfile", "containerfile") or "/.env" in path
    if _NEVER.search(path):
        return False
    if _TEXTUAL.search(name) or _NO_SUFFIX.search(name) or by_name(path) is not None:
        return True
    return _JSON.search(path) is not None


def by_name(path: str) -> str | None:
    """The kind that the name alone decides, behind a template's suffix (`x.service.j2`)."""
    found = _BY_NAME.search(path)
    if found is None and (bare := _TEMPLATE.sub("", path)) != path:
        found = _BY_NAME.search(bare)
    return None if found is None else _NAMES[int((found.lastgroup or "k0")[1:])][1]


def classify(path: str, text: str) -> str | None:
    """The kind of a file, or None for what is no manifest. Compose and Helm need no mention of
    Celery to be one: they may be what a mention elsewhere refers to."""
    if _NEVER.search(path):
        return None
    head = text[:200]
    if _SHEBANG.match(head):
        return "shell"
    helm = _helm(path)
    if helm is not None:
        return helm
    named = by_name(path)
    if named == "env" and _CELERYD.search(text):
        return "celeryd"
    if named == "compose" and not re.search(r"^[ ]*[\w-]+[ ]*:", text, re.MULTILINE):
        return None
    if named is not None:
        return named
    return _by_text(path, text)


def _helm(path: str) -> str | None:
    if re.search(r"(^|/)templates/.*\.(ya?ml|tpl)$", path) and "charts/" in f"/{path}":
        return "helm"
    if re.search(r"(^|/)(charts|helm)/.*values[^/]*\.ya?ml$", path):
        return "helm-values"
    return None


def _by_text(path: str, text: str) -> str | None:
    if path.endswith(".json") or _JSON.search(path):
        return "ecs" if re.search(r"containerDefinitions|\"command\"", text) else None
    for pattern, kind in _BY_TEXT:
        if pattern.search(text):
            return kind
    if _YAML.search(_TEMPLATE.sub("", path)):
        if re.search(r"^[ ]*\{\{", text, re.MULTILINE) and "apiVersion" in text:
            return "helm"
        return next((kind for pattern, kind in _YAML_TEXT if pattern.search(text)), None)
    if _CELERYD.search(text):
        return "celeryd"
    return None


def mentions(text: str) -> bool:
    """Does the file speak of Celery at all? (`CELERY_BIN`, `myceleryworker.sh` count.)"""
    return "celery" in text or "celery" in text.lower()


_DEVELOPMENT = """
local localdev dev develop development debug test tests testing example examples sample samples
devcontainer vscode idea github gitlab playground demo drone circleci
"""
_DEVELOPMENT_WORDS = frozenset(_DEVELOPMENT.split())


def dev_marker(path: str) -> str:
    """Why the path speaks of development, tests or examples, "" when it does not."""
    for word in re.split(r"[^A-Za-z0-9]+", path):
        if word.lower() in _DEVELOPMENT_WORDS:
            return f"the path says {word}"
    return ""
