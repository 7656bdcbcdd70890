"""What a provider may answer with instead of prices."""


class PricesUnavailable(Exception):
    """The provider gave no usable prices. Nothing was changed.

    `wait` is how many seconds to leave it alone at least.
    """

    def __init__(self, reason: str, wait: int = 60) -> None:
        super().__init__(reason)
        self.wait = wait
