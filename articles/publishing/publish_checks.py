"""Publish checks: what stops a story from being published, and what would improve it."""

from dataclasses import dataclass

from articles import body
from articles.models import Article
from articles.publishing import text_checks, workflow

LONGEST_FOR_SEARCH = 110  # characters of a headline: Google shows no more
SHORTEST = 120  # words of a story
WITHOUT_HEADING = 500  # words that a reader goes without a place to rest


@dataclass(frozen=True)
class PublishCheck:
    field: str
    text: str
    blocks: bool


def checks_for(article: Article) -> list[PublishCheck]:
    """Return what blocks first, then what advises; nothing for a story that is fine."""
    return [
        PublishCheck(field, text, blocks=True)
        for field, text in workflow.what_is_missing(article).items()
    ] + [PublishCheck(field, text, blocks=False) for field, text in _advice(article)]


def _advice(article: Article) -> list[tuple[str, str]]:
    found = []
    if len(article.title) > LONGEST_FOR_SEARCH:
        found.append(
            ("title", f"Search engines cut headlines after {LONGEST_FOR_SEARCH} characters.")
        )
    if article.title.rstrip().endswith("."):
        found.append(("title", "Headlines end without a full stop."))
    found += [("body", text) for text in text_checks.problems(article.body)]
    if article.kind != Article.Kind.STORY:
        return found
    if article.word_count < SHORTEST:
        found.append(
            ("body", f"{article.word_count} words are short for a story; a brief needs no picture.")
        )
    if article.word_count > WITHOUT_HEADING and "<h2" not in article.body:
        found.append(("body", "A heading in the middle gives readers a place to rest."))
    if body.images_without_alt(article.body):
        found.append(("body", "A picture in the text has no description."))
    if article.hero and not article.hero.credit:
        found.append(("hero", "The picture has no credit."))
    if not article.tags.all():
        found.append(("tags", "Without a tag nobody finds it from related stories."))
    return found
