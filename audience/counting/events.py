"""Events of a page: it was opened, read, or left for another site."""

from dataclasses import dataclass
from datetime import datetime

from audience.page_address import PageAddress
from audience.sources import Source


@dataclass(frozen=True)
class View:
    """A page was opened. `key` is made up by the page, so that it counts once however often it is sent.
    A view with a reason does not count.
    """

    key: str
    page: PageAddress
    at: datetime
    reason: str = ""
    person: str = ""  # digests of today
    network: str = ""
    source: Source | None = None
    device: str = ""
    country: str = ""


@dataclass(frozen=True)
class Reading:
    """More of a view was read: seconds in sight and in use, since it was last told, and whether its
    middle and its end were reached in them. `part` numbers what is told of one view.
    """

    view: str
    part: int
    page: PageAddress
    at: datetime
    seconds: int
    came_to_half: bool
    came_to_end: bool

    @property
    def key(self) -> str:
        return f"{self.view}.{self.part}"


@dataclass(frozen=True)
class Exit:
    """Somebody followed a link to another site. `part` numbers those of one view."""

    view: str
    part: int
    at: datetime
    host: str

    @property
    def key(self) -> str:
        return f"{self.view}.x{self.part}"


Event = View | Reading | Exit
