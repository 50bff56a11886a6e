"""Asks released versions of Kombu which values their serializers encode, and writes it to
celerylint/oracle/encodings.json.

    python scripts/oracle_encodings.py WORKDIR

WORKDIR keeps one virtual environment per version. Every answer is what `kombu.serialization.dumps`
did with a value that SAMPLES makes; a row is the canonical dotted name of its class, or a word for
what has no importable class.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RELEASES = ("5.2.4", "5.3.7", "5.4.2", "5.5.4", "5.6.2", "5.7.0")
SERIALIZERS = ("json", "yaml", "msgpack", "pickle")
PACKAGES = ("celery", "django", "pydantic", "djangorestframework", "pyyaml", "msgpack")
OUTPUT = Path(__file__).resolve().parent.parent / "celerylint" / "oracle" / "encodings.json"

# Rows by the code that makes their value. What SETUP and PACKAGE_SETUP define is at hand.
SAMPLES: Mapping[str, str] = {
    "None": "None",
    "builtins.str": "'a'",
    "builtins.int": "1",
    "builtins.float": "1.5",
    "builtins.bool": "True",
    "builtins.list": "[1]",
    "builtins.tuple": "(1, 2)",
    "builtins.dict": "{'a': 1}",
    "builtins.set": "{1}",
    "builtins.frozenset": "frozenset([1])",
    "builtins.bytes": "b'a'",
    "builtins.bytearray": "bytearray(b'a')",
    "builtins.memoryview": "memoryview(b'a')",
    "builtins.complex": "1j",
    "builtins.range": "range(2)",
    "builtins.slice": "slice(2)",
    "builtins.map": "map(str, [1])",
    "builtins.filter": "filter(None, [1])",
    "builtins.zip": "zip([1], [2])",
    "builtins.enumerate": "enumerate([1])",
    "builtins.reversed": "reversed([1])",
    "builtins.iter": "iter([1])",
    "builtins.open": "open(__file__)",
    "builtins.object": "object()",
    "builtins.Exception": "ValueError('a')",
    "builtins.type": "int",
    "generator": "(each for each in [1])",
    "dict view": "{'a': 1}.keys()",
    "dict pairs": "{'a': 1}.items()",
    "lambda": "lambda: 1",
    "function": "plain",
    "local function": "local()",
    "method": "Plain().run",
    "class": "Plain",
    "instance": "Plain()",
    "dataclass": "Data(1)",
    "module": "json",
    "keys: tuple": "{(1, 2): 1}",
    "keys: bytes": "{b'a': 1}",
    "keys: int": "{1: 1}",
    "keys: None": "{None: 1}",
    "keys: uuid.UUID": "{uuid.uuid4(): 1}",
    "keys: datetime.date": "{datetime.date.today(): 1}",
    "keys: datetime.datetime": "{datetime.datetime.now(): 1}",
    "keys: decimal.Decimal": "{decimal.Decimal(1): 1}",
    "enum.Enum": "Colour.RED",
    "enum.Flag": "Flags.A",
    "enum.IntEnum": "Number.ONE",
    "enum.IntFlag": "IntFlags.A",
    "enum.StrEnum": "Text.A",
    "typing.NamedTuple": "Pair(1, 2)",
    "datetime.datetime": "datetime.datetime.now()",
    "datetime.date": "datetime.date.today()",
    "datetime.time": "datetime.time(1)",
    "datetime.timedelta": "datetime.timedelta(1)",
    "datetime.timezone": "datetime.timezone.utc",
    "zoneinfo.ZoneInfo": "zoneinfo.ZoneInfo('Europe/Vienna')",
    "decimal.Decimal": "decimal.Decimal('1.5')",
    "fractions.Fraction": "fractions.Fraction(1, 2)",
    "uuid.UUID": "uuid.uuid4()",
    "pathlib.Path": "pathlib.Path('a')",
    "pathlib.PosixPath": "pathlib.Path('a')",
    "pathlib.PurePath": "pathlib.PurePath('a')",
    "re.compile": "re.compile('a')",
    "re.Pattern": "re.compile('a')",
    "io.StringIO": "io.StringIO('a')",
    "io.BytesIO": "io.BytesIO(b'a')",
    "tempfile.NamedTemporaryFile": "tempfile.NamedTemporaryFile()",
    "tempfile.TemporaryDirectory": "tempfile.TemporaryDirectory()",
    "collections.OrderedDict": "collections.OrderedDict(a=1)",
    "collections.defaultdict": "collections.defaultdict(int, a=1)",
    "collections.Counter": "collections.Counter('a')",
    "collections.ChainMap": "collections.ChainMap({'a': 1})",
    "collections.UserDict": "collections.UserDict(a=1)",
    "collections.UserList": "collections.UserList([1])",
    "collections.deque": "collections.deque([1])",
    "types.SimpleNamespace": "types.SimpleNamespace(a=1)",
    "threading.Lock": "threading.Lock()",
    "functools.partial": "functools.partial(plain)",
    "itertools.chain": "itertools.chain([1])",
    "itertools.islice": "itertools.islice([1], 1)",
    "ipaddress.ip_address": "ipaddress.ip_address('127.0.0.1')",
    "ipaddress.ip_network": "ipaddress.ip_network('127.0.0.0/8')",
    "celery.result.AsyncResult": "celery.result.AsyncResult('a', app=celery.Celery())",
    "celery.Signature": "celery.Celery().signature('a')",
    "django.db.models.query.QuerySet": "ContentType.objects.values_list('pk', flat=True)",
    "django.db.models.Model": "ContentType(pk=1)",
    "django.http.HttpRequest": "django.http.HttpRequest()",
    "django.http.HttpResponse": "django.http.HttpResponse('a')",
    "django.http.JsonResponse": "django.http.JsonResponse({})",
    "django.http.QueryDict": "django.http.QueryDict('a=1')",
    "django.core.files.base.ContentFile": "django.core.files.base.ContentFile(b'a')",
    "django.core.files.uploadedfile.UploadedFile": "uploaded(b'a')",
    "django.utils.safestring.SafeString": "django.utils.safestring.mark_safe('a')",
    "django.utils.translation.gettext_lazy": "django.utils.translation.gettext_lazy('a')",
    "django.db.models.TextChoices": "Choice.A",
    "django.db.models.IntegerChoices": "NumberChoice.A",
    "rest_framework.request.Request": "rest_framework.request.Request(django.http.HttpRequest())",
    "rest_framework.response.Response": "rest_framework.response.Response({})",
    "pydantic.BaseModel": "Form(a=1)",
}

SETUP = r"""
import collections, dataclasses, datetime, decimal, enum, fractions, functools, io, ipaddress
import itertools, json, pathlib, re, sys, tempfile, threading, types, typing, uuid, zoneinfo
import celery, celery.result, kombu, kombu.serialization

