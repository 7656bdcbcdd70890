"""What readers do with thoughts that stand: agree, report, change their own, read them in another order."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from articles.models import Article
from comments import confirmation, editing, moderation, paging, posting, reports, visitors
from comments.models import Edit, Reaction, Report, Rule, SiteComment, Standing, Verdict

from ..factories import PublishedArticleFactory, SectionFactory, UserFactory, comment_on, member_of

pytestmark = pytest.mark.django_db
WALLET = "Send it to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.fixture
def article():
    return PublishedArticleFactory(slug="the-clause", section=SectionFactory(name="Policy"))


@pytest.fixture
def thought(article):
    return comment_on(article)


def page_of(client, article):
    return client.get(article.get_absolute_url()).content.decode()


def counts(thought):
    standing = Standing.objects.get(comment=thought)
    return standing.agreed, standing.disagreed


# --- Agreeing ------------------------------------------------------------------------------


def test_a_vote_is_one_and_is_changed_or_taken_back(client, article, thought):
    answer = client.post("/comments/react/", {"agree": thought.pk})
    assert answer["Location"] == f"{article.get_absolute_url()}#c{thought.pk}"
    assert counts(thought) == (1, 0)
    client.post("/comments/react/", {"disagree": thought.pk})
    assert counts(thought) == (0, 1)
    client.post("/comments/react/", {"disagree": thought.pk})
    assert counts(thought) == (0, 0)
    assert Reaction.objects.count() == 0


def test_others_have_votes_of_their_own_and_scripts_are_told_the_counts(client, thought):
    for address in ("203.0.113.1", "203.0.113.2"):
        client.post("/comments/react/", {"agree": thought.pk}, REMOTE_ADDR=address)
    client.force_login(UserFactory())
    answer = client.post("/comments/react/", {"agree": thought.pk}, headers={"accept": "application/json"})
    assert answer.json() == {"agree": 3, "disagree": 0}


def test_the_counts_are_on_the_page(client, article, thought):
    page_of(client, article)
    client.post("/comments/react/", {"agree": thought.pk})
    page = page_of(client, article)
    assert re.search(rf'name="agree" value="{thought.pk}".*?<span data-count>1</span>', page)


def test_nothing_kept_tells_what_else_a_network_voted_on(client, article, thought):
    other = comment_on(article)
    for each in (thought, other):
        client.post("/comments/react/", {"agree": each.pk}, REMOTE_ADDR="203.0.113.1")
    first, second = Reaction.objects.values_list("voter", flat=True)
    assert first != second
    assert "203" not in first


def test_a_household_of_the_newer_addresses_has_one_vote(client, thought):
    for address in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"):
        client.post("/comments/react/", {"agree": thought.pk}, REMOTE_ADDR=address)
    assert counts(thought) == (1, 0)  # cast, taken back, and one from the house next door


@pytest.mark.parametrize("number", ["", "x", "0", "99999999999999", "²"])
def test_a_vote_on_nothing_is_not_found(client, number):
    assert client.post("/comments/react/", {"agree": number}).status_code == 404


def test_what_is_not_on_the_page_takes_no_votes_and_no_reports(client, article, thought):
    SiteComment.objects.update(is_public=False)
    assert client.post("/comments/react/", {"agree": thought.pk}).status_code == 404
    assert client.get(f"/comments/{thought.pk}/report/").status_code == 404
    SiteComment.objects.update(is_public=True)
    Article.objects.update(status="withdrawn")
    assert client.post("/comments/react/", {"agree": thought.pk}).status_code == 404


def test_another_site_votes_for_nobody_and_nobody_votes_without_end(client, thought):
    assert (
        client.post("/comments/react/", {"agree": thought.pk}, headers={"sec-fetch-site": "cross-site"}).status_code
        == 403
    )
    cache.clear()
    answers = [
        client.post("/comments/react/", {"agree": thought.pk}).status_code for _ in range(visitors.MOST_A_MINUTE + 1)
    ]
    assert answers == [302] * visitors.MOST_A_MINUTE + [429]
    assert client.get("/comments/react/").status_code == 405


# --- Reporting -----------------------------------------------------------------------------


def test_a_report_takes_a_reason_and_stands_in_the_queue(article, thought):
    reader = Client(enforce_csrf_checks=True)
    form = reader.get(f"/comments/{thought.pk}/report/").content.decode()
    assert "What is wrong with this thought?" in form
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
    nothing = reader.post(f"/comments/{thought.pk}/report/", {"csrfmiddlewaretoken": token})
    assert nothing.status_code == 400
    assert "Say what is wrong with it." in nothing.content.decode()
    data = {"csrfmiddlewaretoken": token, "reason": "scam", "note": "He wrote to me."}
    for _ in range(2):
        assert "A moderator will read it." in reader.post(f"/comments/{thought.pk}/report/", data).content.decode()
    assert Report.objects.count() == 1
    verdict = Verdict.objects.get()
    assert (verdict.rule_name, verdict.found, verdict.action) == (
        "Reported: It is a swindle or leads to one",
        "He wrote to me.",
        "flag",
    )


def test_several_reports_take_it_off_the_page_until_somebody_has_read_it(client, article, thought):
    comment_on(article, thought)
    for number in range(reports.HIDDEN_AT):
        assert thought.comment in page_of(client, article)
        reports.report(thought, f"visitor {number}", "spam")
    page = page_of(client, article)
    assert thought.comment not in page.split('id="c')[1]
    assert "This thought waits for a moderator." in page
    moderation.approve(SiteComment.objects.filter(pk=thought.pk), member_of("Moderators"))
    for number in range(5):
        reports.report(thought, f"another {number}", "spam")
    assert "waits for a moderator" not in page_of(client, article)
    assert moderation.count_waiting() == 1
    Standing.objects.update_or_create(comment=thought, defaults={"edited_at": timezone.now()})
    reports.report(thought, "after the change", "spam")
    assert "waits for a moderator" in page_of(client, article)


# --- Changing one’s own --------------------------------------------------------------------


@pytest.fixture
def writer(client):
    user = UserFactory(first_name="Ada", last_name="Quill")
    client.force_login(user)
    return user


def said_by(user, article, text="The banks agreed"):
    words = {"name": "Ada Quill", "email": user.email, "comment": text}
    return posting.post_as_user(article, words, user, "203.0.113.9")


def test_a_writer_changes_what_they_said_and_it_is_marked(client, article, writer):
    comment = said_by(writer, article)
    address = f"/comments/{comment.pk}/change/"
    assert "The banks agreed" in client.get(address).content.decode()
    answer = client.post(address, {"comment": "The banks agreed twice"})
    assert answer["Location"] == f"{article.get_absolute_url()}#c{comment.pk}"
    page = page_of(client, article)
    assert "The banks agreed twice" in page
    assert 'class="edited">changed<' in page
    assert Edit.objects.get().text == "The banks agreed"


def test_after_fifteen_minutes_it_stays_and_can_still_be_taken_back(noon, client, article, writer):
    comment = said_by(writer, article)
    noon.shift(timedelta(minutes=15, seconds=1))
    address = f"/comments/{comment.pk}/change/"
    assert "Fifteen minutes have passed" in client.get(address).content.decode()
    refused = client.post(address, {"comment": "Something else"})
    assert refused.status_code == 400
    assert "A thought can be changed for fifteen minutes." in refused.content.decode()
    reply = comment_on(article, comment)
    client.post(address, {"take_back": "1"})
    page = page_of(client, article)
    assert "The banks agreed" not in re.sub(r"<script.*?</script>", "", page, flags=re.S)
    assert "Its writer took this thought back." in page
    assert f'id="c{reply.pk}"' in page
    article.refresh_from_db()
    assert article.comment_count == 1
    assert client.get(address).status_code == 404


def test_nobody_changes_what_another_said(client, article, writer):
    comment = said_by(UserFactory(), article)
    for reader in (client, Client()):
        for method in (reader.get, reader.post):
            assert method(f"/comments/{comment.pk}/change/").status_code == 404
    comment.refresh_from_db()
    assert not comment.is_removed


def test_a_change_is_judged_as_the_thought_was(client, article, writer):
    comment = said_by(writer, article)
    answer = client.post(f"/comments/{comment.pk}/change/", {"comment": WALLET}, follow=True)
    assert "It holds a wallet address" in answer.content.decode()
    assert "0x5aAeb" not in page_of(client, article)
    rule = Rule.objects.get(kind="wallet")
    rule.action = Rule.Action.REFUSE
    rule.save()
    other = said_by(writer, article, "Another")
    refused = client.post(f"/comments/{other.pk}/change/", {"comment": WALLET})
    assert "It holds a wallet address" in refused.content.decode()
    other.refresh_from_db()
    assert other.comment == "Another"


def test_what_a_moderator_removed_meanwhile_is_not_changed(article, writer):
    comment = said_by(writer, article)
    moderation.remove(SiteComment.objects.filter(pk=comment.pk))
    with pytest.raises(editing.TooLate, match="no longer here"):
        editing.change(comment, "Something else")
    with pytest.raises(editing.TooLate, match="no longer here"):
        editing.take_back(comment)


@pytest.mark.parametrize(
    ("text", "words"), [("", "Write something first."), ("x" * 3001, "under 3,000"), ("a\0b", "haracter")]
)
def test_a_change_to_nothing_changes_nothing(client, article, writer, text, words):
    comment = said_by(writer, article)
    answer = client.post(f"/comments/{comment.pk}/change/", {"comment": text})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    comment.refresh_from_db()
    assert comment.comment == "The banks agreed"


def test_what_its_writer_took_back_is_not_put_on_the_page_by_anybody(article, writer):
    comment = said_by(writer, article)
    one = SiteComment.objects.filter(pk=comment.pk)
    decisions = moderation.remove(one)
    moderation.undo([each.pk for each in decisions], None)
    again = moderation.remove(one)
    moderation.approve(one)
    editing.take_back(comment)
    assert moderation.approve(one) == []
    assert moderation.undo([each.pk for each in again], None) == 0
    comment.refresh_from_db()
    assert comment.is_removed


def test_a_stranger_changes_theirs_by_the_link_that_confirmed_it(client, article):
    words = {"name": "Hollis", "email": "hollis@readers.example", "comment": "Could they publish the log?"}
    asked = confirmation.ask(article, words, None)
    address = f"/comments/confirm/{asked.key}/change/"
    assert client.get(address).status_code == 404
    comment = confirmation.confirm(asked.key)
    assert address in client.get(f"/comments/confirm/{asked.key}/").content.decode()
    client.post(address, {"comment": "Could they publish the logs?"})
    comment.refresh_from_db()
    assert comment.comment == "Could they publish the logs?"
    client.post(address, {"take_back": "1"})
    comment.refresh_from_db()
    assert comment.is_removed
    assert client.get("/comments/confirm/nobodys/change/").status_code == 404


def test_whoever_is_signed_in_is_offered_their_own_young_thoughts(client, article, writer):
    comment = said_by(writer, article)
    old = said_by(writer, article, "Older")
    SiteComment.objects.filter(pk=old.pk).update(submit_date=timezone.now() - timedelta(hours=1))
    said_by(UserFactory(), article)
    answer = client.get("/comments/tokens/", {"content_type": "articles.article", "object_pk": article.pk})
    assert answer.json()["mine"] == [comment.pk]


# --- In another order ----------------------------------------------------------------------


@pytest.fixture
def five(article, monkeypatch):
    monkeypatch.setattr(paging, "THREADS_PER_PAGE", 2)
    roots = [comment_on(article, comment=f"root {number}") for number in range(5)]
    for number, root in enumerate(roots):
        comment_on(article, root, comment=f"reply {number}")
    return roots


def said(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return re.findall(r"(?:root|reply) \d", re.sub(r"<script.*?</script>", "", answer.content.decode(), flags=re.S))


def test_the_newest_first_page_by_page_and_back(client, article, five):
    address, seen = "/policy/the-clause/thoughts/newest/", []
    while address:
        page = client.get(address).content.decode()
        seen += said(client, address)
        following = re.search(r'<a href="([^"]+)" rel="next">Later', page)
        last, address = address, following and following[1]
    assert seen == [words for number in (4, 3, 2, 1, 0) for words in (f"root {number}", f"reply {number}")]
    back = re.search(r'<a href="([^"]+)" rel="prev">Earlier', client.get(last).content.decode())[1]
    assert said(client, back) == ["root 2", "reply 2", "root 1", "reply 1"]


def test_the_most_liked_first(client, article, five):
    for root, agreed, disagreed in ((five[3], 5, 0), (five[1], 9, 6), (five[0], 0, 2)):
        Standing.objects.create(comment=root, agreed=agreed, disagreed=disagreed)
    page = client.get("/policy/the-clause/thoughts/liked/").content.decode()
    assert said(client, "/policy/the-clause/thoughts/liked/") == ["root 3", "reply 3", "root 1", "reply 1"]
    assert "Later thoughts" not in page
    assert re.search(r'<a href="/policy/the-clause/thoughts/liked/#comments" aria-current="true"[^>]*>Most liked', page)
    assert '<link rel="canonical" href="http://127.0.0.1:8000/policy/the-clause/">' in page


@pytest.mark.parametrize("order", ["oldest", "loudest", "liked/3"])
def test_there_is_no_other_order(client, article, five, order):
    assert client.get(f"/policy/the-clause/thoughts/{order}/")["Location"] == "/policy/the-clause/#comments"


def test_the_story_itself_offers_the_orders_where_there_is_something_to_order(client, article, thought):
    assert "Most liked" not in page_of(client, article)
    comment_on(article)
    assert "Most liked" in page_of(client, article)
