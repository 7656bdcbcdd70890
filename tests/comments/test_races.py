"""What many do at once, with real threads on a real database."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections

from comments import confirmation, moderation, posting
from comments.models import Confirmation, Rule, SiteComment

from ..factories import PublishedArticleFactory, UserFactory, comment_on

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_rules():
    """A rule would take many thoughts at once for what they often are."""
    Rule.objects.update(is_on=False)


WORDS = {"name": "Hollis", "email": "hollis@readers.example", "comment": "Could the banks publish the log?"}


def at_once(number: int, act: Callable[[int], object]) -> list[object]:
    """Run `act` in that many threads, all starting together; return the results and raise the first error."""
    barrier = threading.Barrier(number)
    results: list[object] = []
    errors: list[BaseException] = []

    def run(index: int) -> None:
        try:
            barrier.wait()
            results.append(act(index))
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


@pytest.mark.parametrize("trial", range(5))
def test_one_link_pressed_by_many_is_one_comment(trial):
    asked = confirmation.ask(PublishedArticleFactory(), WORDS, None)
    comments = at_once(6, lambda _: confirmation.confirm(asked.key).pk)
    assert len(set(comments)) == 1
    assert SiteComment.objects.count() == 1


def test_many_replies_to_one_thread_each_get_their_place():
    article = PublishedArticleFactory()
    root = comment_on(article)
    near = comment_on(article, root)

    def reply(index: int) -> None:
        for number in range(5):
            posting.publish(
                article,
                {**WORDS, "comment": f"{index}-{number}", "reply_to": (near if number % 2 else root).pk},
                ip=None,
            )

    at_once(8, reply)
    rows = SiteComment.objects.filter(thread_id=root.pk)
    assert rows.count() == 42
    assert rows.values("order").distinct().count() == 42
    root.refresh_from_db()
    assert root.nested_count == 41
    article.refresh_from_db()
    assert article.comment_count == 42


def test_one_form_sent_many_times_at_once_is_asked_about_once():
    article = PublishedArticleFactory()
    at_once(6, lambda _: confirmation.ask(article, WORDS, None).pk)
    assert Confirmation.objects.count() == 1


def test_an_account_that_sends_many_times_at_once_has_one_comment():
    article, user = PublishedArticleFactory(), UserFactory()
    at_once(6, lambda _: posting.post_as_user(article, WORDS, user, None).pk)
    assert SiteComment.objects.count() == 1


def test_posting_confirming_and_moderating_one_thread_at_once_never_lock_each_other():
    article, user = PublishedArticleFactory(), UserFactory()
    root = comment_on(article)
    asked = [confirmation.ask(article, {**WORDS, "comment": f"asked {n}", "reply_to": root.pk}, None) for n in range(4)]
    other = comment_on(article, root)

    def act(index: int) -> None:
        if index < 4:
            confirmation.confirm(asked[index].key)
        elif index < 8:
            posting.post_as_user(article, {**WORDS, "comment": f"posted {index}", "reply_to": root.pk}, user, None)
        else:
            moderation.remove(SiteComment.objects.filter(pk=other.pk))

    at_once(9, act)
    article.refresh_from_db()
    assert article.comment_count == 9
