"""Every page of the desk opens, for those who may open it."""

import io
import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from advertising.campaigns import review
from advertising.models import Placement, Rate
from articles.models import Article, Image, StatusChange
from articles.publishing import revisions
from comments.models import SiteComment
from comments.moderation import decisions
from newsletter.composing import drafts
from newsletter.models import Subscriber, main_newsletter
from newsroom.models import AboutPage, Heartbeat, PeriodicJob, Publication
from ticker.models import PriceSource

from ..factories import (
    DraftArticleFactory,
    DraftBannerFactory,
    DraftPaidStoryFactory,
    PublishedArticleFactory,
    QuoteFactory,
    ScheduledArticleFactory,
    SectionFactory,
    TagFactory,
    UserFactory,
    add_version,
    comment_on,
    member_of,
    png,
)
from ..pages import squeezed

pytestmark = pytest.mark.django_db


@pytest.fixture
def one_of_each():
    """A row of every kind that the desk shows."""
    now = timezone.now()
    article = PublishedArticleFactory()
    StatusChange.objects.create(article=article, old_status="draft", new_status="published", at=now)
    article.tags.add(TagFactory())
    comment_on(article)
    QuoteFactory()
    placement = DraftBannerFactory()
    review.submit(placement, None)
    Rate.objects.create(product="banner", price=14, unit="per 1,000 views", details="Still images")
    Subscriber.objects.create(email="a@b.example", key="k", asked_at=now)
    drafts.draft(main_newsletter())
    Publication.objects.create(name="Finality")
    AboutPage.objects.create(title="Standards", slug="standards", body="<p>x</p>")
    PeriodicJob.objects.create(name="job", next_run_at=now)
    Heartbeat.objects.create(name="scheduler", at=now)
    PriceSource.objects.create(name="CoinGecko")


def sign_in(client, user):
    client.force_login(user)
    return client


@pytest.fixture
def chief(client):
    user = get_user_model().objects.create_superuser("chief", "chief@finality.example", "x")
    return sign_in(client, user)


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model._meta.label)
def test_every_page_opens(chief, one_of_each, model):
    names = model._meta.app_label, model._meta.model_name
    assert chief.get(reverse("admin:{}_{}_changelist".format(*names))).status_code == 200
    add = chief.get(reverse("admin:{}_{}_add".format(*names)))
    assert add.status_code in (200, 403)
    if row := model._default_manager.first():
        assert (
            chief.get(reverse("admin:{}_{}_change".format(*names), args=[row.pk])).status_code
            == 200
        )


def test_the_front_of_the_desk_shows_what_waits(chief, one_of_each):
    DraftArticleFactory(status="in_review")
    page = chief.get("/admin/").content.decode()
    assert "<b>1</b> stories in review" in page
    assert "<b>1</b> placements to review" in page


def test_the_editor_works_under_the_strict_policy(chief):
    """The import map of the body’s editor is inline: it needs the nonce that the policy names."""
    response = chief.get("/admin/articles/article/add/")
    nonce = re.search(r"'nonce-([^']+)'", response["Content-Security-Policy"])[1]
    assert f'<script type="importmap" nonce="{nonce}">' in response.content.decode()
    assert "unsafe" not in response["Content-Security-Policy"]


def form_of(article: Article, **changes) -> dict[str, str]:
    """The change form as a browser sends it."""
    byline = article.bylines.first()
    data = {
        "title": article.title,
        "slug": article.slug,
        "standfirst": article.standfirst,
        "kind": article.kind,
        "section": article.section_id,
        "body": article.body,
        "hero": article.hero_id or "",
        "comments_open": "on",
        "updated_at": "",
        "bylines-TOTAL_FORMS": 1,
        "bylines-INITIAL_FORMS": 1,
        "bylines-0-id": byline.pk,
        "bylines-0-article": article.pk,
        "bylines-0-author": byline.author_id,
        "bylines-0-position": 0,
        "article_coins-TOTAL_FORMS": 0,
        "article_coins-INITIAL_FORMS": 0,
    }
    return {**data, **changes}


