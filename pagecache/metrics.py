"""Metrics of the cache, counted by each process and added up."""

import contextlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

WRITTEN_EVERY = 1.0  # seconds
DEAD_AFTER = 30.0  # seconds without a sign


@dataclass
class CacheCounts:
    hits: int = 0
    stale: int = 0
    misses: int = 0
    waits: int = 0
    bypasses: int = 0
    renders: int = 0
    renewals: int = 0
    store_hits: int = 0
    purges: int = 0
    pages: int = 0
    bytes: int = 0


DESCRIPTIONS = {
    "hits": "Requests answered with a kept page.",
    "stale": "Requests answered with a page that is being made anew, or that nobody can make now.",
    "misses": "Requests for a page that was not kept.",
    "waits": "Misses that waited for a page that was being made already.",
    "bypasses": "Requests that are never answered from the cache.",
    "renders": "Pages made.",
    "renewals": "Kept pages that got new prices without being made anew.",
    "store_hits": "Pages found in files or Redis.",
    "purges": "Pages dropped because something in them changed.",
    "pages": "Pages held in memory.",
    "bytes": "Bytes held in memory.",
}
GAUGES = frozenset({"pages", "bytes"})


def write(folder: Path, counts: CacheCounts) -> None:
    """Leave the counts of this process where another can read them."""
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{os.getpid()}.json"
        half = path.with_suffix(".half")
        half.write_text(json.dumps(asdict(counts)))
        os.replace(half, path)


def read_all(folder: Path) -> dict[str, CacheCounts]:
    """The counts of every living process. What a dead one left is deleted."""
    found = {}
    for path in folder.glob("*.json"):
        with contextlib.suppress(OSError, ValueError, TypeError):
            if path.stat().st_mtime < time.time() - DEAD_AFTER:
                path.unlink()
                continue
            found[path.stem] = CacheCounts(**json.loads(path.read_text()))
    return found


def as_text(processes: dict[str, CacheCounts]) -> str:
    """In the text format of Prometheus:
    https://prometheus.io/docs/instrumenting/exposition_formats/.
    """
    lines = []
    for name, description in DESCRIPTIONS.items():
        metric = f"newsroom_page_cache_{name}" + ("" if name in GAUGES else "_total")
        lines += [
            f"# HELP {metric} {description}",
            f"# TYPE {metric} {'gauge' if name in GAUGES else 'counter'}",
        ]
        lines += [
            f'{metric}{{process="{pid}"}} {getattr(each, name)}'
            for pid, each in sorted(processes.items())
        ]
    return "\n".join(lines) + "\n"
