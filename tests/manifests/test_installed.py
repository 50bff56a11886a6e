"""Settings modules that only an image has, and files that it runs under another path."""

from __future__ import annotations

import pytest

from .trees import chain, collected, start

TREE = {
    "requirements.txt": "",
    "docker/production.py": "",
    "docker/extra/production.py": "",
    "shop/__init__.py": "",
    "shop/settings/__init__.py": "",
    "shop/settings/common.py": "",
}
ENV = "ENV DJANGO_SETTINGS_MODULE=shop.settings.production\n"
FOUND = ("shop.settings.production", "docker/production.py", "shop/settings/production.py")


def installed(dockerfile: str, path: str = "Dockerfile", **more: str) -> list[tuple[str, str, str]]:
    found = collected({**TREE, path: dockerfile, **more}).installed
    return [(each.module, each.path, each.target) for each in found]


@pytest.mark.parametrize(
    "lines",
    [
        "WORKDIR /app\nCOPY . .\nCOPY docker/production.py shop/settings/production.py\n",
        "WORKDIR /app\nCOPY . /app\nADD ./docker/production.py /app/shop/settings/\n",
        "COPY . /app\nWORKDIR /app\nRUN cp docker/production.py shop/settings/\n",
        "WORKDIR /app\nCOPY . .\nRUN cp -f /app/docker/production.py shop/settings/production.py\n",
        "WORKDIR /app\nCOPY shop shop\nCOPY docker/*.py shop/settings/\n",
    ],
)
def test_a_file_that_is_copied_to_where_django_looks(lines: str) -> None:
    assert installed(f"FROM python\n{lines}{ENV}") == [FOUND]
    # Where the image is built from is not said.
    assert installed(f"FROM python\n{lines}{ENV}", "docker/Dockerfile") == [FOUND]


def test_a_copy_in_an_earlier_stage() -> None:
    built = (
        "FROM python AS build\nWORKDIR /src\nCOPY . .\n"
        "RUN cp docker/production.py shop/settings/production.py\n"
        "FROM python\nWORKDIR /app\nCOPY --from=build /src /app\n"
    )
    assert installed(built + ENV) == [FOUND]


def test_the_environment_of_a_unit_that_runs_the_image() -> None:
    copied = "FROM python\nWORKDIR /app\nCOPY . .\nCOPY docker/production.py shop/settings/\n"
    compose = (
        "services:\n  worker:\n    build: .\n    command: celery -A shop worker\n"
        "    environment:\n      DJANGO_SETTINGS_MODULE: shop.settings.production\n"
    )
    assert installed(copied, **{"compose.yml": compose}) == [FOUND]
    assert installed(copied, **{"compose.dev.yml": compose}) == []


@pytest.mark.parametrize(
    "dockerfile",
    [
        # It is in the tree.
        (
            "WORKDIR /app\nCOPY . .\nCOPY docker/production.py shop/settings/common.py\n"
            "ENV DJANGO_SETTINGS_MODULE=shop.settings.common\n"
        ),
        # Nothing names it.
        "WORKDIR /app\nCOPY . .\nCOPY docker/production.py shop/settings/production.py\n",
        # Which of the two it is depends.
        (
            "WORKDIR /app\nCOPY . .\nCOPY docker/production.py shop/settings/\n"
            f"COPY docker/extra/production.py shop/settings/\n{ENV}"
        ),
        # It goes elsewhere.
        f"WORKDIR /srv\nCOPY . /app\nCOPY docker/production.py /app/shop/settings/\n{ENV}",
        # It is not known where the packages beside it come from.
        f"WORKDIR /app\nCOPY docker/production.py shop/settings/production.py\n{ENV}",
        # The name is none.
        "WORKDIR /app\nCOPY . .\nENV DJANGO_SETTINGS_MODULE=../docker/production\n",
        "WORKDIR /app\nCOPY . .\nENV DJANGO_SETTINGS_MODULE=$WHICH\n",
    ],
)
def test_what_is_no_such_file(dockerfile: str) -> None:
    assert installed(f"FROM python\n{dockerfile}") == []


def test_images_for_development_do_not_count() -> None:
    copied = f"WORKDIR /app\nCOPY . .\nCOPY docker/production.py shop/settings/\n{ENV}"
    assert installed(f"FROM python\n{copied}", "Dockerfile.dev") == []


def test_a_script_that_a_run_copies_is_followed() -> None:
    tree = {
        "start.sh": "#!/bin/sh\nexec celery -A shop worker\n",
        "Dockerfile": (
            "FROM python\nWORKDIR /app\nCOPY . .\nRUN cp start.sh /start && chmod +x /start\n"
            'CMD ["/start"]\n'
        ),
    }
    assert chain(start(tree)) == ["Dockerfile:5", "start.sh:2"]
