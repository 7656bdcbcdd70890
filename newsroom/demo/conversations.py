"""The demo’s conversations, with times that follow the story’s."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType

from articles.models import Article, Author
from comments.models import CommentStats, FeaturedComment, Flag, SiteComment, comments_on
from comments.posting import submission
from comments.reading import comment_counts
from newsroom.demo import files


def load(now: datetime, say: Callable[[str], None]) -> None:
    say("Holding conversations …")
    authors = {author.slug: author for author in Author.objects.select_related("user")}
    for article in Article.objects.stories():
        roots = files.conversation(article.slug)
        if roots and not comments_on(article).exists():
            Talk(article, authors, now).hold(roots)
    if not Flag.objects.exists():
        leave_something_to_read()


# What the rules hold, each for another reason. The address is an example of the standard’s own.
TO_READ = {
    "Brank Support": "Lost coins? I know a recovery expert who got my bitcoin back. Write to @brank_help on Telegram.",
    "Αdmin": "Your account must be checked. Please enter your 12 words on our page.",
    "Perpetua": "I paid to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed and nothing came. Is it the right one?",
    "Gwilym": "Four notices, four prices: https://a.finality.example https://b.finality.example "
    "https://c.finality.example https://d.finality.example",
}


def leave_something_to_read() -> None:
    """Posted as readers would, so that the queue of the moderators holds what the rules hold."""
    article = (
        Article.objects.stories().published().filter(comments_open=True).latest("published_at")
    )
    for number, (name, text) in enumerate(TO_READ.items()):
        words = {"name": name, "email": f"reader-to-read-{number}@readers.example", "comment": text}
        submission.publish(article, words, ip=None)


class Talk:
    """One conversation on its way into the database."""

    def __init__(self, article: Article, authors: dict[str, Author], now: datetime) -> None:
        self.article = article
        self.authors = authors
        self.now = now
        self.rng = random.Random(article.slug)
        self.content_type = ContentType.objects.get_for_model(Article)
        self.removed: list[int] = []

    def hold(self, roots: list[files.DemoComment]) -> None:
        published = self.article.published_at or self.now
        window = min(self.now - published, timedelta(days=3))
        for index, written in enumerate(roots):
            self.say(written, 0, published + window * (index + 1) / (len(roots) + 2))
        SiteComment.objects.filter(pk__in=self.removed).update(is_removed=True)
        comment_counts.recount(self.article.pk)

    def say(self, written: files.DemoComment, parent: int, at: datetime) -> None:
        author = self.authors.get(written.name[1:]) if written.name.startswith("@") else None
        name = author.name if author else ("Fast profits" if written.is_removed else written.name)
        comment = SiteComment(
            content_type=self.content_type,
            object_pk=str(self.article.pk),
            site_id=settings.SITE_ID,
            user=author.user if author else None,
            user_name=name,
            user_email=author.email
            if author
            else f"reader{self.rng.randrange(10**6)}@readers.example",
            comment="Write to me and I will double it." if written.is_removed else written.text,
            parent_id=parent,
            submit_date=min(at, self.now),
        )
        comment.save()
        if written.is_picked:
            FeaturedComment.objects.create(article=self.article, comment=comment)
        if written.is_removed:
            self.removed.append(comment.pk)
        else:
            agreed, disagreed = self.rng.randrange(2, 90), self.rng.choice((0, 0, 2, 3, 5))
            CommentStats.objects.create(comment=comment, agreed=agreed, disagreed=disagreed)
        for reply in written.replies:
            at = min(at + timedelta(minutes=self.rng.randrange(6, 170)), self.now)
            self.say(reply, comment.pk, at)
