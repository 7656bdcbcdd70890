"""Readers who asked to be remembered: their form is short, and a confirmed address needs no mail
again.
"""

from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from comments.models import Confirmation, ConversationSettings, Rule, SiteComment, VerifiedCommenter
from comments.posting import confirmation, verified_commenters

from ..factories import PublishedArticleFactory, SectionFactory, UserFactory, comment_on
from .test_posting import fresh, target

pytestmark = pytest.mark.django_db
ADDRESS = "hollis@readers.example"


@pytest.fixture
def article():
    return PublishedArticleFactory(slug="the-clause", section=SectionFactory(name="Policy"))


def say(client, article, text, **data):
    words = {"name": "Hollis", "email": ADDRESS, "comment": text} | data
    return client.post("/comments/post/", fresh(article, **words))


@pytest.fixture
def known(client, article):
    """A browser from which an address was confirmed."""
    say(client, article, "The first.", remember="on")
    client.post(f"/comments/confirm/{Confirmation.objects.get().key}/")
    return client


def test_the_next_comment_of_a_confirmed_reader_stands_at_once_and_needs_no_address(known, article):
    mail.outbox.clear()
    answer = say(known, article, "The second.", name="", email="")
    comment = SiteComment.objects.get(comment="The second.")
    assert answer["Location"].endswith(f"#c{comment.pk}")
    assert (comment.user_name, comment.user_email, comment.is_public) == ("Hollis", ADDRESS, True)
    assert mail.outbox == []
    assert say(known, article, "The second.")["Location"] == answer["Location"]
    assert SiteComment.objects.count() == 2


def test_the_same_answer_sent_twice_is_one_at_the_deepest_level_too(known, article):
    parent = None
    for _ in range(4):
        parent = comment_on(article, parent)
    for _ in range(2):
        assert (
            "#c" in say(known, article, "The same.", email="", reply_to=str(parent.pk))["Location"]
        )
    assert SiteComment.objects.filter(comment="The same.").count() == 1


def test_without_asking_nobody_is_remembered(client, article):
    say(client, article, "The first.")
    answer = client.post(f"/comments/confirm/{Confirmation.objects.get().key}/")
    assert verified_commenters.COOKIE not in answer.cookies
    assert VerifiedCommenter.objects.count() == 0
    assert say(client, article, "The second.")["Location"] == "/comments/sent/"


