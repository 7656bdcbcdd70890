"""Errors of a provider."""


class PricesUnavailable(Exception):
    """The provider gave no usable prices. Nothing was changed.

    `wait` is how many seconds to leave it alone at least; `code` the status of its answer, if that
    was the reason.
    """

    def __init__(self, reason: str, wait: int = 60, code: int = 0) -> None:
        super().__init__(reason)
        self.wait = wait
        self.code = code
