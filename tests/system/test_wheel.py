"""The wheel is whole: with nothing beside it, in an empty folder, it migrates and knows its commands."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.source import ROOT

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing in it but what the wheel holds."""
    built = tmp_path_factory.mktemp("built")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = built.glob("*.whl")
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_wheel_shows_its_help_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    done = _buyback(installed, tmp_path, "--help")
    assert "migrate" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_wheel_migrates_a_database_from_an_empty_folder(installed: Path, tmp_path: Path) -> None:
    database = tmp_path / "buyback.sqlite3"
    _buyback(installed, tmp_path, "migrate", BUYBACK_DATABASE_URL=f"sqlite:///{database}")
    assert database.stat().st_size > 0


@pytest.mark.parametrize("folder", ["buyback", "templates", "static", "migrations"])
def test_the_wheel_holds_every_file_of_the_checkout(installed: Path, folder: str) -> None:
    tracked = subprocess.run(
        ["git", "ls-files", folder], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.split()
    where = installed if folder == "buyback" else installed / "buyback" / "_files"
    assert tracked
    assert [path for path in tracked if (ROOT / path).exists() and not (where / path).exists()] == []


def _buyback(installed: Path, here: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    program = f"import buyback.cli; assert buyback.cli.__file__.startswith({str(installed)!r}); buyback.cli.main()"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=here,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(installed)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done
