"""Children die, are killed, or will not stop; the parent restarts them or ends all, and leaves
nothing behind.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from ..processes import descendants, is_alive

ROOT = Path(__file__).resolve().parents[2]
SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
DEAF = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
STUBBORN = [sys.executable, "-c", DEAF]
BEARING = f"import subprocess, time; subprocess.Popen({SLEEP!r}); time.sleep(60)"
FAMILY = [sys.executable, "-c", BEARING]

PARENT = """
import sys
from newsroom.operations import supervisor
from newsroom.operations.supervisor import Child, Supervisor
supervisor.PAUSE, supervisor.GRACE = 0.05, 1.0
children = [Child(str(number), command) for number, command in enumerate({commands!r})]
sys.exit(Supervisor(children, lambda text: print(text, flush=True)).run())
"""


def parent(*commands):
    return subprocess.Popen(
        [sys.executable, "-c", PARENT.format(commands=commands)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_for(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.05)
    raise AssertionError("It did not happen in time.")


def test_a_killed_child_is_started_again():
    process = parent(SLEEP, SLEEP)
    first = wait_for(lambda: len(descendants(process.pid)) == 2 and descendants(process.pid))
    victim = min(first)
    os.kill(victim, signal.SIGKILL)
    assert "died (signal 9) and is started again" in process.stdout.readline()
    wait_for(lambda: len(descendants(process.pid)) == 2 and victim not in descendants(process.pid))
    process.terminate()
    assert process.wait(10) == 0


def test_a_signal_stops_everything_even_what_will_not():
    process = parent(SLEEP, STUBBORN, FAMILY)
    assert process.stdout.readline() == "up\n"
    family = wait_for(lambda: len(descendants(process.pid)) == 4 and descendants(process.pid))
    process.send_signal(signal.SIGINT)
    assert process.wait(15) == 0
    wait_for(lambda: not any(is_alive(pid) for pid in family))


def test_a_child_that_dies_again_and_again_ends_all_with_a_message():
    process = parent(SLEEP, [sys.executable, "-c", "raise SystemExit(3)"])
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "died 5 times in a minute. Everything stops." in said


def test_children_do_not_outlive_a_killed_parent():
    process = parent(SLEEP, SLEEP)
    family = wait_for(lambda: len(descendants(process.pid)) == 2 and descendants(process.pid))
    process.kill()
    process.wait()
    wait_for(lambda: not any(is_alive(pid) for pid in family))
