"""
Permissions: every page of the desk, asked by every group.

A page of the desk that is not in these tables fails the test, so whoever adds one decides who may
open it.
"""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from advertising.campaigns import review
from articles.models import Article
from articles.publishing import previews, revisions, trash
from newsletter.composing import drafts
from newsletter.models import main_newsletter

from ..factories import (
    DraftArticleFactory,
    DraftBannerFactory,
    PublishedArticleFactory,
    SectionFactory,
    TagFactory,
    UserFactory,
    member_of,
)
from ..pagecache.test_rules import patterns

pytestmark = pytest.mark.django_db

# Letters of the groups: Authors, Editors, Chief editors, Moderators, aD desk, Finance.
GROUPS = {
    "A": "Authors",
    "E": "Editors",
    "C": "Chief editors",
    "M": "Moderators",
    "D": "Ad desk",
    "F": "Finance",
}

# Model: who may look, who may add. Nobody of these groups sees a model that is not here.
MODELS = {
    "articles.article": ("AECMD", "AEC"),
    "articles.image": ("AEC", "AEC"),
    "articles.author": ("AEC", "EC"),
    "articles.section": ("AECD", "EC"),
    "articles.tag": ("AEC", "AEC"),
    "articles.statuschange": ("EC", ""),
    "articles.correction": ("AEC", "EC"),
    "articles.frontpick": ("EC", "EC"),
    "articles.formerslug": ("EC", ""),
    "articles.redirect": ("EC", "C"),
    "comments.sitecomment": ("ECM", ""),
    "comments.rule": ("ECM", "CM"),
    "comments.removalreason": ("ECM", "CM"),
    "comments.ban": ("ECM", "ECM"),
    "comments.conversationsettings": ("ECM", "CM"),
    "comments.ipanonymisationrun": ("C", ""),
    "newsroom.privacyrequest": ("C", ""),
    "ticker.coin": ("AEC", "EC"),
    "ticker.quote": ("EC", ""),
    "ticker.pricesource": ("EC", ""),
    "advertising.advertiser": ("CDF", "D"),
    "advertising.placement": ("CDF", "D"),
    "advertising.creative": ("CD", "D"),
    "advertising.reviewdecision": ("CD", ""),
    "advertising.rate": ("DF", "D"),
    "advertising.ratecardtext": ("D", "D"),
    "advertising.order": ("DF", ""),
    "advertising.shortfall": ("DF", ""),
    "advertising.dailycount": ("D", ""),
    "advertising.providerevent": ("F", ""),
    "advertising.salesterms": ("DF", "F"),
    "newsletter.subscriber": ("EC", ""),
    "newsletter.subscribertag": ("EC", "EC"),
    "newsletter.newsletter": ("EC", "EC"),
    "newsletter.issue": ("EC", "EC"),
    "newsroom.publication": ("EC", ""),
    "newsroom.aboutpage": ("EC", "EC"),
    "transfer.import": ("C", "C"),
    "audience.dailyvisitors": ("AECD", ""),
    "newsroom.periodicjob": ("C", ""),
    "newsroom.heartbeat": ("C", ""),
    "newsroom.job": ("C", ""),
    "newsroom.login": ("C", ""),
    "admin.logentry": ("C", ""),
}

