"""Templates are written for people: one idea a line, and each include says what it takes."""

from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
LONGEST = 120
LONG_SHARE = 0.01  # an include with many arguments cannot be broken
PAGES = sorted(TEMPLATES.rglob("*.html"))


def names(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


def test_lines_are_short():
    lines = [line for path in PAGES for line in path.read_text(encoding="utf-8").splitlines()]
    long = [line for line in lines if len(line) > LONGEST]
    assert len(long) / len(lines) <= LONG_SHARE, long


@pytest.mark.parametrize(
    "path",
    [path for path in PAGES if path.name.startswith("_") or "components" in path.parts],
    ids=names,
)
def test_an_include_begins_with_its_variables(path):
    text = path.read_text(encoding="utf-8")
    assert not text.strip() or text.startswith("{% comment %}\n")


def test_times_for_machines_have_no_six_digits_of_a_second():
    """HTML takes three at most, and Django’s “c” writes six."""
    pages = [path for path in TEMPLATES.rglob("*.html") if "issue" not in path.parts]
    wrong = [
        path.name
        for path in pages
        if 'datetime="' in (text := path.read_text()) and 'date:"c"' in text
    ]
    assert wrong == []