def test_an_editor_saves_and_publishes_what_is_on_the_screen(client):
    article = DraftArticleFactory()
    sign_in(client, member_of("Editors"))
    address = reverse("admin:articles_article_change", args=[article.pk])
    changed = form_of(article, title="A better headline", _publish="1")
    assert client.post(address, changed).status_code == 302
    page = client.get(article.get_absolute_url())
    assert "A better headline" in page.content.decode()
    assert article.status_changes.get().new_status == "published"


def test_what_is_not_ready_is_said_and_stays_a_draft(client):
    article = DraftArticleFactory(standfirst="")
    sign_in(client, member_of("Editors"))
    response = client.post(
        reverse("admin:articles_article_status", args=[article.pk]), {"to": "publish"}, follow=True
    )
    assert "Standfirst: Add a standfirst." in response.content.decode()
    article.refresh_from_db()
    assert article.status == "draft"


@pytest.mark.parametrize("moment", ["tomorrow", "2026-13-45T99:99", "0001-01-01T00:00", "9" * 60])
def test_a_time_that_cannot_be_read_changes_nothing(client, moment):
    article = DraftArticleFactory()
    sign_in(client, member_of("Editors"))
    data = {"to": "publish", "publish_at": moment}
    response = client.post(
        reverse("admin:articles_article_status", args=[article.pk]), data, follow=True
    )
    assert "could not be read" in response.content.decode()
    article.refresh_from_db()
    assert article.status == "draft"


