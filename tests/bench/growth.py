"""The same pages of a small archive and a large one, asked in turns."""

import contextlib
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

from ..journeys.conftest import ROOT, Site, own_database, running_site
from .asking import reader, sign_in, talker
from .kept import STORY
from .loads import say

SMALL = 2  # thousand stories
FAR = "before=1650000000000000-5"
PAGES = {
    "trivial answer (a redirect)": "/accounts/login",
    "front page": "/",
    "article": STORY,
    "section": "/markets/",
    "section, years back": f"/markets/?{FAR}",
    "tag": "/tag/stablecoins/",
    "author": "/author/maren-oduya/",
    "coin": "/prices/bitcoin/",
    "archive, a month": "/archive/2024/3/",
    "feed": "/feeds/rss/",
    "search, a word of every story": "/search/?q=ledger",
    "search, five such words": "/search/?q=ledger+margin+clause+vault+desk",
    "search, a word of one story": "/search/?q=1777",
    "search, nothing found": "/search/?q=ledger+zebra",
    "search in a section": "/search/?q=ledger&section=markets",
    "search, years back": f"/search/?q=ledger&{FAR}",
}
DESK = {
    "the desk": "/admin/",
    "desk, stories": "/admin/articles/article/",
    "desk, stories of a section": "/admin/articles/article/?section__id__exact=1",
    "desk, stories in review": "/admin/articles/article/?status__exact=in_review",
    "desk, stories found": "/admin/articles/article/?q=ledger",
    "desk, comments": "/admin/comments/sitecomment/",
    "desk, comments removed": "/admin/comments/sitecomment/?is_removed__exact=1",
    "desk, placements": "/admin/advertising/placement/",
}


def measure(thousands: int, requests: int) -> None:
    """Build both archives, unless an earlier run left them in var/, and print their times side by
    side.
    """
    with archive(SMALL) as small, archive(thousands) as large:
        time.sleep(3)  # The first beats of scheduler and worker.
        say("", f"{SMALL},000: ms", f"{thousands},000: ms", "ratio")
        side_by_side([small, large], requests)


def side_by_side(sites: list[Site], requests: int) -> None:
    for who, pages in ((reader, PAGES), (editor, DESK)):
        asks = [who(site) for site in sites]
        for name, path in pages.items():
            few, many = (statistics.median(times) for times in in_turns(asks, path, requests))
            say(name, f"{few:.1f}", f"{many:.1f}", f"{many / few:.2f}")


@contextlib.contextmanager
def archive(thousands: int) -> Iterator[Site]:
    """A site with that many thousand stories and comments."""
    data = ROOT / "var" / f"bench-{thousands}"
    variables = {"WEB_WORKERS": "1", "LOG_LEVEL": "WARNING"}
    with (
        own_database(f"newsroom_bench_{thousands}") as url,
        running_site(data, url, **variables) as site,
    ):
        if url or not (data / "loaded").exists():
            fill(site, thousands)
            (data / "loaded").touch()
        yield site


def fill(site: Site, thousands: int) -> None:
    started = time.monotonic()
    command = [sys.executable, "manage.py", "load_demo", "--scale", str(thousands)]
    subprocess.run(command, cwd=ROOT, env=site.environment, check=True, stdout=subprocess.DEVNULL)
    print(
        f"{thousands},000 stories and comments loaded in {time.monotonic() - started:.0f} s",
        flush=True,
    )


def editor(site: Site) -> Callable[[str], None]:
    ask = talker(site)
    sign_in(ask)
    return lambda path: ask("GET", path)


def in_turns(asks: list[Callable[[str], None]], path: str, requests: int) -> list[list[float]]:
    """Milliseconds of every answer but the first two, of each site."""
    times: list[list[float]] = [[] for _ in asks]
    for _ in range(requests + 2):
        for ask, found in zip(asks, times, strict=True):
            started = time.perf_counter()
            ask(path)
            found.append((time.perf_counter() - started) * 1000)
    return [found[2:] for found in times]
