"""Many writers at once, with real threads on a real database."""

import contextlib
import threading
from collections.abc import Callable

import pytest
from django.core import mail
from django.db import connections
from django.db.models import Sum

from comments import notifications
from comments.models import (
    CommentStats,
    Confirmation,
    Edit,
    ModerationDecision,
    Reaction,
    ReplyRefused,
    Rule,
    SiteComment,
)
from comments.moderation import decisions, reports
from comments.posting import confirmation, editing, reactions, submission

from ..factories import PublishedArticleFactory, UserFactory, comment_on

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_rules():
    """A rule would take many comments at once for what they often are."""
    Rule.objects.update(is_on=False)


WORDS = {
    "name": "Hollis",
    "email": "hollis@readers.example",
    "comment": "Could the banks publish the log?",
}


def at_once(number: int, act: Callable[[int], object]) -> list[object]:
    """Run `act` in that many threads, all starting together; return the results and raise the first
    error.
    """
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
            submission.publish(
                article,
                {
                    **WORDS,
                    "comment": f"{index}-{number}",
                    "reply_to": (near if number % 2 else root).pk,
                },
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
    at_once(6, lambda _: submission.post_as_user(article, WORDS, user, None).pk)
    assert SiteComment.objects.count() == 1


def test_posting_confirming_and_moderating_one_thread_at_once_never_lock_each_other():
    article, user = PublishedArticleFactory(), UserFactory()
    root = comment_on(article)
    asked = [
        confirmation.ask(article, {**WORDS, "comment": f"asked {n}", "reply_to": root.pk}, None)
        for n in range(4)
    ]
    other = comment_on(article, root)

    def act(index: int) -> None:
        if index < 4:
            confirmation.confirm(asked[index].key)
        elif index < 8:
            submission.post_as_user(
                article, {**WORDS, "comment": f"posted {index}", "reply_to": root.pk}, user, None
            )
        else:
            decisions.remove(SiteComment.objects.filter(pk=other.pk))

    at_once(9, act)
    article.refresh_from_db()
    assert article.comment_count == 9


def test_votes_changes_and_moderation_at_once_never_lock_each_other():
    """A vote refers to the comment that others lock: on PostgreSQL each would wait for the other
    for ever.
    """
    article, user = PublishedArticleFactory(), UserFactory()
    comments = [comment_on(article, user=user) for _ in range(3)]

    def act(index: int) -> None:
        comment = comments[index % 3]
        if index < 9:
            reactions.react(comment, f"voter {index}", agrees=bool(index % 2))
        elif index < 12:
            editing.change(comment, f"Changed {index}.")
        elif index < 15:
            reports.report(comment, f"reporter {index}", "spam")
        else:
            decisions.approve(SiteComment.objects.filter(pk=comment.pk))

    at_once(18, act)
    assert Reaction.objects.count() == 9
    totals = CommentStats.objects.aggregate(yes=Sum("agreed"), no=Sum("disagreed"))
    assert totals == {"yes": 4, "no": 5}
    assert Edit.objects.count() == 3
    article.refresh_from_db()
    assert article.comment_count == 3


def test_one_visitor_who_votes_many_times_at_once_has_one_vote_or_none():
    comment = comment_on(PublishedArticleFactory())
    at_once(7, lambda _: reactions.react(comment, "somebody", agrees=True))
    assert Reaction.objects.count() == CommentStats.objects.get().agreed == 1


def test_two_moderators_who_decide_at_once_leave_one_decision_that_counts():
    article = PublishedArticleFactory()
    comment = comment_on(article)
    decisions.note(comment, name="Seen", found="", action="flag")
    mine = SiteComment.objects.filter(
        pk=comment.pk, moderation_flags__settled_at=None, moderation_flags__isnull=False
    )
    decided = at_once(
        6, lambda index: len(decisions.decide(mine, "remove" if index % 2 else "approve", None))
    )
    assert sum(decided) == ModerationDecision.objects.count() == 1
    comment.refresh_from_db()
    assert comment.is_removed == (ModerationDecision.objects.get().action == "remove")
    article.refresh_from_db()
    assert article.comment_count == (0 if comment.is_removed else 1)


def test_one_undo_pressed_by_many_is_undone_once():
    article = PublishedArticleFactory()
    comment = comment_on(article)
    decision = decisions.remove(SiteComment.objects.filter(pk=comment.pk))[0]
    undone = at_once(5, lambda _: decisions.undo([decision.pk], None))
    assert sum(each.comments for each in undone) == 1
    comment.refresh_from_db()
    assert not comment.is_removed


def test_a_comment_that_is_changed_while_it_is_removed_is_one_or_the_other():
    article, user = PublishedArticleFactory(), UserFactory()
    comments = [comment_on(article, user=user) for _ in range(6)]

    def act(index: int) -> None:
        comment = comments[index % 6]
        if index < 6:
            decisions.remove(SiteComment.objects.filter(pk=comment.pk))
            return
        with contextlib.suppress(editing.TooLate):
            editing.change(comment, "Changed.")

    at_once(12, act)
    assert SiteComment.objects.filter(is_removed=True).count() == 6
    assert Edit.objects.count() == SiteComment.objects.filter(comment="Changed.").count()
    article.refresh_from_db()
    assert article.comment_count == 0


def test_many_replies_to_what_is_removed_meanwhile_stand_or_are_refused():
    article = PublishedArticleFactory()
    root = comment_on(article)

    def act(index: int) -> bool:
        if index == 0:
            decisions.remove(SiteComment.objects.filter(pk=root.pk))
            return False
        try:
            submission.publish(
                article, {**WORDS, "comment": f"No. {index}", "reply_to": root.pk}, ip=None
            )
        except ReplyRefused:
            return False
        return True

    stood = sum(at_once(10, act))
    root.refresh_from_db()
    article.refresh_from_db()
    assert (
        article.comment_count
        == root.nested_count
        == stood
        == SiteComment.objects.filter(level=1).count()
    )


def test_eighty_replies_at_once_each_stand_once():
    article = PublishedArticleFactory()
    root = comment_on(article)
    at_once(
        16,
        lambda index: [
            submission.publish(
                article, {**WORDS, "comment": f"{index}-{number}", "reply_to": root.pk}, ip=None
            )
            for number in range(5)
        ],
    )
    article.refresh_from_db()
    root.refresh_from_db()
    assert (article.comment_count, root.nested_count) == (81, 80)
    assert SiteComment.objects.values("order").distinct().count() == 81


def test_mails_about_one_reply_are_one_whoever_sends_them():
    article = PublishedArticleFactory()
    asked = comment_on(article, followup=True)
    reply = comment_on(article, asked, user_email="ossian@readers.example")
    at_once(5, lambda _: notifications.tell_followers.call(reply.pk))
    assert len(mail.outbox) == 1


def test_a_known_reader_who_sends_many_times_at_once_has_one_comment():
    article = PublishedArticleFactory()
    at_once(6, lambda _: submission.post_as_known_reader(article, WORDS, None).pk)
    assert SiteComment.objects.count() == 1
