"""What runs on GitHub: the workflows can be read, run what contributors run, and publish where the README says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

yaml = pytest.importorskip("yaml")
ROOT = Path(__file__).parent.parent
GITHUB = ROOT / ".github"


def workflow(name: str) -> Any:
    return yaml.safe_load((GITHUB / "workflows" / f"{name}.yml").read_text())


def commands(name: str) -> str:
    jobs = workflow(name)["jobs"].values()
    return "\n".join(step.get("run", "") for job in jobs for step in job["steps"])


@pytest.mark.parametrize("path", sorted(GITHUB.rglob("*.yml")), ids=lambda path: path.stem)
def test_a_file_is_yaml_with_content(path: Path) -> None:
    assert yaml.safe_load(path.read_text())


def test_ci_runs_every_check_of_the_contributing_page() -> None:
    told = (ROOT / "CONTRIBUTING.md").read_text()
    ran = commands("test").splitlines()
    for command in ("pytest -n auto", "ruff check .", "mypy", "lint-imports"):
        assert command in told
        assert command in ran


def test_ci_runs_all_versions_of_python_that_the_package_is_for() -> None:
    classifiers = (ROOT / "pyproject.toml").read_text()
    for version in workflow("test")["jobs"]["test"]["strategy"]["matrix"]["python"]:
        assert f'"Programming Language :: Python :: {version}"' in classifiers


def test_the_image_goes_to_two_registries_for_two_architectures() -> None:
    steps = workflow("image")["jobs"]["image"]["steps"]
    (meta,) = [step for step in steps if step.get("id") == "meta"]
    names = [name.replace("${{ github.repository }}", "OWNER/condemu") for name in meta["with"]["images"].splitlines()]
    assert [name.partition("/")[0] for name in names] == ["ghcr.io", "docker.io"]
    assert "docker.io/condemu/condemu" in names  # as the README says
    (push,) = [step for step in steps if "platforms" in step.get("with", {})]
    assert push["with"]["platforms"] == "linux/amd64,linux/arm64"


def test_a_release_needs_no_stored_token_and_a_changelog() -> None:
    publish = workflow("release")["jobs"]["publish"]
    assert publish["permissions"] == {"id-token": "write"}
    assert "secrets." not in (GITHUB / "workflows" / "release.yml").read_text()
    assert "CHANGELOG.md" in commands("release")


def test_the_changelog_knows_the_version() -> None:
    import condemu

    assert f"## {condemu.__version__}" in (ROOT / "CHANGELOG.md").read_text()
