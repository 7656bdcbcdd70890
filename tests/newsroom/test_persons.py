"""One person: what is held of them is told whole, and after they were erased nothing of them is in
the database.
"""

import json
from datetime import timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from advertising.campaigns import review
from advertising.models import Advertiser
from articles.models import Article
from comments.models import Ban, CommenterNote, Rule, SiteComment, VerifiedCommenter
from comments.moderation import bans, decisions, reports
from comments.posting import (
    confirmation,
    editing,
    policy,
    reactions,
    submission,
    verified_commenters,
)
from core.email_addresses import inbox
from newsletter.models import Subscriber
from newsletter.subscribing import signing_up
from newsroom import privacy_requests
from newsroom.models import PrivacyRequest

from ..factories import (
    DraftBannerFactory,
    PublishedArticleFactory,
    UserFactory,
    comment_on,
    member_of,
)
from ..pages import squeezed

pytestmark = pytest.mark.django_db
ADDRESS = "vesper.quillon@readers.example"
IP = "203.0.113.77"
NAME = "Vesper Quillon"
TOLD = "vespertine"  # in everything that they wrote


@pytest.fixture
def person(client, committed):
    """Somebody who has left a trace wherever a reader or an advertiser can."""
    Rule.objects.update(is_on=False)
    article = PublishedArticleFactory(title="The clause")
    account = UserFactory(
        username="vesper", email="Vesper.Quillon@readers.example", first_name="Vesper"
    )
    EmailAddress.objects.create(user=account, email=ADDRESS, primary=True, verified=True)
    words = {"name": NAME, "email": ADDRESS, "url": "https://vesper.example/", "followup": True}

    with committed():
        own = submission.post_as_user(article, words | {"comment": f"{TOLD} one"}, account, IP)
        stranger = submission.publish(article, words | {"comment": f"{TOLD} two"}, ip=IP)
        alone = submission.publish(article, words | {"comment": f"{TOLD} three"}, ip=IP)
        confirmation.ask(article, words | {"comment": f"{TOLD} four", "remember": True}, IP)
        signing_up.ask(ADDRESS, "strip")
    editing.change(own, f"{TOLD} changed")
    reply = comment_on(article, stranger, comment="An answer.")
    verified_commenters.remember(words, None)
    reactions.react(reply, f"account:{account.pk}", agrees=True)
    reports.report(reply, f"account:{account.pk}", "spam", f"{TOLD} report")
    reports.report(stranger, "somebody", "spam", f"{NAME} wrote to me, {TOLD}.")
    sentence = bans.Sentence(until=timezone.now() + timedelta(days=9), by=member_of("Moderators"))
    decisions.ban_writer(alone, sentence)
    decisions.approve(SiteComment.objects.filter(pk__in=[own.pk, stranger.pk]))
    CommenterNote.objects.create(inbox=inbox(ADDRESS), text=f"{NAME} wrote to us.")
    CommenterNote.objects.create(user=account, text=f"{TOLD} note")
    firm = Advertiser.objects.create(name="Palisade", contact_email=ADDRESS)
    firm.members.add(account)
    with committed():
        review.submit(DraftBannerFactory(advertiser=firm), account)
    LogEntry.objects.log_actions(member_of("Editors").pk, Ban.objects.all(), 1)
    browser = Client()
    browser.force_login(account)
    return {
        "article": article,
        "account": account,
        "own": own,
        "stranger": stranger,
        "reply": reply,
    }


def everything() -> str:
    """Every value of every row of every table, as text."""
    parts = []
    for model in apps.get_models():
        for row in model._default_manager.values():
            parts.append(
                f"{model._meta.label}: " + json.dumps(row, default=str, ensure_ascii=False)
            )
    return "\n".join(parts).lower()


def lines_with(*words) -> list[str]:
    return [
        line[:300]
        for line in everything().splitlines()
        if any(word.lower() in line for word in words)
    ]


def test_a_person_is_told_everything(person):
    data = privacy_requests.export(ADDRESS)
    text = json.dumps(data, default=str)
    for words in ("one", "two", "three", "four", "report"):
        assert f"{TOLD} {words}" in text
    assert text.count(IP) == 4
    some = (
        "newsletter",
        "accounts",
        "votes",
        "bans",
        "remembered browsers",
        "advertisers, as a member",
    )
    assert {kind: len(data[kind]) for kind in some} == dict.fromkeys(some, 1) | {"bans": 1}
    assert "An answer." not in text
    asked = PrivacyRequest.objects.get()
    assert (asked.kind, asked.found["comments"]) == ("export", 3)
    assert ADDRESS not in json.dumps(asked.found) + asked.digest


def test_after_erasure_neither_address_nor_ip_nor_words_are_in_the_database(person):
    assert lines_with(ADDRESS, IP, TOLD, NAME, "vesper")
    privacy_requests.erase(ADDRESS, member_of("Chief editors"))
    assert lines_with(ADDRESS, IP, TOLD, NAME, "vesper") == []
    assert privacy_requests.found(ADDRESS) == dict.fromkeys(privacy_requests.found(ADDRESS), 0)


def test_the_thread_and_its_counts_stay_true(client, person):
    privacy_requests.erase(ADDRESS)
    article = Article.objects.get(pk=person["article"].pk)
    assert article.comment_count == 1
    page = client.get(article.get_absolute_url()).content.decode()
    assert "1 thought on" in page
    assert "An answer." in page
    assert "Its writer deleted this comment." in page


