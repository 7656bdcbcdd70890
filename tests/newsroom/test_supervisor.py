"""Children die, are killed, or will not stop; the parent restarts them or ends all, and leaves
nothing behind.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from newsroom.operations.supervisor import Child, Supervisor

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


@pytest.fixture
def signals_kept():
    """A supervisor that runs in this process takes its signals; they are given back."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


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


def test_a_child_that_dies_again_and_again_waits_longer_each_time_and_stops_no_other():
    process = parent(SLEEP, [sys.executable, "-c", "raise SystemExit(3)"])
    said = [process.stdout.readline() for _ in range(3)]
    assert [line.rsplit(" in ", 1)[1].strip() for line in said] == ["1 s.", "2 s.", "4 s."]
    assert len(descendants(process.pid)) >= 1
    process.terminate()
    assert process.wait(10) == 0


def test_what_comes_after_a_step_begins_when_the_step_is_done(tmp_path, signals_kept):
    done = tmp_path / "done"
    step = Child("step", [sys.executable, "-c", f"open({str(done)!r}, 'w')"], is_step=True)
    later = Child("later", [sys.executable, "-c", f"open({str(done)!r})"], is_step=True, after=step)
    supervisor = Supervisor([later, step], print)
    stop_when(supervisor, lambda: later.is_done)
    assert supervisor.run() == 0
    assert later.is_done


def test_a_step_that_fails_ends_all(signals_kept):
    sleeping = Child("sleeper", SLEEP)
    failing = Child("step", [sys.executable, "-c", "raise SystemExit(3)"], is_step=True)
    never = Child("never", SLEEP, after=failing)
    assert Supervisor([sleeping, failing, never], print).run() == 1
    assert never.process is None
    assert sleeping.process.poll() is not None


def stop_when(supervisor, condition):
    def watch():
        wait_for(condition)
        supervisor.stopping = True

    threading.Thread(target=watch, daemon=True).start()


def test_children_do_not_outlive_a_killed_parent():
    process = parent(SLEEP, SLEEP)
    family = wait_for(lambda: len(descendants(process.pid)) == 2 and descendants(process.pid))
    process.kill()
    process.wait()
    wait_for(lambda: not any(is_alive(pid) for pid in family))
