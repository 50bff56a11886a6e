"""From a tree's files to the release that runs an app, over trees shaped as projects are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from celerylint import oracle
from celerylint.facts import pins
from celerylint.facts.requirement import PinFacts
from celerylint.project import versions


def tree(files: dict[str, str]) -> dict[str, PinFacts]:
    return {path: pins.read_pins(path, text.encode()) for path, text in files.items()}


def lock(release: str, name: str = "celery") -> str:
    return f'version = 1\n\n[[package]]\nname = "{name}"\nversion = "{release}"\n'


def project(requirement: str) -> str:
    return f'[project]\nname = "shop"\ndependencies = ["{requirement}"]\n'


# The shapes of thirteen real projects: files, the app's file, then version, specifier and source.
SHAPES = {
    "range in pyproject, lock beside it": (
        {"pyproject.toml": project("celery[redis, sqs]>=5.6.3,<6.0.0"), "uv.lock": lock("5.6.3")},
        "shop/celeryconf.py",
        ("5.6.3", "uv.lock:4"),
    ),
    "exact in pyproject, compiled requirements with hashes below": (
        {
            "pyproject.toml": project("celery==5.5.1"),
            "uv.lock": lock("5.5.1"),
            "backend/requirements/default.txt": "celery==5.5.1 \\\n    --hash=sha256:aa\n",
            "backend/requirements/dev.txt": "celery-types==0.26.0\n",
        },
        "backend/onyx/background/celery/apps/primary.py",
        ("5.5.1", "backend/requirements/default.txt:1"),
    ),
    "requirements in a folder of a monorepo's part": (
        {
            "apps/api/requirements.txt": "-r requirements/production.txt\n",
            "apps/api/requirements/production.txt": "-r base.txt\ngunicorn==1\n",
            "apps/api/requirements/base.txt": "# base\ncelery==5.4.0\n",
        },
        "apps/api/shop/celery.py",
        ("5.4.0", "apps/api/requirements/base.txt:2"),
    ),
    "pip-compile with several outputs": (
        {
            "requirements/pip.in": "celery\n",
            "requirements/pip.txt": "celery==5.6.3\n",
            "requirements/deploy.txt": "celery==5.6.3\n",
            "requirements/testing.txt": "celery==5.6.3\n",
        },
        "shop/worker.py",
        ("5.6.3", "requirements/deploy.txt:1"),
    ),
    "compatible release and lock, source folder": (
        {"pyproject.toml": project("celery[redis]~=5.6.2"), "uv.lock": lock("5.6.3")},
        "src/shop/celery.py",
        ("5.6.3", "uv.lock:4"),
    ),
    "poetry table and its lock": (
        {
            "pyproject.toml": '[tool.poetry.dependencies]\ncelery = {version = ">=5.1"}\n',
            "poetry.lock": '[[package]]\nname = "celery"\nversion = "5.2.7"\n',
        },
        "shop/__init__.py",
        ("5.2.7", "poetry.lock:2"),
    ),
    "requirements only": (
        {"requirements.txt": "flask==2\ncelery==5.2.6\n", "setup.py": "setup(name='x')"},
        "shop/extensions.py",
        ("5.2.6", "requirements.txt:2"),
    ),
    "unpinned input, pinned output": (
        {
            "requirements.in": "celery\n",
            "requirements.txt": "celery==5.5.3\n",
            "requirements-tests.in": "-r requirements.txt\ncelery[redis]>=5.3.5\n",
            "requirements-dev.txt": "celery==5.4.0\n",
        },
        "shop/celery.py",
        ("5.5.3", "requirements.txt:1"),
    ),
    "project template": (
        {
            "pyproject.toml": project("cookiecutter"),
            "{{cookiecutter.slug}}/pyproject.toml": "name = {{ cookiecutter.slug }}",
            "{{cookiecutter.slug}}/requirements/base.txt": "celery==5.6.3  # pyup: < 6.0\n",
        },
        "{{cookiecutter.slug}}/config/celery_app.py",
        ("5.6.3", "{{cookiecutter.slug}}/requirements/base.txt:1"),
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_shapes_of_real_projects(shape: str) -> None:
    files, near, (version, source) = SHAPES[shape]
    found = versions.celery_versions(tree(files), near)
    assert (found.version, found.specifier, found.source) == (version, None, source)
    assert found.allowed == (tuple(map(int, version.split("."))),)
    assert list(versions.problems(tree(files))) == []


def test_nothing_found_means_every_supported_release() -> None:
    found = versions.celery_versions(tree({"requirements.txt": "flask\n"}))
    assert (found.version, found.specifier, found.source) == (None, None, None)
    assert found.allowed == oracle.supported()


def test_a_bare_name_allows_all_and_says_where() -> None:
    found = versions.celery_versions(tree({"requirements.txt": "celery\n"}))
    assert (found.specifier, found.source) == (None, "requirements.txt:1")
    assert found.allowed == oracle.supported()


@pytest.mark.parametrize(
    ("specifier", "allowed"),
    [
        (">=5.6.3,<6", ((5, 6, 3), (5, 7, 0))),
        ("~=5.6.2", ((5, 6, 2), (5, 6, 3))),
        ("<5.2.2", ((5, 2, 0), (5, 2, 1))),
        ("==5.4", ((5, 4, 0),)),
        ("==5.3.0b1", ((5, 3, 0),)),
        ("==3.1.25", ((3, 1, 25),)),
        ("==5.2.5", ((5, 2, 5),)),
        (">=9.1", ((9, 1, 0),)),
        ("<3", oracle.supported()),
    ],
)
def test_ranges(specifier: str, allowed: tuple[tuple[int, ...], ...]) -> None:
    found = versions.celery_versions(tree({"requirements.txt": f"celery{specifier}\n"}))
    assert found.allowed == allowed


def test_an_old_range_allows_the_old_releases_that_are_known() -> None:
    found = versions.celery_versions(tree({"setup.py": 'x = ["celery>=4.3,<5"]'}))
    assert found.all_below(5)
    assert found.all_at_least(4, 3)
    assert found.specifier == ">=4.3,<5"


def test_ranges_of_several_files_hold_together() -> None:
    files = {
        "setup.cfg": "[options]\ninstall_requires = celery>=5.3\n",
        "constraints.txt": "celery<5.5\n",
    }
    found = versions.celery_versions(tree(files))
    assert found.specifier == "<5.5,>=5.3"
    assert found.all_at_least(5, 3)
    assert found.all_below(5, 5)


def test_a_monorepos_answers_stay_with_their_folders() -> None:
    files = tree(
        {
            "services/a/uv.lock": lock("5.2.7"),
            "services/b/requirements.txt": "celery==5.6.3\n",
            "pyproject.toml": project("celery>=5.4"),
        }
    )
    assert versions.celery_versions(files, "services/a/src/a/app.py").version == "5.2.7"
    assert versions.celery_versions(files, "services/b/app.py").version == "5.6.3"
    assert versions.celery_versions(files, "tools/app.py").specifier == ">=5.4"


def test_a_workspaces_lock_settles_its_members_range() -> None:
    files = {"uv.lock": lock("5.5.3"), "packages/worker/pyproject.toml": project("celery>=5.4")}
    found = versions.celery_versions(tree(files), "packages/worker/src/app.py")
    assert (found.version, found.source) == ("5.5.3", "uv.lock:4")


def test_a_lock_further_up_that_contradicts_the_range_is_another_projects() -> None:
    files = {"uv.lock": lock("5.2.7"), "worker/pyproject.toml": project("celery>=5.4")}
    found = versions.celery_versions(tree(files), "worker/app.py")
    assert (found.version, found.specifier) == (None, ">=5.4")


def test_files_beside_the_app_answer_where_none_lies_above() -> None:
    agreeing = {
        "docker/requirements.txt": "celery==5.4.0\n",
        "docs/requirements.txt": "celery==5.2.7\n",
    }
    assert versions.celery_versions(tree(agreeing), "src/app.py").version == "5.4.0"
    differing = {"a/requirements.txt": "celery==5.4.0\n", "b/requirements.txt": "celery==5.6.3\n"}
    found = versions.celery_versions(tree(differing), "src/app.py")
    assert found.version is None
    assert found.allowed == ((5, 4, 0), (5, 6, 3))


def test_alternatives_by_marker_allow_each() -> None:
    text = "celery==5.2.7; python_version < '3.8'\ncelery==5.4.0; python_version >= '3.8'\n"
    found = versions.celery_versions(tree({"requirements.txt": text}))
    assert found.allowed == ((5, 2, 7), (5, 4, 0))
    assert found.specifier == "==5.2.7 || ==5.4.0"


def test_includes_are_followed_and_may_form_a_ring() -> None:
    files = tree(
        {
            "a/requirements.txt": "-r ../shared/pinned.txt\n-r ../../outside.txt\n",
            "shared/pinned.txt": "",
        }
    )
    files["shared/pinned.txt"] = (
        (("celery", "==5.3.6", 1, "requirement", False),),
        (("x.txt", 2),),
        (),
    )
    files["shared/x.txt"] = ((), (("pinned.txt", 1),), ())
    found = versions.celery_versions(files, "a/app.py")
    assert (found.version, found.source) == ("5.3.6", "shared/pinned.txt:1")
    assert versions.included(files) == []
    assert versions.included(tree({"requirements.txt": "-r deps/all.lst\n"})) == ["deps/all.lst"]


@pytest.mark.parametrize(
    ("written", "version", "specifier", "allowed"),
    [
        ("5.4.0", "5.4.0", None, ((5, 4, 0),)),
        ("==5.6.3", "5.6.3", None, ((5, 6, 3),)),
        ("5.4", None, "5.4", ((5, 4, 0),)),
        (">=5.6.3, <5.8", None, ">=5.6.3, <5.8", ((5, 6, 3), (5, 7, 0))),
    ],
)
def test_the_configuration_wins(
    written: str, version: str | None, specifier: str | None, allowed: tuple[tuple[int, ...], ...]
) -> None:
    found = versions.celery_versions(tree({"uv.lock": lock("5.2.7")}), configured=written)
    assert (found.version, found.specifier, found.allowed) == (version, specifier, allowed)


@pytest.mark.parametrize("written", ["latest", "", ">=", "5.x", "5.4 please"])
def test_a_configured_version_that_is_none(written: str) -> None:
    with pytest.raises(ValueError, match="neither"):
        versions.celery_versions({}, configured=written)


def test_companions_are_found_by_the_same_means() -> None:
    files = tree({"uv.lock": lock("5.6.2", "kombu"), "pyproject.toml": project("redis>=5")})
    assert versions.ask(files, "kombu").version == "5.6.2"
    assert versions.ask(files, "redis").specifier == ">=5"
    assert not versions.ask(files, "redis").allows((4, 6, 0))
    assert versions.ask(files, "django").asked == ()


def test_a_broken_file_is_named_and_the_others_are_read() -> None:
    files = tree({"pyproject.toml": "[project\n", "requirements.txt": "celery==5.4.0\n"})
    assert versions.celery_versions(files).version == "5.4.0"
    problem = next(versions.problems(files))
    assert (problem.kind, problem.path, problem.line) == ("not-parsed", "pyproject.toml", 1)


@pytest.mark.parametrize(
    ("specifier", "yes", "no"),
    [
        ("^5.3", "5.7.0", "5.2.7"),
        ("^5.3", "5.3.0", "6.0.0"),
        ("^0.3.1", "0.3.9", "0.4.0"),
        ("~5.3", "5.3.6", "5.4.0"),
        ("~5", "5.7.0", "6.0.0"),
        ("~5.3.4", "5.3.6", "5.3.1"),
        ("5.2.7 || ^5.6", "5.2.7", "5.4.0"),
        (">=5.2 <5.4", "5.3.6", "5.4.0"),
        ("5.*", "5.4.0", "4.4.7"),
    ],
)
def test_poetrys_operators(specifier: str, yes: str, no: str) -> None:
    def release(text: str) -> tuple[int, ...]:
        return tuple(map(int, text.split(".")))

    assert versions.satisfies(release(yes), specifier)
    assert not versions.satisfies(release(no), specifier)


NUMBERS = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(lambda n: ".".join(map(str, n)))
CLAUSES = st.one_of(
    st.builds("{}{}".format, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), NUMBERS),
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["<=", ">=", ">", "<"]),
        NUMBERS,
        st.sampled_from(["rc1", "b2"]),
    ),
    st.builds("{}{}.*".format, st.sampled_from(["==", "!="]), NUMBERS),
    st.builds("~={}.{}".format, st.integers(0, 3), NUMBERS),
)


@given(
    st.tuples(*[st.integers(0, 3)] * 3),
    st.lists(CLAUSES, min_size=1, max_size=3).map(",".join),
)
def test_specifiers_agree_with_packaging(release: tuple[int, ...], specifier: str) -> None:
    wanted = SpecifierSet(specifier).contains(Version(".".join(map(str, release))))
    assert versions.satisfies(release, specifier) == wanted