def test_words_may_stay_under_nobodys_name(client, person):
    privacy_requests.erase(ADDRESS, keep_words=True)
    page = client.get(person["article"].get_absolute_url()).content.decode()
    assert f"{TOLD} two" in page
    assert "A former reader" in page
    assert lines_with(ADDRESS, IP, NAME) == []


def test_a_ban_goes_on_without_the_address(person):
    article = PublishedArticleFactory()
    privacy_requests.erase(ADDRESS)
    words = {"name": "Vesper", "email": ADDRESS.upper(), "comment": "Back again."}
    with pytest.raises(policy.CommentRefused):
        policy.admit(words, article, ip=None)
    assert policy.admit(words | {"email": "somebody@readers.example"}, article, ip=None) is None


def test_others_keep_what_is_theirs(person):
    other = UserFactory(email="other@readers.example")
    comment_on(person["article"], user=other, user_email="other@readers.example", comment="Mine.")
    signing_up.ask("other@readers.example", "strip")
    VerifiedCommenter.objects.create(digest="x", name="Other", email="other@readers.example")
    privacy_requests.erase(ADDRESS)
    assert SiteComment.objects.get(comment="Mine.").user_email == "other@readers.example"
    assert (
        Subscriber.objects.get().email
        == VerifiedCommenter.objects.get().email
        == "other@readers.example"
    )
    assert get_user_model().objects.filter(pk=other.pk).exists()


def test_staff_are_not_erased_and_nothing_is_done_by_halves(client, person):
    get_user_model().objects.filter(username="vesper").update(is_staff=True)
    before = everything()
    with pytest.raises(CommandError, match="account of the newsroom"):
        call_command("erase_person", ADDRESS, "--yes")
    assert everything() == before


def test_a_fault_in_the_middle_changes_nothing(person, monkeypatch):
    before = everything()

    def fail(*args, **kwargs):
        raise OSError

    monkeypatch.setattr("advertising.personal_data.erase", fail)
    with pytest.raises(OSError):
        privacy_requests.erase(ADDRESS)
    assert everything() == before


def test_the_commands_say_what_they_would_do_and_do_it(person, tmp_path):
    out = StringIO()
    call_command("erase_person", ADDRESS, stdout=out)
    assert "comments: 3" in out.getvalue()
    assert "Nothing was erased" in out.getvalue()
    call_command("export_person", ADDRESS, output=tmp_path / "person.json", stdout=out)
    assert len(json.loads((tmp_path / "person.json").read_text())["comments"]) == 3
    assert (tmp_path / "person.json").stat().st_mode & 0o077 == 0
    call_command("erase_person", ADDRESS, "--yes", stdout=out)
    assert out.getvalue().rstrip().endswith("Erased.")
    for command in ("erase_person", "export_person"):
        with pytest.raises(CommandError, match="in full"):
            call_command(command, "vesper")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export_person", ADDRESS, output=tmp_path / "nothing" / "person.json")


def test_the_desk_looks_tells_and_erases(client, person):
    client.force_login(member_of("Chief editors"))
    page = "/admin/newsroom/privacyrequest/person/"
    assert client.get(page).status_code == 200
    found = client.post(page, {"address": ADDRESS}).content.decode()
    assert '<th scope="row">Comments</th><td>3</td>' in squeezed(found)
    assert TOLD not in found
    told = client.post(page, {"address": ADDRESS, "export": "1"})
    assert told["Content-Disposition"] == 'attachment; filename="person.json"'
    assert len(json.loads(told.content)["comments"]) == 3
    wrong = client.post(
        page, {"address": ADDRESS, "erase": "1", "again": "somebody@readers.example"}
    )
    assert "Nothing was erased." in wrong.content.decode()
    assert client.post(page, {"address": "vesper"}).status_code == 400
    done = client.post(
        page, {"address": ADDRESS, "erase": "1", "again": ADDRESS}, follow=True
    ).content.decode()
    assert "Erased. comments: 3" in done
    assert list(PrivacyRequest.objects.values_list("kind", flat=True)) == ["erase", "export"]
    assert (
        "Nothing is held of this address"
        in client.post(page, {"address": ADDRESS}).content.decode()
    )


def test_somebody_whose_address_ends_alike_keeps_what_is_theirs(person):
    longer = f"not-{ADDRESS}"
    ban = Ban.objects.create(kind="address", value=longer)
    LogEntry.objects.log_actions(member_of("Editors").pk, [ban], 1)
    assert longer not in json.dumps(privacy_requests.export(ADDRESS), default=str)
    privacy_requests.erase(ADDRESS)
    assert Ban.objects.filter(value=longer).exists()
    assert LogEntry.objects.filter(object_repr__contains=longer).exists()


def test_who_is_banned_and_erased_twice(person):
    privacy_requests.erase(ADDRESS)
    Ban.objects.create(kind="address", value=ADDRESS)
    privacy_requests.erase(ADDRESS)
    assert Ban.objects.filter(kind="address").count() == 1


def test_an_address_that_nobody_confirmed_finds_no_account(person):
    EmailAddress.objects.filter(email=ADDRESS).update(verified=False)
    get_user_model().objects.filter(username="vesper").update(email="another@readers.example")
    assert privacy_requests.found(ADDRESS)["accounts"] == 0


def test_a_ban_on_what_was_kept_of_the_erased_takes_only_that(person):
    privacy_requests.erase(ADDRESS, keep_words=True)
    kept = SiteComment.objects.filter(user_name="A former reader", is_removed=False)
    assert kept.count() > 1
    decisions.ban_writer(kept[0], bans.Sentence())
    assert kept.count() > 0
