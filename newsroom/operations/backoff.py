"""Growing pauses between tries."""


class Backoff:
    """Seconds to wait before each new try: twice as long every time, until something worked."""

    def __init__(self, first: float = 1.0, longest: float = 30.0) -> None:
        self.first, self.longest = first, longest
        self._next = first

    def next(self) -> float:
        pause, self._next = self._next, min(self.longest, self._next * 2)
        return pause

    def reset(self) -> None:
        self._next = self.first