def test_scheduling_from_the_desk(client):
    article = DraftArticleFactory()
    sign_in(client, member_of("Editors"))
    at = (timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    address = reverse("admin:articles_article_status", args=[article.pk])
    assert (
        "Scheduled for"
        in client.post(address, {"to": "publish", "publish_at": at}, follow=True).content.decode()
    )
    assert client.get(article.get_absolute_url()).status_code == 404


def test_an_author_may_hand_in_and_not_publish(client):
    article, author = DraftArticleFactory(), member_of("Authors")
    revisions.keep(article, author)
    sign_in(client, author)
    address = reverse("admin:articles_article_status", args=[article.pk])
    assert "Only an editor" in client.post(address, {"to": "publish"}, follow=True).content.decode()
    client.post(address, {"to": "review"})
    article.refresh_from_db()
    assert article.status == "in_review"


def test_an_author_cannot_change_what_is_out(client):
    article = PublishedArticleFactory()
    sign_in(client, member_of("Authors"))
    address = reverse("admin:articles_article_change", args=[article.pk])
    assert client.post(address, form_of(article, title="Mine")).status_code == 403


def test_what_was_published_cannot_be_deleted(chief):
    article = PublishedArticleFactory()
    assert (
        chief.post(
            reverse("admin:articles_article_delete", args=[article.pk]), {"post": "yes"}
        ).status_code
        == 403
    )
    assert Article.objects.filter(pk=article.pk).exists()


def test_the_status_changes_by_post_only(chief):
    article = DraftArticleFactory()
    assert chief.get(reverse("admin:articles_article_status", args=[article.pk])).status_code == 405


def test_a_picture_is_checked_at_the_door(chief):
    def upload(content: bytes):
        file = io.BytesIO(content)
        file.name = "picture.png"
        fields = {"file": file, "alt": "A portico", "focal_x": 50, "focal_y": 50}
        return chief.post("/admin/articles/image/add/", fields)

    assert upload(png(700, 400)).status_code == 302
    image = Image.objects.get()
    assert (image.width, image.height) == (700, 400)
    for bad in (b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"nothing", png(700, 400)[:200]):
        assert upload(bad).status_code == 200
    assert Image.objects.count() == 1
    # Saving again without a new file is no upload.
    again = {"alt": "Another description", "focal_x": 50, "focal_y": 50}
    assert (
        chief.post(reverse("admin:articles_image_change", args=[image.pk]), again).status_code
        == 302
    )


def test_a_moderator_removes_and_puts_back(client):
    article = PublishedArticleFactory()
    comment = comment_on(article)
    sign_in(client, member_of("Moderators"))
    for action, count in (("remove", 0), ("put_back", 1)):
        data = {"action": action, "_selected_action": [comment.pk]}
        client.post(reverse("admin:comments_sitecomment_changelist"), data)
        article.refresh_from_db()
        assert article.comment_count == count
    assert SiteComment.objects.filter(pk=comment.pk, is_removed=False).exists()


def test_the_desk_reviews_a_placement_with_its_copy_before_it(client):
    placement = DraftBannerFactory()
    review.submit(placement, None)
    sign_in(client, member_of("Ad desk"))
    address = reverse("admin:advertising_placement_review", args=[placement.pk])
    page = client.get(address).content.decode()
    assert "Concentric rings" in page
    assert "https://palisade.example/report" in page
    asked = client.post(address, {"decision": "reject", "note": "", "version": "1"})
    assert "It is rejected for good and never runs." in asked.content.decode()
    refused = client.post(address, {"decision": "reject", "sure": "yes", "version": "1"})
    assert "Write a reason" in refused.content.decode()
    assert client.post(address, {"decision": "approve", "version": "1"}).status_code == 302
    assert Placement.objects.live().get() == placement


@pytest.mark.parametrize(
    "data",
    [{}, {"decision": "approve"}, {"decision": "approve", "version": "x"}, {"decision": "?"}],
)
def test_a_decision_that_is_none_changes_nothing(client, data):
    placement = DraftBannerFactory()
    review.submit(placement, None)
    sign_in(client, member_of("Ad desk"))
    assert (
        client.post(
            reverse("admin:advertising_placement_review", args=[placement.pk]), data
        ).status_code
        == 200
    )
    placement.refresh_from_db()
    assert placement.status == "submitted"


def test_custom_pages_of_the_desk_check_more_than_being_staff(client):
    """Django’s admin_view asks only whether somebody is staff."""
    placement, article = DraftBannerFactory(), ScheduledArticleFactory()
    review.submit(placement, None)
    pages = (
        (
            "admin:advertising_placement_review",
            placement.pk,
            {"decision": "approve", "version": "1"},
        ),
        ("admin:articles_article_status", article.pk, {"to": "withdraw"}),
    )
    for user, codes in ((UserFactory(is_staff=True), {403}), (UserFactory(), {302}), (None, {403})):
        client.logout()
        if user:
            client.force_login(user)
        for name, pk, data in pages:
            assert client.post(reverse(name, args=[pk]), data).status_code in codes
    placement.refresh_from_db()
    article.refresh_from_db()
    assert (placement.status, article.status) == ("submitted", "published")


@pytest.mark.parametrize(
    "query",
    ["q=%00", "q=%FF", "status__exact=%00", "o=%00", "p=99999", "e=1", "section__id__exact=%00"],
)
def test_wild_queries_on_the_desk(chief, query):
    """Django’s own lists answer with a page, or a redirect that says that something was wrong."""
    PublishedArticleFactory()
    assert chief.get(f"/admin/articles/article/?{query}").status_code in (200, 302, 400)


def test_the_desk_makes_a_house_banner_which_is_reviewed_like_any_other(client):
    house = DraftBannerFactory(advertiser__is_house=True)
    house.creatives.all().delete()
    sign_in(client, member_of("Ad desk"))
    file = io.BytesIO(png(300, 250))
    file.name = "house.png"
    data = {
        "placement": house.pk,
        "headline": "Write for us",
        "target_url": "https://finality.example/about/",
        "alt": "A desk",
        "pictures-TOTAL_FORMS": 1,
        "pictures-INITIAL_FORMS": 0,
        "pictures-0-size": "300x250",
        "pictures-0-file": file,
    }
    assert client.post("/admin/advertising/creative/add/", data).status_code == 302
    house.refresh_from_db()
    assert (house.status, house.latest_creative.version) == ("submitted", 1)
    wrong = io.BytesIO(png(301, 250))
    wrong.name = "wrong.png"
    page = client.post(
        "/admin/advertising/creative/add/", {**data, "pictures-0-file": wrong}
    ).content.decode()
    assert "must be exactly 300\u00a0×\u00a0250" in page
    assert house.creatives.count() == 1


def test_an_approved_paid_article_cannot_be_edited_around_its_review(chief):
    SectionFactory()
    placement = DraftPaidStoryFactory()
    add_version(placement, text="First.\n\n" + "word " * 130, headline="What custody is")
    review.submit(placement, None)
    review.approve(placement, None)
    article = Article.objects.get()
    address = reverse("admin:articles_article_change", args=[article.pk])
    assert chief.post(address, {"title": "Mine", "paid_by": ""}).status_code == 403
    assert (
        chief.post(
            reverse("admin:articles_article_status", args=[article.pk]), {"to": "withdraw"}
        ).status_code
        == 403
    )


def test_a_paid_kind_without_its_payer_is_a_sentence(chief):
    article = DraftArticleFactory()
    address = reverse("admin:articles_article_change", args=[article.pk])
    page = chief.post(address, form_of(article, kind="sponsored")).content.decode()
    assert "Sponsored articles and press releases name who paid" in page


def test_numbers_and_keys_that_nobody_typed_are_a_bad_request(chief):
    article = PublishedArticleFactory()
    comment_on(article)
    for data in (
        {"action": "remove", "_selected_action": "abc"},
        {"action": "remove", "_selected_action": "9" * 40},
    ):
        assert chief.post("/admin/comments/sitecomment/", data).status_code in (200, 302, 400)
    assert chief.get("/admin/comments/sitecomment/?submit_date__year=99999999999").status_code in (
        200,
        302,
        400,
    )
    assert chief.get("/admin/advertising/placement/add/?advertiser=abc").status_code in (200, 400)
    address = reverse("admin:articles_article_change", args=[article.pk])
    for value in ("abc", "9" * 30):
        assert chief.post(address, form_of(article, hero=value)).status_code in (200, 400)


def test_what_is_out_keeps_what_publishing_asked_for(client):
    article = PublishedArticleFactory()
    sign_in(client, member_of("Editors"))
    address = reverse("admin:articles_article_change", args=[article.pk])
    page = client.post(address, form_of(article, standfirst="", body="")).content.decode()
    assert "Add a standfirst." in page
    assert "Write the story first." in page
    article.refresh_from_db()
    assert article.standfirst


def test_the_desk_takes_an_approved_placement_off_the_pages(client):
    placement = DraftBannerFactory()
    review.submit(placement, None)
    review.approve(placement, None)
    sign_in(client, member_of("Ad desk"))
    address = reverse("admin:advertising_placement_review", args=[placement.pk])
    assert "Cancel campaign…" in squeezed(client.get(address).content.decode())
    asked = client.post(address, {"decision": "stop", "note": "It leads elsewhere now."})
    assert "It ends now, for good." in asked.content.decode()
    assert Placement.objects.live().exists()
    sent = {"decision": "stop", "note": "It leads elsewhere now.", "sure": "yes"}
    assert client.post(address, sent).status_code == 302
    assert not Placement.objects.live().exists()


def test_after_a_decision_the_next_in_the_queue_opens(client):
    first, second = DraftBannerFactory(), DraftBannerFactory()
    for placement in (first, second):
        review.submit(placement, None)
    sign_in(client, member_of("Ad desk"))
    for placement, following in (
        (first, reverse("admin:advertising_placement_review", args=[second.pk])),
        (second, reverse("admin:advertising_placement_changelist")),
    ):
        address = reverse("admin:advertising_placement_review", args=[placement.pk])
        answer = client.post(address, {"decision": "approve", "version": "1"})
        assert answer["Location"] == following


def test_comments_of_a_deleted_story_can_still_be_moderated():
    article = DraftArticleFactory()
    comment = comment_on(article)
    article.delete()
    assert len(decisions.remove(SiteComment.objects.filter(pk=comment.pk))) == 1
