"""Whom does this answer: below the deepest level a reply stands beside what it answers, and still
answers it.
"""

import json
import re

import pytest
from django.core import mail
from django.urls import reverse

from comments.models import AnswerBeside, Flag, SiteComment
from comments.posting import submission

from ..factories import PublishedArticleFactory, UserFactory, member_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def article():
    return PublishedArticleFactory(title="The clause")


def says(article, name, answers=None, **more):
    words = {"name": name, "email": f"{name.lower()}@readers.example", "followup": True}
    words |= {"comment": f"A comment by {name}, who wants to be told.", "url": ""}
    words |= {"reply_to": answers.pk if answers else None}
    return submission.publish(article, words, ip="198.51.100.7", **more)


@pytest.fixture
def chain(article):
    """Ann, answered by Bob, answered by Cyd, answered by Dee: four levels."""
    found = []
    for name in ("Ann", "Bob", "Cyd", "Dee"):
        found.append(says(article, name, found[-1] if found else None))
    mail.outbox.clear()
    return found


def test_who_was_answered_is_told_and_nobody_else(article, chain):
    says(article, "Eve", chain[-1])
    assert [each.to for each in mail.outbox] == [["dee@readers.example"]]


def test_further_down_it_is_the_same(article, chain):
    eve = says(article, "Eve", chain[-1])
    mail.outbox.clear()
    fay = says(article, "Fay", eve)
    assert [each.to for each in mail.outbox] == [["eve@readers.example"]]
    assert (fay.level, fay.parent_id) == (eve.level, chain[2].pk)
    assert SiteComment.objects.get(pk=fay.pk).answers_id == eve.pk


def test_above_the_deepest_level_nothing_is_noted(article, chain):
    assert not AnswerBeside.objects.exists()
    assert [each.answers_id for each in chain] == [None, *(each.pk for each in chain[:3])]


def test_the_page_says_whom_it_answers(client, article, chain):
    eve = says(article, "Eve", chain[-1])
    page = client.get(article.get_absolute_url()).content.decode()
    link = f'<a class="answering" href="#c{chain[-1].pk}">answering Dee</a>'
    assert page.count('class="answering"') == 1
    assert link in page[page.index(f'id="c{eve.pk}"') :]
    data = [json.loads(each) for each in re.findall(r"ld\+json\">(.*?)</script>", page)]
    comments = next(each["comment"] for each in data if "comment" in each)
    parents = [each.get("parentItem", {}).get("@id", "").rpartition("#")[2] for each in comments]
    assert parents == ["", *(f"c{each.pk}" for each in chain)]


def test_of_an_account_it_is_the_account_s_name(client, article, chain):
    user = UserFactory(first_name="Dana", last_name="<Vale>")
    dana = says(article, "dana", chain[-1], user=user)
    says(article, "Eve", dana)
    assert "answering Dana &lt;Vale&gt;" in client.get(article.get_absolute_url()).content.decode()


@pytest.mark.parametrize("values", [{"is_removed": True}, {"is_public": False}])
def test_what_is_gone_is_not_named(client, article, chain, values):
    says(article, "Eve", chain[-1])
    SiteComment.objects.filter(pk=chain[-1].pk).update(**values)
    assert "answering Dee" not in client.get(article.get_absolute_url()).content.decode()


def test_the_same_reply_sent_twice_is_one_and_to_another_is_another(article, chain):
    eve = says(article, "Eve", chain[-1])
    words = {"name": "Ida", "email": "ida@readers.example", "comment": "The same.", "url": ""}
    first, again, other = (
        submission.post_as_known_reader(article, words | {"reply_to": each.pk}, "198.51.100.8")
        for each in (chain[-1], chain[-1], eve)
    )
    assert first.pk == again.pk
    assert other.pk != first.pk


def test_the_queue_shows_what_a_reply_answers(client, article, chain):
    eve = says(article, "Eve", chain[-1])
    SiteComment.objects.filter(pk=eve.pk).update(is_public=False)
    Flag.objects.create(comment_id=eve.pk, rule_name="A rule", action="hold")
    client.force_login(member_of("Moderators"))
    page = client.get(reverse("admin:comments_sitecomment_queue")).content.decode()
    assert "A comment by Dee" in page
    assert "A comment by Cyd" not in page
