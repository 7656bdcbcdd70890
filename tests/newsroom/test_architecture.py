"""Rules for the whole tree. Who may import whom is held by `make check`, in
pyproject.toml.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    *(
        "core",
        "pagecache",
        "fast_worker",
        "ticker",
        "articles",
        "comments",
        "advertising",
        "audience",
        "newsletter",
        "newsroom",
    ),
)


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


def test_one_file_talks_to_the_network():
    """Whoever asks a provider does so through core/http_client.py, with its bounds."""
    callers = [
        str(path.relative_to(ROOT))
        for app in APPS
        for path in sources(app)
        if {"requests", "urllib.request", "http.client"} & set(imported(path))
    ]
    assert callers == ["core/http_client.py"]


@pytest.mark.parametrize("word", ["services", "utils", "helpers", "common"])
def test_files_are_named_after_what_happens_in_them(word):
    assert [
        path for app in APPS for path in sources(app) if path.stem == word or word in path.parts
    ] == []


def test_only_one_file_writes_a_storys_status_and_one_a_placements():
    """A status is assigned in workflow.py and review.py, and nowhere else."""
    writers = set()
    for app in APPS:
        for path in sources(app):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                targets = node.targets if isinstance(node, ast.Assign) else []
                if any(
                    isinstance(target, ast.Attribute) and target.attr == "status"
                    for target in targets
                ):
                    writers.add(str(path.relative_to(ROOT)))
    assert writers == {"articles/publishing/workflow.py", "advertising/campaigns/review.py"}


# Django wants what an app connects imported when it is ready; the desk and the worker exist before Django does.
MAY_IMPORT_LATE = {"apps.py", "newsroom/admin_site.py", "fast_worker/worker.py"}


def test_imports_stand_at_the_top():
    """One inside a function hides a cycle."""
    late = set()
    for app in APPS:
        for path in sources(app):
            name = str(path.relative_to(ROOT))
            if path.name in MAY_IMPORT_LATE or name in MAY_IMPORT_LATE:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef):
                    for inner in ast.walk(node):
                        module = (
                            getattr(inner, "module", None)
                            if isinstance(inner, ast.ImportFrom)
                            else None
                        )
                        if module and module.split(".")[0] in APPS:
                            late.add(f"{name} imports {module}")
    assert late == set()


QUESTIONS = {"What", "Who", "Whether", "How", "Which", "Where", "When", "Why"}
MOST_QUESTIONS = 2  # per cent


def docstrings(app: str) -> Iterator[str]:
    for path in sources(app):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                yield from filter(None, [ast.get_docstring(node)])


def test_docstrings_say_what_a_thing_is_or_does():
    """Not a question that its name answers: a noun phrase, or an imperative."""
    found = [text for app in (*APPS, "transfer") for text in docstrings(app)]
    asking = [text for text in found if text.split()[0] in QUESTIONS]
    assert len(asking) * 100 <= len(found) * MOST_QUESTIONS, asking
