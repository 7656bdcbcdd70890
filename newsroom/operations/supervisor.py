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

from newsroom.operations.backoff import Backoff

GRACE = 12.0  # seconds between asking a child to stop and killing it
SETTLED_AFTER = 60.0  # seconds of life after which the next death is the first one again


@dataclass
class Child:
    """A part of the publication. One that is a step ends by itself; those `after` it begin when it has."""

    name: str
    command: Sequence[str]
    is_step: bool = False
    after: "Child | None" = None
    process: subprocess.Popen[bytes] | None = None
    is_done: bool = False
    has_failed: bool = False
    backoff: Backoff = field(default_factory=Backoff)
    started_at: float = 0.0
    starts_at: float = 0.0

    @property
    def waits(self) -> bool:
        """True before its time: what it needs is not done, or it died a moment ago."""
        return (self.after is not None and not self.after.is_done) or (
            time.monotonic() < self.starts_at
        )

    def start(self, environment: Mapping[str, str]) -> None:
        # A group of its own: a signal from the terminal reaches the parent alone, which passes it
        # on in order.
        self.process = subprocess.Popen(
            self.command,
            env=dict(environment),
            start_new_session=True,
            preexec_fn=partial(_die_with, os.getpid()),
        )
        self.started_at = time.monotonic()

    def start_later(self) -> float:
        """Plan the next start and return the seconds until then: the longer, the oftener it died."""
        now = time.monotonic()
        if now - self.started_at > SETTLED_AFTER:
            self.backoff.reset()
        pause = self.backoff.next()
        self.process, self.starts_at = None, now + pause
        return pause

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
    """Keeps every child alive, each apart from the others.

    It never gives up on one: what is missing, such as the database, may come back in an hour.
    """

    def __init__(self, children: Sequence[Child], say: Callable[[str], None]) -> None:
        self.children = children
        self.say = say
        self.stopping = False
        self.environment = dict(os.environ)

    def run(self) -> int:
        """Keep the children alive until told to stop. Returns the exit code: 0 after a signal, 1
        when a step failed.
        """
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            while not self.stopping:
                for child in self.children:
                    self._look_after(child)
                if any(child.has_failed for child in self.children):
                    return 1
                time.sleep(0.2)
            return 0
        finally:
            self.shut_down()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _look_after(self, child: Child) -> None:
        if child.process is None:
            if not (child.is_done or child.has_failed or child.waits):
                child.start(self.environment)
            return
        if child.process.poll() is None:
            return
        # What a killed child leaves behind would hold its port.
        child.signal(signal.SIGKILL)
        code = child.process.returncode
        if child.is_step:
            child.process, child.is_done, child.has_failed = None, code == 0, code != 0
            return
        pause = child.start_later()
        self.say(f"The {child.name} died ({_how(code)}) and is started again in {pause:.0f} s.")

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
