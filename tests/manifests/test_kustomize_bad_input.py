"""Kustomizations that no cluster would take, and those that mean to do harm."""

from __future__ import annotations

import pytest

from .test_kustomize import BASE, JSON, overlay
from .trees import starts, told

BOMB = "a0: &a0 {x: 1}\n" + "\n".join(
    f"a{n}: &a{n} {{{', '.join(f'k{i}: *a{n - 1}' for i in range(9))}}}" for n in range(1, 12)
)


@pytest.mark.parametrize(
    "patch",
    [
        f"kind: Deployment\nmetadata: {{name: worker}}\n{BOMB}\n",
        "kind: Deployment\nmetadata: {name: worker}\nspec: &s\n  template: *s\n",
        "kind: Deployment\nmetadata: {name: worker}\nspec: "
        + "{a: " * 150
        + "1"
        + "}" * 150
        + "\n",
        "kind: Deployment\nmetadata: {name: worker}\nspec: " + "[" * 10_000,
        "[" * 10_000,
        "- " * 10_000,
        "- {op: remove, path: /" + "a/" * 10_000 + "}\n",
        "- {op: remove, path: ''}\n- 1\n- []\n",
        "kind: Deployment\nmetadata: {name: worker}\n\ttabs: 1\n",
        "\ud800",
        "",
    ],
)
def test_a_patch_never_ends_the_run(patch: str) -> None:
    tree: dict[str, str | bytes] = {
        **overlay("patches: [{path: p.yaml, target: {name: worker}}]\n"),
        "prod/p.yaml": patch.encode("utf-8", "surrogatepass"),
    }
    assert len(starts(tree)) <= 1
    inline = "patches:\n- target: {name: worker}\n  patch: |\n"
    inline += "".join(f"    {line}\n" for line in patch.replace("\ud800", "?").splitlines())
    assert len(starts(overlay(inline))) <= 1


def test_kustomizations_in_a_circle_deploy_nothing() -> None:
    tree = {
        **BASE,
        "base/kustomization.yaml": "resources: [../b, worker.yaml]\n",
        "b/kustomization.yaml": "resources: [../base]\nreplicas: [{name: worker, count: 3}]\n",
        "c/kustomization.yaml": "resources: [../c]\ncomponents: [../c]\n",
    }
    # kustomize refuses these: each file stands for itself.
    assert [told(each.replicas) for each in starts(tree)] == [2]


def test_kustomizations_that_multiply_are_bounded() -> None:
    tree = {**BASE}
    below = "../base"
    for number in range(11):
        lines = "".join(f"- {below}\n" for _ in range(9))
        tree[f"k{number}/kustomization.yaml"] = f"namePrefix: p\nresources:\n{lines}"
        below = f"../k{number}"
    found = starts(tree)
    assert {told(each.grace) for each in found} == {60}


def test_many_patches_that_may_mean_anything_are_bounded() -> None:
    patch = (JSON % "name: 'w.*o.*r.*'").replace("op: remove", "op: test")
    found = starts(overlay("patches:\n" + patch.removeprefix("patches:\n") * 300))
    assert [told(each.replicas) for each in found] == [7]
