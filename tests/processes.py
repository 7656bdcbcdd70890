"""Processes of a site under test, as the kernel lists them (one that ends while it is read counts as
gone), and programs run beside the tests.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def descendants(pid: int) -> set[int]:
    """Every living process below `pid`."""
    found: set[int] = set()
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(path).split():
            found |= {int(child)} | descendants(int(child))
    return found


def running(pid: int, pattern: str) -> list[int]:
    """The processes below `pid` in whose command line `pattern` is found, the eldest first."""
    return sorted(child for child in descendants(pid) if re.search(pattern, _command(child)))


def is_alive(pid: int) -> bool:
    return bool(fields := stat(pid)) and fields[0] != "Z"


def stat(pid: int) -> list[str]:
    """The fields of `/proc/PID/stat` from the state on; none of a process that is gone."""
    return _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()


def memory(pid: int) -> int:
    """Bytes of a process, those it shares with others counted once."""
    for line in _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _command(pid: int) -> str:
    return _read(Path(f"/proc/{pid}/cmdline")).replace("\0", " ").strip()


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def run_program(program: str, **environment: str) -> str:
    """Run a piece of Python with our settings and just this environment; return what it printed."""
    environment |= {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "newsroom.settings"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
