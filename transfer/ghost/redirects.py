"""The redirects file of a Ghost site: JSON, or YAML."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from articles.models import Redirect
from transfer.bringing.parts import NotAnExport

LONGEST = 300
# “^/old/?$” is a path; anything else is a pattern.
_PATH = re.compile(r"\^?(/[^\\^$*+?()\[\]{}|]*?)(?:/\?)?\$?")


def bring(path: Path) -> tuple[int, list[str]]:
    """Store those that lead from a path. Returns how many are new, and the patterns that were left out.
    Raises NotAnExport.
    """
    wanted: dict[str, str] = {}
    left_out = []
    for old, new in _read(path):
        found = _PATH.fullmatch(old)
        is_ours = new.startswith("/") and not new.startswith(("//", "/\\"))
        if found is None or not is_ours or max(len(old), len(new)) > LONGEST:
            left_out.append(old)
            continue
        plain = unquote(found[1])
        for spelled in {plain, f"{plain.rstrip('/')}/"}:
            if spelled not in ("/", new):
                wanted.setdefault(spelled, new)
    before = Redirect.objects.count()
    Redirect.objects.bulk_create(
        (Redirect(old_path=old, new_path=new) for old, new in wanted.items()), ignore_conflicts=True
    )
    return Redirect.objects.count() - before, left_out


def _read(path: Path) -> list[tuple[str, str]]:
    text = path.read_text(encoding="utf-8-sig", errors="replace")
    try:
        told: Any = json.loads(text) if text.lstrip().startswith("[") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError, RecursionError):
        raise NotAnExport(f"{path.name} is no redirects file of Ghost.") from None
    if isinstance(told, list):
        pairs = [(each.get("from"), each.get("to")) for each in told if isinstance(each, dict)]
    elif isinstance(told, dict):  # By code: {301: {"/old": "/new"}}
        pairs = [pair for each in told.values() if isinstance(each, dict) for pair in each.items()]
    else:
        raise NotAnExport(f"{path.name} is no redirects file of Ghost.")
    return [(str(old), str(new)) for old, new in pairs if old and new]