# Our own pages: method, who may on a draft, who may on a story that is out.
STORY_PAGES = {
    "articles_article_status": ("post", "AEC", "EC"),
    "articles_article_versions": ("get", "AEC", "AECMD"),
    "articles_article_version": ("get", "AEC", "AECMD"),
    "articles_article_version_keep": ("post", "AEC", "EC"),
    "articles_article_autosave": ("post", "AEC", "EC"),
    "articles_article_preview": ("get", "AEC", "EC"),
    "articles_article_preview_page": ("get", "AEC", "EC"),
    "articles_article_share": ("post", "AEC", "EC"),
    "articles_article_revoke": ("post", "AEC", "EC"),
    "articles_article_take_out": ("post", "AEC", "EC"),
    "articles_article_move": ("post", "AEC", "EC"),
}
OTHER_PAGES = {
    "articles_article_autosave_new": "AEC",
    "articles_article_token": "AECMDF",
    "articles_article_begin": "AEC",
    "articles_article_calendar": "AEC",
    "articles_article_plan": "AEC",
    "articles_image_pick": "AEC",
    "articles_image_thumb": "AEC",
    "articles_article_merge": "C",
    "newsroom_privacyrequest_person": "C",
    "ticker_coin_find": "EC",
    "ticker_coin_check": "EC",
    "ticker_pricesource_refresh": "EC",
    "comments_sitecomment_queue": "ECM",
    "comments_sitecomment_statistics": "ECM",
    "comments_sitecomment_decide": "ECM",
    "comments_sitecomment_undo": "ECM",
    "comments_sitecomment_assign": "ECM",
    "comments_sitecomment_reply": "ECM",
    "comments_sitecomment_commenter": "ECM",
    "comments_sitecomment_note": "ECM",
    "comments_sitecomment_bulk": "ECM",
    "comments_rule_word_lists": "CM",
    "advertising_placement_review": "CD",
    "advertising_placement_calendar": "CDF",
    "transfer_import_notes": "C",
    "audience_stories": "AECD",
    "audience_story": "AECD",
    "audience_subjects": "AECD",
    "audience_sources": "AECD",
    "audience_searches": "AECD",
    "audience_missing": "AECD",
    "advertising_order_accounts": "F",
    "advertising_order_export": "F",
    "advertising_placement_preview": "CD",
    "advertising_shortfall_decide": "D",
    "newsletter_newsletter_sender": "EC",
    "newsletter_issue_do": "EC",
    "newsletter_issue_ask": "EC",
    "newsletter_subscriber_subscribe": "EC",
    "newsletter_subscriber_import": "EC",
    "newsletter_subscriber_report": "EC",
    "newsletter_subscriber_export": "EC",
    "newsletter_subscriber_do": "EC",
    "newsletter_issue_preview": "EC",
    "newsletter_issue_mail": "EC",
}
DJANGOS = {
    "index",
    "login",
    "logout",
    "password_change",
    "password_change_done",
    "autocomplete",
    "jsi18n",
} | {
    "view_on_site",
    "app_list",
}


@pytest.fixture
def people():
    """A signed-in browser for each group, one for an account without any, and one for nobody."""
    found = {}
    for letter, group in GROUPS.items():
        found[letter] = Client()
        found[letter].force_login(member_of(group))
    found["stranger"] = Client()
    found["stranger"].force_login(UserFactory())
    found["nobody"] = Client()
    return found


def allowed(people, method: str, address: str) -> str:
    """The letters of those who are let in. Everybody else is refused, and strangers are asked to
    sign in.
    """
    letters = ""
    for letter, client in people.items():
        status = getattr(client, method)(address).status_code
        if letter in GROUPS:
            assert status in (200, 302, 400, 403), (letter, address, status)
            letters += letter if status != 403 else ""
        else:
            answer = getattr(client, method)(address)
            assert answer.status_code in (302, 403), (letter, address)
            if answer.status_code == 302:
                assert (
                    "/accounts/login/" in answer["Location"]
                    or "/admin/login/" in answer["Location"]
                )
    return letters


@pytest.mark.parametrize(
    "model", list(admin.site._registry), ids=lambda model: model._meta.label_lower
)
def test_who_sees_and_adds_what(people, model):
    look, add = MODELS.get(model._meta.label_lower, ("", ""))
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert allowed(people, "get", reverse(f"{name}_changelist")) == look
    assert allowed(people, "get", reverse(f"{name}_add")) == add


@pytest.mark.parametrize("name", STORY_PAGES)
def test_who_may_do_what_with_a_story(people, name):
    method, on_draft, on_story = STORY_PAGES[name]
    for factory, expected in ((DraftArticleFactory, on_draft), (PublishedArticleFactory, on_story)):
        story = factory()
        revisions.keep(story, get_user_model().objects.get(groups__name="Authors"))
        arguments = [story.pk]
        if "version" in name and not name.endswith("versions"):
            arguments.append(1)
        if name.endswith("revoke"):
            arguments.append(previews.share(story, member_of("Editors")).pk)
        assert allowed(people, method, reverse(f"admin:{name}", args=arguments)) == expected, (
            factory
        )


