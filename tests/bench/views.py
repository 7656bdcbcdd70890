"""The page views that one process stores in a second, in batches of a second’s worth."""

from ..journeys.test_freshness import Elsewhere
from .loads import say

MEASURE = """
import secrets, time
from datetime import timedelta
from django.utils import timezone
from audience.counting import batch
from audience.counting.events import View
from audience.page_address import PageAddress
from audience.sources import source_of

def views(number, pages, start):
    now = timezone.now()
    source = source_of("https://www.google.com/", "", "news.example")
    return [
        View(
            secrets.token_urlsafe(12), PageAddress(f"/page/{{each % pages}}/"), now, person=f"p{{start + each}}",
            network=f"n{{(start + each) // 3}}", source=source, device="phone",
        )
        for each in range(number)
    ]

batch.store(views({pages}, {pages}, 0))
begun, cpu = time.perf_counter(), time.process_time()
for second in range(10):
    batch.store(views({a_second}, {pages}, 1_000_000 + second * {a_second}))
result = [10 * {a_second} / (time.perf_counter() - begun), (time.process_time() - cpu) / (10 * {a_second}) * 1e6]
"""


def measure(elsewhere: Elsewhere) -> None:
    """Half a thousand views a second, of a few pages and of many."""
    for pages in (20, 1_000):
        a_second, cpu = elsewhere.do(MEASURE.format(pages=pages, a_second=500))
        say(f"views stored, of {pages:,} pages", f"{a_second:,.0f}/s", f"{cpu:.0f} µs CPU a view")
