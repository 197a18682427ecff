import re
import subprocess
import sys
import zipfile
from pathlib import Path

from qa.command_line import main

PROJECT = Path(__file__).parents[1]


def test_the_wheel_holds_everything_that_runs_and_nothing_else(tmp_path):
    source = tmp_path / "source"
    listed = subprocess.run(
        ["git", "ls-files", "app.py", "index", "qa", "pyproject.toml", "README.md", "LICENSE"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in listed.stdout.split():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((PROJECT / name).read_bytes())
    build = "-m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir".split()
    command = [sys.executable, *build, str(tmp_path), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert packed == {
        name for name in listed.stdout.split() if name.startswith(("app.py", "index/", "qa/"))
    }


def test_every_command_that_the_readme_shows_exists():
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    commands = set(re.findall(r"meeting-qa ([a-z]+)", readme))
    assert commands >= {"index", "ask", "search", "sources", "show"}
    assert commands <= main.commands.keys()
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z]+)", readme):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_every_file_that_the_docs_point_to_exists():
    for page in [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name} points to {link}"
