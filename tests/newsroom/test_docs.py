"""The documentation names only what exists, and all that exists is documented."""

import re
from pathlib import Path

from django.core.management import get_commands

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = (ROOT / "docs/settings.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
FLOWS = (ROOT / "docs/flows.md").read_text(encoding="utf-8")
ALL_DOCS = "".join(
    path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md"))
)


def variables_read() -> set[str]:
    """Every name that the settings ask the environment for."""
    asked = r'(?:env\.\w+|environment\.(?:required|whole_number|one_of)|env)\(\s*"([A-Z_]+)"'
    sources = [ROOT / "newsroom" / name for name in ("settings.py", "environment.py")]
    return {
        name for path in sources for name in re.findall(asked, path.read_text(encoding="utf-8"))
    }


WITH_COMMANDS = ("newsroom", "ticker", "newsletter", "transfer", "articles")


def test_every_variable_is_documented_and_none_is_invented():
    documented = set(re.findall(r"^\| `([A-Z_]+)`", SETTINGS, re.MULTILINE))
    assert documented == variables_read()


def test_every_command_of_ours_is_documented_and_exists():
    documented = set(re.findall(r"^\| `manage\.py (\w+)`", SETTINGS, re.MULTILINE))
    commands = get_commands()
    ours = {name for name, app in commands.items() if app in WITH_COMMANDS}
    assert documented == ours
    assert documented <= set(commands)


def test_every_file_and_address_that_the_documents_name_exists():
    named = set(re.findall(r"`([a-z_]+/[\w/]+\.(?:py|html|sh))`", ALL_DOCS))
    linked = set(re.findall(r"\]\(([\w/.-]+)\)", README))
    folders = set(re.findall(r"`(tests/\w+/)`", FLOWS))
    assert len(named) > 15
    assert [path for path in named | linked | folders if not (ROOT / path).exists()] == []


def test_the_readmes_commands_are_there():
    for target in [*re.findall(r"`make (\w+)`", README), "test"]:
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE), target
    assert (ROOT / "run").stat().st_mode & 0o111
