"""Who may import whom. The arrows are those of the README’s map."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAY_IMPORT = {
    "ticker": set(),
    "articles": {"ticker"},
    "comments": {"articles"},
    "advertising": {"articles", "ticker"},
    "newsletter": {"articles", "advertising", "ticker"},
}
APPS = {*MAY_IMPORT, "newsroom"}


def sources(app: str) -> Iterator[Path]:
    for path in sorted((ROOT / app).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_knowledge_goes_one_way(app):
    allowed = MAY_IMPORT[app] | {app}
    wrong = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in sources(app)
        for module in imported(path)
        if module.split(".")[0] in APPS - allowed and not module.startswith("newsroom.pagecache")
    ]
    assert wrong == []


def test_only_the_providers_talk_to_the_network():
    wrong = [
        str(path.relative_to(ROOT))
        for app in APPS
        for path in sources(app)
        if {"requests", "urllib.request", "http.client"} & set(imported(path)) and "providers" not in path.parts
    ]
    assert wrong == []


@pytest.mark.parametrize("word", ["services", "utils", "helpers", "common"])
def test_files_are_named_after_what_happens_in_them(word):
    assert [path for app in APPS for path in sources(app) if path.stem == word or word in path.parts] == []


def test_only_one_file_writes_a_storys_status_and_one_a_placements():
    """A status is assigned in publishing.py and review.py, and nowhere else."""
    writers = set()
    for app in APPS:
        for path in sources(app):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                targets = node.targets if isinstance(node, ast.Assign) else []
                if any(isinstance(target, ast.Attribute) and target.attr == "status" for target in targets):
                    writers.add(str(path.relative_to(ROOT)))
    assert writers == {"articles/publishing.py", "advertising/review.py"}
