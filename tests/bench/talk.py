"""Conversations: a very long one beside a short one, many who write at once, and a queue of many
that wait.
"""

import json
import re
import statistics
import threading
import time
from urllib.parse import urlencode

from ..journeys.conftest import Site
from ..journeys.test_freshness import Elsewhere
from .asking import fetch, reader, talker
from .growth import editor, in_turns
from .loads import cpu_seconds, say, web_processes

SHORT, LONG = "/policy/eight-comments/", "/policy/ten-thousand-comments/"
CLIENTS = 16
SECONDS = 30
HELD = 100_000

NAMES = """
import random
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from articles.models import Article, Byline
from articles.publishing import workflow as publishing
from comments.reading import comment_counts as counting
from comments.models import Flag, Rule, SiteComment, VerifiedCommenter
kind = ContentType.objects.get_for_model(Article)
"""
STORIES = """
Rule.objects.update(is_on=False)  # who posts without end would be held as such
first = Article.objects.get(slug="nine-banks-agree-when-a-payment-is-over")
def hold(title, slug, number):
    story = Article(section=first.section, title=title, slug=slug, standfirst="Many.", body=first.body, hero=first.hero)
    story.save()
    Byline.objects.create(article=story, author=first.authors.first())
    publishing.publish(story, by=None)
    rng, said = random.Random(number), []
    for index in range(number):
        comment = SiteComment(content_type=kind, object_pk=str(story.pk), site_id=1, user_name=f"Reader {index}",
                              user_email="reader@readers.example", comment="The clause is short. " * 8,
                              submit_date=timezone.now())
        comment.parent_id = rng.choice(said) if said and rng.random() < 0.8 else 0
        comment.save()
        said.append(comment.pk)
    counting.recount(story.pk)
hold("Eight comments", "eight-comments", 8)
hold("Ten thousand comments", "ten-thousand-comments", 10_000)
"""
READERS = f"""
import hashlib
for number in range({CLIENTS}):
    digest = hashlib.sha256(f"bench-{{number}}".encode()).hexdigest()
    VerifiedCommenter.objects.create(digest=digest, name=f"Writer {{number}}",
                                     email=f"writer{{number}}@readers.example", confirmed_at=timezone.now())
"""
COUNT = """
kept = SiteComment.objects.filter(comment__startswith="Writer ")
story = Article.objects.get(slug="ten-thousand-comments")
different, places = kept.values("comment").distinct().count(), kept.values("thread_id", "order").distinct().count()
result = [kept.count(), different, places, story.comment_count - 10_000]
"""
HOLD = f"""
short = Article.objects.get(slug="eight-comments").pk
from django_comments.models import Comment
from django_comments_xtd.models import XtdComment
from django.db.models import Max
from newsroom.operations import query_statistics
begin = Comment.objects.aggregate(last=Max("pk"))["last"] + 1
for start in range(begin, begin + {HELD}, 1000):
    rows = [dict(pk=pk, content_type=kind, object_pk=str(short), site_id=1, user_name=f"Held {{pk}}", is_public=False,
                 user_email=f"held{{pk % 5000}}@readers.example", comment="Write to me.", submit_date=timezone.now())
            for pk in range(start, start + 1000)]
    Comment.objects.bulk_create(Comment(**row) for row in rows)
    for row in rows:
        row = {{"comment_ptr_id": row["pk"], "thread_id": row["pk"], "parent_id": row["pk"]}}
        XtdComment(**row).save_base(raw=True, force_insert=True)
    Flag.objects.bulk_create(Flag(comment_id=row["pk"], rule_name="Messenger handles", action="hold")
                                for row in rows)
query_statistics.refresh.func()
"""


def long_and_short(site: Site, requests: int) -> None:
    asks = [reader(site), reader(site)]
    times: list[list[float]] = [[], []]
    for _ in range(requests + 2):
        for ask, path, found in zip(asks, (SHORT, LONG), times, strict=True):
            started = time.perf_counter()
            ask(path)
            found.append((time.perf_counter() - started) * 1000)
    few, many = (statistics.median(found[2:]) for found in times)
    say("article, made", f"{few:.1f}", f"{many:.1f}", f"{many / few:.2f}")


def posts(site: Site, elsewhere: Elsewhere, seconds: int = SECONDS) -> None:
    """As many as 16 readers can post in half a minute into one long conversation; each was told
    that it stands.
    """
    article = re.search(r'name="object_pk" value="(\d+)"', fetch(site, LONG)[1].decode())[1]
    web, told, wrong = web_processes(site), [0] * CLIENTS, []
    roots = re.findall(r'data-reply="(\d+)"', fetch(site, LONG)[1].decode())
    begun, started = cpu_seconds(web), time.perf_counter()

    def post(number: int) -> None:
        ask = talker(site, reader=f"bench-{number}")
        form = {"content_type": "articles.article", "object_pk": article}
        tokens = json.loads(ask("GET", f"/comments/tokens/?{urlencode(form)}"), parse_int=str)
        form |= {
            name: tokens[name] for name in ("csrfmiddlewaretoken", "timestamp", "security_hash")
        }
        while time.perf_counter() - started < seconds:
            form["comment"], form["reply_to"] = (
                f"Writer {number}, no. {told[number]}.",
                roots[told[number] % len(roots)],
            )
            try:
                ask("POST", "/comments/post/", **form)
            except (SystemExit, OSError) as error:
                wrong.append(str(error))
                return
            told[number] += 1

    threads = [threading.Thread(target=post, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    kept = elsewhere.do(NAMES + COUNT)
    cpu = (cpu_seconds(web) - begun) / max(sum(told), 1) * 1000
    say(
        f"posts by {CLIENTS} clients, told: {sum(told)}",
        f"{sum(told) / took:.0f}/s",
        f"{cpu:.1f} ms CPU",
        "",
    )
    say("  kept, different, places, counted", *kept)
    say("  went wrong", len(wrong), *wrong[:2])


def queue(site: Site, elsewhere: Elsewhere, requests: int) -> None:
    """The moderators’ queue with what the demo leaves in it, and with a hundred thousand."""
    few = statistics.median(in_turns([editor(site)], QUEUE, requests)[0])
    elsewhere.do(NAMES + HOLD)
    many = statistics.median(in_turns([editor(site)], QUEUE, requests)[0])
    say(f"queue, {HELD:,} wait", f"{few:.1f}", f"{many:.1f}", f"{many / few:.2f}")


QUEUE = "/admin/comments/sitecomment/queue/"


def measure(site: Site, requests: int) -> None:
    elsewhere = Elsewhere(site)
    elsewhere.do(NAMES + STORIES + READERS)
    say("", "8: ms", "10,000: ms", "ratio")
    long_and_short(site, requests)
    posts(site, elsewhere)
    queue(site, elsewhere, requests)
    elsewhere.stop()