def test_the_story_of_somebody_else_is_read_by_authors_and_not_changed(people):
    story = DraftArticleFactory()
    revisions.keep(story, None)
    for name in ("articles_article_autosave", "articles_article_status", "articles_article_share"):
        assert allowed(people, "post", reverse(f"admin:{name}", args=[story.pk])) == "EC"


def test_who_may_do_the_rest(people):
    assert allowed(people, "post", reverse("admin:articles_article_autosave_new")) == "AEC"
    assert allowed(people, "get", reverse("admin:articles_article_token")) == "AECMDF"
    assert allowed(people, "get", reverse("admin:articles_image_pick")) == "AEC"
    assert allowed(people, "get", reverse("admin:articles_article_calendar")) == "AEC"
    assert allowed(people, "post", reverse("admin:articles_article_plan")) == "AEC"
    template = DraftArticleFactory(is_template=True)
    assert (
        allowed(people, "post", reverse("admin:articles_article_begin", args=[template.pk]))
        == "AEC"
    )
    placement = DraftBannerFactory()
    review.submit(placement, None)
    assert (
        allowed(people, "get", reverse("admin:advertising_placement_review", args=[placement.pk]))
        == "CD"
    )
    issue = drafts.draft(main_newsletter())
    assert (
        allowed(people, "get", reverse("admin:newsletter_issue_preview", args=[issue.pk])) == "EC"
    )
    assert (
        allowed(people, "get", reverse("admin:newsletter_issue_mail", args=[issue.pk, "dark"]))
        == "EC"
    )
    assert allowed(people, "post", reverse("admin:newsletter_issue_do", args=[issue.pk])) == "EC"
    assert allowed(people, "get", reverse("admin:newsletter_newsletter_sender")) == "EC"


def test_only_a_chief_merges(people):
    story = PublishedArticleFactory()
    assert allowed(people, "get", reverse("admin:articles_article_merge", args=[story.pk])) == "C"


def test_nobody_but_editors_publishes_withdraws_or_deletes_what_is_out(people):
    for letter, client in people.items():
        story, draft = PublishedArticleFactory(), DraftArticleFactory()
        client.post(reverse("admin:articles_article_status", args=[draft.pk]), {"to": "publish"})
        client.post(reverse("admin:articles_article_status", args=[story.pk]), {"to": "withdraw"})
        client.post(reverse("admin:articles_article_delete", args=[story.pk]), {"post": "yes"})
        draft.refresh_from_db()
        expected = ("published", "withdrawn") if letter in "EC" else ("draft", "published")
        assert (draft.status, Article.objects.get(pk=story.pk).status) == expected, letter


def test_only_a_chief_deletes_and_only_from_the_trash(people):
    for letter, client in people.items():
        draft = DraftArticleFactory()
        client.post(reverse("admin:articles_article_delete", args=[draft.pk]), {"post": "yes"})
        assert Article.objects.filter(pk=draft.pk).exists(), letter
        trash.put_in(draft)
        client.post(reverse("admin:articles_article_delete", args=[draft.pk]), {"post": "yes"})
        assert Article.objects.filter(pk=draft.pk).exists() is (letter != "C"), letter


def test_every_page_of_the_desk_is_in_a_table():
    SectionFactory()
    TagFactory()
    known = set(STORY_PAGES) | set(OTHER_PAGES) | DJANGOS
    unknown = set()
    for place, pattern in patterns(get_resolver()):
        if not place.startswith("admin/"):
            continue
        assert isinstance(pattern, URLPattern)
        name = pattern.name or ""
        if (
            name.endswith(("_changelist", "_add", "_history", "_delete", "_change"))
            or name in known
            or not name
        ):
            continue
        unknown.add(name)
    # Django’s own pages for passwords of accounts.
    assert unknown == {"auth_user_password_change"} or unknown == set()