def test_the_cookie_stays_with_the_conversation_and_holds_nothing_of_the_reader(client, article):
    cookie = say(client, article, "The first.", remember="on").cookies[verified_commenters.COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/comments/", True, "Lax")
    assert "hollis" not in cookie.value.lower()
    assert VerifiedCommenter.objects.get().digest not in cookie.value


def test_whoever_writes_in_somebody_elses_name_is_not_known_when_they_press_the_button(article):
    writer, owner = Client(), Client()
    say(writer, article, "In another’s name.", remember="on")
    owner.post(f"/comments/confirm/{Confirmation.objects.get().key}/")
    assert say(writer, article, "Again.")["Location"] == "/comments/sent/"
    assert "#c" in say(owner, article, "It is me.", email="")["Location"]


def test_another_address_is_confirmed_anew(known, article):
    assert (
        say(known, article, "The second.", email="tamsin@readers.example")["Location"]
        == "/comments/sent/"
    )
    assert not SiteComment.objects.filter(comment="The second.").exists()


def test_rules_hold_what_known_readers_write_too(known, article):
    Rule.objects.create(
        name="No moons", kind="words", action="hold", reason="Moons wait.", words="moon"
    )
    answer = say(known, article, "To the moon.", email="")
    assert "Moons wait." in known.get(answer["Location"]).content.decode()


def test_the_desk_may_ask_for_a_mail_every_time(known, article):
    ConversationSettings.objects.create(known_at_once=False)
    assert say(known, article, "The second.", email="")["Location"] == "/comments/sent/"


def test_the_form_is_told_the_name_and_never_the_address(known, article):
    answer = known.get("/comments/tokens/", target(article))
    assert answer.json()["known"] == {"name": "Hollis", "is_account": False}
    page = known.get(f"/comments/write/{article.pk}/").content.decode()
    assert "You write as <b>Hollis</b>" in page
    preview = known.post(
        "/comments/preview/", {**target(article), "comment": "The second."}
    ).content.decode()
    assert "Read it once more" in preview
    assert ADDRESS not in answer.content.decode() + page + preview
    assert "known" not in Client().get("/comments/tokens/", target(article)).json()


def test_accounts_are_told_their_name(client, article):
    client.force_login(UserFactory(first_name="Wren", last_name="Vale"))
    assert client.get("/comments/tokens/", target(article)).json()["known"] == {
        "name": "Wren Vale",
        "is_account": True,
    }
    page = client.get(
        f"/comments/write/{article.pk}/?reply_to={comment_on(article).pk}"
    ).content.decode()
    assert "in answer to Wendeline" in page
    assert 'name="email"' not in page


def test_a_known_reader_changes_what_was_said_a_moment_ago(known, article):
    say(known, article, "The second.", email="")
    comment = SiteComment.objects.get(comment="The second.")
    assert comment.pk in known.get("/comments/tokens/", target(article)).json()["mine"]
    assert (
        known.post(f"/comments/{comment.pk}/change/", {"comment": "The last."}).status_code == 302
    )
    comment.refresh_from_db()
    assert comment.comment == "The last."
    assert Client().get(f"/comments/{comment.pk}/change/").status_code == 404


def test_not_you_forgets_the_browser(known, article):
    assert "Forgotten" in known.post("/comments/forget/").content.decode()
    assert VerifiedCommenter.objects.count() == 0
    assert "known" not in known.get("/comments/tokens/", target(article)).json()
    assert known.get("/comments/forget/").status_code == 405


def test_readers_of_long_ago_are_forgotten(known, article):
    VerifiedCommenter.objects.update(
        seen_at=timezone.now() - verified_commenters.LIFETIME - timedelta(minutes=1)
    )
    assert (
        verified_commenters.of_request(known.get("/comments/tokens/", target(article)).wsgi_request)
        is None
    )
    assert verified_commenters.forget_old.call() == 1


@pytest.mark.parametrize("text", ["", "x", "\x00", "é" * 4000])
def test_a_made_up_cookie_is_nobody(client, article, text):
    client.cookies[verified_commenters.COOKIE] = text
    assert "known" not in client.get("/comments/tokens/", target(article)).json()


def test_a_link_that_was_used_makes_nobody_known(known, article):
    link = f"/comments/confirm/{Confirmation.objects.get().key}/"
    assert verified_commenters.COOKIE not in Client().post(link).cookies


def test_a_button_on_another_site_makes_nobody_known(client, article):
    say(client, article, "The first.", remember="on")
    elsewhere = Client(headers={"sec-fetch-site": "cross-site"})
    answer = elsewhere.post(f"/comments/confirm/{Confirmation.objects.get().key}/")
    assert verified_commenters.COOKIE not in answer.cookies


def test_who_is_known_stays_so_when_somebody_else_confirms_there(known, article):
    say(
        Client(),
        article,
        "Another’s.",
        name="Tamsin",
        email="tamsin@readers.example",
        remember="on",
    )
    waiting = Confirmation.objects.get(email="tamsin@readers.example")
    known.post(f"/comments/confirm/{waiting.key}/")
    assert known.get("/comments/tokens/", target(article)).json()["known"]["name"] == "Hollis"


def test_who_missed_the_first_button_is_confirmed_by_the_next(client, article):
    say(client, article, "The first.", remember="on")
    say(client, article, "The second.", email="")
    client.post(f"/comments/confirm/{Confirmation.objects.get(comment='The second.').key}/")
    assert "#c" in say(client, article, "The third.", email="")["Location"]


def test_who_never_confirms_is_forgotten_with_the_mail(noon, client, article):
    say(client, article, "The first.", remember="on")
    say(Client(), article, "The first.", remember="on")
    assert VerifiedCommenter.objects.count() == 1
    noon.shift(confirmation.LIFETIME.total_seconds() + 60)
    verified_commenters.forget_old.call()
    assert VerifiedCommenter.objects.count() == 0


def test_a_name_that_is_too_long_tells_no_address(known, article):
    page = known.post(
        "/comments/preview/", {**target(article), "name": "x" * 51, "comment": "Mine."}
    ).content.decode()
    assert "Please correct these points" in page
    assert ADDRESS not in page


def test_another_site_does_not_forget_anybody(known):
    answer = Client(headers={"sec-fetch-site": "cross-site"}).post("/comments/forget/")
    assert verified_commenters.COOKIE not in answer.cookies
