"""Web, worker and scheduler as children of one process: started together, restarted apart, stopped
together.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import FrameType

GRACE = 12.0  # seconds between asking a child to stop and killing it
PAUSE = 1.0  # seconds before a child that died is started again
MOST_DEATHS = 5  # within WINDOW seconds: then something is wrong that restarting does not mend
WINDOW = 60.0


@dataclass
class Child:
    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    deaths: list[float] = field(default_factory=list)

    def start(self, environment: Mapping[str, str]) -> None:
        # A group of its own: a signal from the terminal reaches the parent alone, which passes it
        # on in order.
        self.process = subprocess.Popen(
            self.command,
            env=dict(environment),
            start_new_session=True,
            preexec_fn=partial(_die_with, os.getpid()),
        )

    def signal(self, number: int) -> None:
        """Send to the child and whatever it started."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def _die_with(parent: int) -> None:
    """On Linux the kernel ends the child when its parent is killed in a way that nobody can
    catch.
    """
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
        if os.getppid() != parent:  # It was killed before the kernel knew.
            os._exit(1)


class Supervisor:
    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say
        self.stopping = False
        self.environment = dict(os.environ)

    def run(self) -> int:
        """Keep the children alive until told to stop. Returns the exit code: 0 after a signal, 1 on
        giving up.
        """
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            for child in self.children:
                child.start(self.environment)
            while not self.stopping:
                if not self._restart_dead():
                    return 1
                time.sleep(0.2)
            return 0
        finally:
            self.shut_down()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _restart_dead(self) -> bool:
        """Start again what died. False when a child dies again and again."""
        for child in self.children:
            if self.stopping or child.process is None or child.process.poll() is None:
                continue
            # What a killed child leaves behind would hold its port.
            child.signal(signal.SIGKILL)
            now = time.monotonic()
            child.deaths = [*(moment for moment in child.deaths if now - moment < WINDOW), now]
            if len(child.deaths) >= MOST_DEATHS:
                self.say(
                    f"The {child.name} died {MOST_DEATHS} times in a minute. Everything stops."
                )
                return False
            self.say(
                f"The {child.name} died ({_how(child.process.returncode)}) and is started again."
            )
            time.sleep(PAUSE)
            child.start(self.environment)
        return True

    def shut_down(self) -> None:
        """Ask all children to stop, wait for them, and kill what does not."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE
        for child in self.children:
            if child.process is None:
                continue
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.1, deadline - time.monotonic()))
            child.signal(signal.SIGKILL)
            child.process.wait()


def _how(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
