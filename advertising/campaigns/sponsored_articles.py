"""A sponsored article or press release is an Article, made from the approved copy and nothing
else.
"""

from datetime import UTC, datetime, time, timedelta
from html import escape
from typing import cast

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone
from django.utils.text import slugify

from advertising.campaigns import risk_warnings, story_text
from advertising.delivery.slots import STORY
from advertising.models import Creative, Placement, Product
from articles import body
from articles.media import rendering
from articles.models import Article, Image, Section
from articles.publishing import slugs, workflow

RELEASE_HOUR = 7  # of the first day, UTC
_KINDS = {
    Product.SPONSORED.value: Article.Kind.SPONSORED,
    Product.PRESS_RELEASE.value: Article.Kind.PRESS_RELEASE,
}


def publish(placement: Placement, creative: Creative) -> None:
    """Write the approved copy into the placement’s article and publish it from the first day on."""
    if not placement.is_paid_story:
        return
    article = placement.article or Article()
    release = _release_of(placement, article)
    write(article, placement, creative)
    article.hero = _picture(creative) or article.hero
    if article.pk is None:
        slugs.save_under(article, slugify(article.title)[:100] or "sponsored")
    else:
        article.save()
    placement.article = article
    workflow.publish(article, by=None, at=release)
    promote(placement)


def write(article: Article, placement: Placement, creative: Creative) -> None:
    """Put a version’s words into an article, in memory."""
    article.kind = _KINDS[placement.product]
    article.section = cast(Section, placement.section)
    article.title = creative.headline or placement.title
    article.standfirst, article.body = _standfirst_and_body(creative)
    article.paid_by = placement.advertiser.name
    article.disclosure = (
        creative.disclosure or f"{placement.advertiser.name} paid for this article."
    )
    article.risk_warning = risk_warnings.compose(creative.terms)
    article.comments_open = False


def preview(placement: Placement, creative: Creative) -> Article:
    """The article that a version would become, in memory alone."""
    article = Article(pk=0, slug="preview")
    write(article, placement, creative)
    article.section = placement.section or Section(name="Section", slug="section")
    article.body = body.sanitise(article.body)
    article.word_count = len(body.plain_text(article.body).split())
    starts_on = placement.starts_on or timezone.now().date()
    article.published_at = datetime.combine(starts_on, time(RELEASE_HOUR), tzinfo=UTC)
    supplied = creative.pictures.filter(size=STORY.name).first()
    if supplied:
        article.hero = Image(
            file=supplied.file.name, alt=creative.alt, width=STORY.width, height=STORY.height
        )
    return article


def _release_of(placement: Placement, article: Article) -> datetime:
    """At seven on its first day; at once, where it is approved later than that. What is out came out
    when it did.
    """
    if article.is_public:
        return cast(datetime, article.published_at)
    planned = datetime.combine(placement.run[0], time(RELEASE_HOUR), tzinfo=UTC)
    return max(planned, timezone.now())


def promote(placement: Placement) -> None:
    """Keep its article on the front page for the days that were bought, and no moment longer. It
    stays readable, under its label.
    """
    article = placement.article
    if article is None or placement.product != Product.SPONSORED:
        return
    ends = datetime.combine(placement.run[1] + timedelta(days=1), time(), tzinfo=UTC)
    is_off = placement.stopped_at or placement.paused_at
    article.promoted_until = min(ends, timezone.now()) if is_off else ends
    article.save(update_fields=["promoted_until"])


def withdraw(placement: Placement) -> None:
    """Take the article itself off the site."""
    article = placement.article
    if article and article.status == Article.Status.PUBLISHED:
        workflow.withdraw(article, by=None, note="The campaign was cancelled.")


def _standfirst_and_body(creative: Creative) -> tuple[str, str]:
    """Nothing of the approved text is lost, and the address that was approved stands below it."""
    html = creative.html or story_text.from_plain(creative.text)
    if not html:
        raise ValidationError("The text is empty.")
    standfirst, rest = story_text.standfirst_and_body(html)
    address = escape(creative.target_url)
    return standfirst, f'{rest}<p><a href="{address}">{address}</a></p>'


def _picture(creative: Creative) -> Image | None:
    supplied = creative.pictures.filter(size=STORY.name).first()
    if supplied is None:
        return None
    with supplied.file.open("rb") as file:
        content = ContentFile(file.read(), name=str(supplied.file.name).rsplit("/", 1)[-1])
    image = Image.objects.create(
        file=content,
        alt=creative.alt or "Picture supplied by the advertiser",
        credit=creative.placement.advertiser.name,
    )
    rendering.render_later(image)
    return image
