"""Pages that must be made, beside a view that does nothing; and a comment."""

import json
import re
import time
from typing import Any
from urllib.parse import urlencode

from ..journeys.conftest import Site
from .asking import fetch, reader, sign_in, talker
from .kept import STORY
from .loads import cpu_seconds, say, web_processes

COLD = {
    "trivial answer (a redirect)": "/accounts/login",
    "front page": "/",
    "article, 8 comments": STORY,
    "article, 119 comments": "/opinion/most-people-should-not-hold-keys/",
    "article, 1,000 comments": "/policy/a-thousand-comments/",
    "section": "/markets/",
    "coin": "/prices/bitcoin/",
    "search": "/search/?q=bank",
}
THOUSAND_COMMENTS = """
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from articles.models import Article, Byline
from articles.publishing import workflow as publishing
from comments.reading import comment_counts as counting
from comments.models import SiteComment
first = Article.objects.get(slug="nine-banks-agree-when-a-payment-is-over")
story = Article(section=first.section, title="A thousand comments", slug="a-thousand-comments", standfirst="Many.",
                body=first.body, hero=first.hero)
story.save()
Byline.objects.create(article=story, author=first.authors.first())
publishing.publish(story, by=None)
kind, last = ContentType.objects.get_for_model(Article), 0
for number in range(1000):
    comment = SiteComment(content_type=kind, object_pk=str(story.pk), site_id=1, user_name=f"Reader {number}",
                          user_email="reader@readers.example", comment="The clause is short. " * 8,
                          parent_id=last if number % 4 else 0, submit_date=timezone.now())
    comment.save()
    last = comment.pk
counting.recount(story.pk)
"""


# In one process, where nothing else runs.
NEW_PRICES = """
import time
from django.core.wsgi import get_wsgi_application
from pagecache.page_cache import PageCache
from pagecache.render import render, renewed
front = PageCache(get_wsgi_application())
front.start()
time.sleep(1)
def cost(do, times=40):
    do()
    began = time.process_time()
    for _ in range(times):
        do()
    return (time.process_time() - began) / times * 1000
page = render(front.application, "{path}", 0)
result = [cost(lambda: render(front.application, "{path}", 0)), cost(lambda: renewed(page))]
front.stop()
"""


def new_prices(elsewhere: Any) -> None:
    """A kept page that gets new prices, beside the same page made anew."""
    for name, path in (
        ("front page", "/"),
        ("article, 8 comments", STORY),
        ("section", "/markets/"),
    ):
        made, renewed = elsewhere.do(NEW_PRICES.format(path=path))
        say(f"{name}: made, new prices", f"{made:.1f}", f"{renewed:.2f}", f"{renewed / made:.2f}")


def cold(site: Site, requests: int) -> None:
    trivial = 0.0
    web = web_processes(site)
    for name, path in COLD.items():
        ask = reader(site)
        for _ in range(10):
            ask(path)
        before, started = cpu_seconds(web), time.perf_counter()
        for _ in range(requests):
            ask(path)
        cpu = (cpu_seconds(web) - before) / requests * 1000
        trivial = trivial or cpu
        say(
            name,
            f"{requests / (time.perf_counter() - started):.0f}",
            f"{cpu:.2f}",
            f"{cpu / trivial:.0f}",
        )


def comments(site: Site, count: int) -> None:
    """An account holder’s comments, one after the other on one connection."""
    ask = talker(site)
    sign_in(ask)
    article = re.search(r'name="object_pk" value="(\d+)"', fetch(site, STORY)[1].decode())[1]
    form = {
        "content_type": "articles.article",
        "object_pk": article,
        "name": "a",
        "email": "a@readers.example",
    }
    tokens = json.loads(ask("GET", f"/comments/tokens/?{urlencode(form)}"), parse_int=str)
    web = web_processes(site)
    before, started = cpu_seconds(web), time.perf_counter()
    for number in range(count):
        ask(
            "POST",
            "/comments/post/",
            **form,
            **{key: str(value) for key, value in tokens.items()},
            comment=f"No. {number}",
        )
    cpu = (cpu_seconds(web) - before) / count * 1000
    say("a comment is posted", f"{count / (time.perf_counter() - started):.0f}", f"{cpu:.2f}", "")
