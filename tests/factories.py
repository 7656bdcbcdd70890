"""Objects named by their state, so that a test reads as what it is about."""

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import factory
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image as Pillow

from advertising.campaigns import review
from advertising.delivery.slots import SLOTS
from advertising.models import Advertiser, Creative, CreativePicture, Placement, Product
from articles.models import Article, Author, Byline, Image, Section, Tag
from articles.publishing import bylines
from comments.models import SiteComment
from comments.reading import comment_counts
from ticker.models import Coin, Quote


def png(width: int = 64, height: int = 64, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Pillow.new("RGB", (width, height), "#0a5a41").save(buffer, kind)
    return buffer.getvalue()


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = get_user_model()
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    email = factory.LazyAttribute(lambda user: f"{user.username}@readers.example")


def member_of(group: str, **kwargs: Any) -> Any:
    """A member of staff in one of the desk’s groups."""
    user = UserFactory(is_staff=True, **kwargs)
    user.groups.add(Group.objects.get(name=group))
    return user


class SectionFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Section
        django_get_or_create = ("slug",)

    name = "Policy"
    slug = factory.LazyAttribute(lambda section: section.name.lower())


class TagFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Tag

    name = factory.Sequence(lambda n: f"Tag {n}")
    slug = factory.Sequence(lambda n: f"tag-{n}")


class AuthorFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Author

    name = factory.Sequence(lambda n: f"Ada Quill{n}")
    slug = factory.Sequence(lambda n: f"ada-quill-{n}")
    role = "Policy editor"


class ImageFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Image

    file = factory.LazyFunction(lambda: ContentFile(png(64, 40), "picture.png"))
    alt = "A portico"


class DraftArticleFactory(factory.django.DjangoModelFactory):
    """A draft with everything that publishing asks for."""

    class Meta:
        model = Article
        skip_postgeneration_save = True

    section = factory.SubFactory(SectionFactory)
    title = factory.Sequence(lambda n: f"The clause number {n}")
    slug = factory.Sequence(lambda n: f"the-clause-{n}")
    standfirst = "Three banks have rewritten the paragraph."
    body = "<p>The paragraph is number 14.</p><h2>A gap</h2><p>It was short.</p>"
    hero = factory.SubFactory(ImageFactory)

    @factory.post_generation
    def authors(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        for position, author in enumerate([AuthorFactory()] if extracted is None else extracted):
            Byline.objects.create(article=self, author=author, position=position)
        bylines.refresh(self)


class PublishedArticleFactory(DraftArticleFactory):
    status = Article.Status.PUBLISHED
    published_at = factory.LazyFunction(lambda: timezone.now() - timedelta(hours=2))


class ScheduledArticleFactory(DraftArticleFactory):
    status = Article.Status.PUBLISHED
    published_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=2))


class SponsoredArticleFactory(PublishedArticleFactory):
    kind = Article.Kind.SPONSORED
    paid_by = "Palisade Custody"
    disclosure = "Palisade Custody paid $1,800."
    comments_open = False
    authors = factory.PostGeneration(lambda *args, **kwargs: None)


class CoinFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Coin
        django_get_or_create = ("symbol",)

    name = "Bitcoin"
    symbol = "BTC"
    slug = factory.LazyAttribute(lambda coin: coin.name.lower())
    coingecko_id = factory.LazyAttribute(lambda coin: coin.name.lower())
    position = 10
    is_on_strip = True


class QuoteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Quote

    coin = factory.SubFactory(CoinFactory)
    price = Decimal("97412")
    change_24h = Decimal("2.31")
    source = "CoinGecko"
    quoted_at = factory.LazyFunction(timezone.now)
    fetched_at = factory.LazyFunction(timezone.now)


def comment_on(article: Article, parent: SiteComment | None = None, **kwargs: Any) -> SiteComment:
    values: dict[str, Any] = {
        "user_name": "Wendeline",
        "user_email": "wendeline@readers.example",
        "comment": "The fax number was already dead then.",
        "submit_date": timezone.now(),
    }
    comment = SiteComment(
        content_type=ContentType.objects.get_for_model(Article),
        object_pk=str(article.pk),
        site_id=settings.SITE_ID,
        parent_id=parent.pk if parent else 0,
        **{**values, **kwargs},
    )
    comment.save()
    comment_counts.recount(article.pk)
    return comment


class AdvertiserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Advertiser

    name = factory.Sequence(lambda n: f"Palisade {n}")
    contact_email = "desk@palisade.example"
    billing_address = "1 Vault Row\nExample City"
    country = "IE"


class DraftBannerFactory(factory.django.DjangoModelFactory):
    """A banner for the rectangle, with its first version, running from yesterday."""

    class Meta:
        model = Placement
        skip_postgeneration_save = True

    advertiser = factory.SubFactory(AdvertiserFactory)
    product = Product.BANNER
    title = factory.Sequence(lambda n: f"Two sets of keys {n}")
    slot = "rectangle"
    starts_on = factory.LazyFunction(lambda: timezone.now().date() - timedelta(days=1))
    ends_on = factory.LazyFunction(lambda: timezone.now().date() + timedelta(days=10))

    @factory.post_generation
    def creative(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        add_version(self)


class DraftPaidStoryFactory(DraftBannerFactory):
    """A sponsored article as it is before its words are written."""

    product = Product.SPONSORED
    slot = ""
    section = factory.SubFactory(SectionFactory)


def running_banner(**kwargs: Any) -> Placement:
    """A banner that an editor approved."""
    placement = DraftBannerFactory(**kwargs)
    review.submit(placement, None)
    review.approve(placement, None)
    return placement


def add_version(placement: Placement, **values: Any) -> Creative:
    latest = placement.latest_creative
    words: dict[str, Any] = {
        "headline": "Two sets of keys",
        "target_url": "https://palisade.example/report",
        "alt": "Concentric rings",
        "text": "",
        "disclosure": "Palisade paid $1,800 for this article.",
    }
    creative = Creative.objects.create(
        placement=placement, version=latest.version + 1 if latest else 1, **{**words, **values}
    )
    if placement.slot:
        for size in SLOTS[placement.slot].sizes:
            file = ContentFile(png(size.width, size.height), f"{size.name}.png")
            CreativePicture.objects.create(creative=creative, size=size.name, file=file)
    return creative