class Plain:
    def run(self): ...
def plain(): ...
def local():
    def inner(): ...
    return inner
@dataclasses.dataclass
class Data:
    a: int
class Colour(enum.Enum):
    RED = 1
class Flags(enum.Flag):
    A = 1
class Number(enum.IntEnum):
    ONE = 1
class IntFlags(enum.IntFlag):
    A = 1
Text = getattr(enum, "StrEnum", None) and enum.StrEnum("Text", {"A": "a"})
class Pair(typing.NamedTuple):
    a: int
    b: int
"""
# What the rows of other packages need besides.
PACKAGE_SETUP = r"""
import django, pydantic
from django.conf import settings
settings.configure(
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.contenttypes"], SECRET_KEY="a",
)
django.setup()
import django.core.files.base, django.http, django.utils.safestring, django.utils.translation
import rest_framework.request, rest_framework.response
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import models
call_command("migrate", verbosity=0)

def uploaded(data): return SimpleUploadedFile("a", data)
class Choice(models.TextChoices):
    A = "a"
class NumberChoice(models.IntegerChoices):
    A = 1
class Form(pydantic.BaseModel):
    a: int
"""

PROBE = r"""
def encodes(code, serializer):
    value = eval(code)
    try:
        kombu.serialization.dumps(value, serializer=serializer)
    except kombu.exceptions.EncodeError:
        return False
    return True

samples, serializers = json.loads(sys.argv[1])
answers = {row: [encodes(code, each) for each in serializers] for row, code in samples.items()}
print(json.dumps(answers))
"""


def ask(workdir: Path, release: str) -> dict[str, str]:
    """What one release of Kombu encodes, by row: 1 or 0 for each serializer."""
    folder = workdir / f"kombu-{release}"
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        wanted = [f"kombu=={release}", *PACKAGES, "setuptools<81"]
        command = [str(python), "-m", "pip", "install", "--quiet", *wanted]
        subprocess.run(command, check=True)
    script = folder / "probe.py"
    script.write_text(SETUP + PACKAGE_SETUP + PROBE, encoding="utf-8")
    given = json.dumps([dict(SAMPLES), SERIALIZERS])
    done = subprocess.run(
        [str(python), str(script), given], check=True, capture_output=True, text=True
    )
    answers: dict[str, list[bool]] = json.loads(done.stdout)
    return {row: "".join("01"[each] for each in answers[row]) for row in answers}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workdir", type=Path)
    workdir: Path = parser.parse_args().workdir.resolve()
    tables: list[dict[str, Any]] = []
    for release in RELEASES:
        rows = ask(workdir, release)
        if tables and tables[-1]["rows"] == rows:
            continue  # what a release does not say, the one before it says
        tables.append({"kombu": release, "rows": rows})
    data = {"asked": RELEASES, "serializers": SERIALIZERS, "tables": tables}
    OUTPUT.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
