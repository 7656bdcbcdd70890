"""Moderation on the desk: tabs, place, bans with a duration, undo, reasons, replies, commenters, bulk."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from comments.models import (
    Ban,
    BulkModeration,
    CommenterNote,
    ConversationSettings,
    Flag,
    ModerationDecision,
    RemovalReason,
    Rule,
    SiteComment,
)
from comments.moderation import bans, bulk, decisions, removal_mails
from comments.moderation.word_lists import shipped
from comments.posting import editing, submission
from comments.posting.policy import CommentRefused

from ..factories import PublishedArticleFactory, SectionFactory, UserFactory, comment_on, member_of
from ..pages import squeezed

pytestmark = pytest.mark.django_db
BASE = "/admin/comments/sitecomment/"
QUEUE = f"{BASE}queue/"


@pytest.fixture
def moderator(client):
    client.user = member_of("Moderators")
    client.force_login(client.user)
    return client


@pytest.fixture
def article():
    return PublishedArticleFactory()


def hold(comment, name="Wallet address", found=""):
    SiteComment.objects.filter(pk=comment.pk).update(is_public=False)
    return Flag.objects.create(comment=comment, rule_name=name, found=found, action="hold")


def text(response):
    assert response.status_code == 200
    return squeezed(response.content.decode())


def post(article, words="What a day.", **values):
    said = {"name": "Odo", "email": "odo@readers.example", "comment": words} | values
    return submission.publish(article, said, ip="203.0.113.9")


# The queue keeps its place


def test_a_decision_leads_to_the_comment_behind_it(moderator, article):
    flags = [hold(comment_on(article, comment=f"No. {number}.")) for number in range(4)]
    data = {"action": "remove", "comment": flags[2].comment_id, "at": flags[2].pk, "tab": "open"}
    answer = moderator.post(f"{QUEUE}decide/", data)
    assert answer["Location"] == f"{QUEUE}?at={flags[2].pk}#current"
    page = text(moderator.get(answer["Location"]))
    current = page.partition("data-current")[2].partition("</li>")[0]
    assert "No. 3." in current
    assert "No. 0." in page.partition("data-current")[0]


def test_behind_the_last_the_last_is_the_one_to_decide(moderator, article):
    flags = [hold(comment_on(article, comment=f"No. {number}.")) for number in range(2)]
    page = text(moderator.get(f"{QUEUE}?at={flags[1].pk}"))
    assert "No. 1." in page.partition("data-current")[2].partition("</li>")[0]


def test_an_emptied_later_page_shows_the_first(moderator, article):
    flag = hold(comment_on(article, comment="The only one."))
    assert "The only one." in text(moderator.get(f"{QUEUE}?after={flag.pk}"))


def test_the_tabs_hold_what_they_say(moderator, article):
    hold(comment_on(article, comment="It waits."))
    decisions.note(
        comment_on(article, comment="It is out."), name="Reported: spam", found="", action="flag"
    )
    decisions.decide(
        SiteComment.objects.filter(pk=comment_on(article, comment="Buy this.").pk), "spam", None
    )
    words = ("It waits.", "It is out.", "Buy this.")
    shown = {
        tab: [each for each in words if each in text(moderator.get(f"{QUEUE}?tab={tab}"))]
        for tab in ("open", "pending", "reported", "spam", "all", "nonsense")
    }
    assert shown == {
        "open": ["It waits.", "It is out."],
        "pending": ["It waits."],
        "reported": ["It is out."],
        "spam": ["Buy this."],
        "all": list(words),
        "nonsense": ["It waits.", "It is out."],
    }


def test_spam_that_is_none_is_restored_from_its_tab(moderator, article):
    comment = comment_on(article)
    decisions.decide(SiteComment.objects.filter(pk=comment.pk), "spam", None)
    data = {"action": "approve", "comment": comment.pk, "tab": "spam"}
    assert "1 comment approved" in text(moderator.post(f"{QUEUE}decide/", data, follow=True))
    comment.refresh_from_db()
    assert not comment.is_removed


def test_an_old_page_of_all_comments_undoes_nobodys_decision(moderator, article):
    comment = comment_on(article)
    shown = timezone.now().isoformat()
    decisions.remove(SiteComment.objects.filter(pk=comment.pk), member_of("Editors"))
    data = {"action": "approve", "comment": comment.pk, "tab": "all", "shown": shown}
    page = text(moderator.post(f"{QUEUE}decide/", data, follow=True))
    assert "Somebody else has decided that already" in page


def test_what_a_rule_saw_is_marked_in_the_text(moderator, article):
    comment = comment_on(article, comment="Well, you  <IDIOT>, and an idiot again.")
    hold(comment, "Insults", "“idiot”")
    page = text(moderator.get(QUEUE))
    assert "&lt;<mark>IDIOT</mark>&gt;" in page
    assert "an <mark>idiot</mark> again" in page
    Flag.objects.update(found="<IDIOT>")
    assert "<mark>&lt;IDIOT&gt;</mark>" in text(moderator.get(QUEUE))
    Flag.objects.update(found="4 links")
    assert "<mark>" not in text(moderator.get(QUEUE))


def test_who_works_on_it_is_seen_for_an_hour(moderator, article):
    flag = hold(comment_on(article))
    moderator.post(f"{QUEUE}assign/", {"comment": flag.comment_id, "at": flag.pk, "tab": "open"})
    assert f"{moderator.user.username} works on it" in text(moderator.get(QUEUE))
    Flag.objects.update(assigned_at=timezone.now() - timedelta(minutes=61))
    assert "works on it" not in text(moderator.get(QUEUE))
    Flag.objects.update(assigned_at=timezone.now())
    moderator.post(f"{QUEUE}assign/", {"comment": flag.comment_id, "release": "1"})
    assert "works on it" not in text(moderator.get(QUEUE))


# Bans


def test_a_ban_from_the_queue_has_a_duration_kinds_and_a_reason(moderator, article):
    comment = comment_on(article, user_email="brank@spam.example", ip_address="203.0.113.44")
    hold(comment)
    page = text(moderator.get(QUEUE))
    assert "Network address: 203.0.113.44" in page
    data = {
        "action": "ban",
        "comment": comment.pk,
        "confirmed": "1",
        "days": "7",
        "kind": ["address", "domain", "network"],
        "ban_reason": "You advertised.",
    }
    moderator.post(f"{QUEUE}decide/", data)
    made = dict(Ban.objects.values_list("kind", "value"))
    assert made == {
        "address": "brank@spam.example",
        "domain": "spam.example",
        "network": "203.0.113.44/32",
    }
    in_days = Ban.objects.first().until - timezone.now()
    assert timedelta(days=6, hours=23) < in_days <= timedelta(days=7)
    for email, ip in (
        ("brank+2@spam.example", None),
        ("else@mail.spam.example", None),
        ("odo@readers.example", "203.0.113.44"),
    ):
        with pytest.raises(CommentRefused) as refused:
            submission.publish(article, {"name": "N", "email": email, "comment": "Hm."}, ip=ip)
        assert "You advertised." in str(refused.value)
        assert "UTC" in str(refused.value)


def test_a_ban_that_names_nothing_changes_nothing(moderator, article):
    comment = comment_on(article)
    hold(comment)
    data = {"action": "ban", "comment": comment.pk, "confirmed": "1", "kind": [""]}
    page = text(moderator.post(f"{QUEUE}decide/", data, follow=True))
    assert "Choose what is banned. Nothing was changed." in page
    assert not Ban.objects.exists()
    assert decisions.is_held(SiteComment.objects.get(pk=comment.pk))


def test_a_ban_from_the_spam_tab_is_told_and_undone(moderator, article):
    """Nothing is left to remove: the ban alone is the decision."""
    comment = comment_on(article, user_email="brank@spam.example")
    decisions.decide(SiteComment.objects.filter(pk=comment.pk), "spam", None)
    data = {"action": "ban", "comment": comment.pk, "confirmed": "1", "tab": "spam"}
    page = text(moderator.post(f"{QUEUE}decide/", data, follow=True))
    assert "writer banned" in page
    assert Ban.objects.count() == 1
    assert "ban lifted" in text(moderator.post(f"{QUEUE}undo/", follow=True))
    assert not Ban.objects.exists()
    assert SiteComment.objects.get(pk=comment.pk).is_removed


def test_thousands_at_once_are_one_click_with_their_number(moderator, article):
    one = comment_on(article)
    moderator.post(f"{QUEUE}decide/", {"action": "remove", "comment": one.pk, "tab": "all"})
    many = [comment_on(article).pk for _ in range(9)]
    decisions.decide(SiteComment.objects.filter(pk__in=many), "spam", moderator.user)
    clicks = decisions.decided_lately(moderator.user, 2)
    assert [click.comments for click in clicks] == [9, 1]


def test_a_provider_of_mail_for_everybody_is_not_banned(article):
    comment = comment_on(article, user_email="somebody@gmail.com")
    assert "domain" not in bans.values_of(comment)
    with pytest.raises(Exception, match="gives addresses to everybody"):
        bans.impose("domain", "GMail.com", None)


def test_the_last_fifty_clicks_can_be_undone_bans_too(moderator, article):
    comments = [comment_on(article, user_email=f"w{n}@readers.example") for n in range(3)]
    for comment in comments:
        hold(comment)
    moderator.post(f"{QUEUE}decide/", {"action": "remove", "comment": comments[0].pk})
    moderator.post(
        f"{QUEUE}decide/", {"action": "ban", "comment": comments[1].pk, "confirmed": "1"}
    )
    moderator.post(f"{QUEUE}decide/", {"action": "approve", "comment": comments[2].pk})
    clicks = decisions.decided_lately(moderator.user, 50)
    assert [click.decision.comment_id for click in clicks] == [
        comments[2].pk, comments[1].pk, comments[0].pk
    ]  # fmt: skip
    assert clicks[1].banned
    page = text(moderator.post(f"{QUEUE}undo/", {"decision": clicks[1].decision.pk}, follow=True))
    assert "Undone: 1 comment put back; ban lifted." in page
    assert not Ban.objects.exists()
    assert decisions.is_held(SiteComment.objects.get(pk=comments[1].pk))
    assert SiteComment.objects.get(pk=comments[0].pk).is_removed


def test_nobody_undoes_for_somebody_else(moderator, article):
    comment = comment_on(article)
    made = decisions.remove(SiteComment.objects.filter(pk=comment.pk), member_of("Editors"))
    page = text(moderator.post(f"{QUEUE}undo/", {"decision": made[0].pk}, follow=True))
    assert "Nothing to undo." in page


# Reasons


def test_the_writer_is_mailed_the_chosen_reason_unless_it_was_undone(
    moderator, article, django_capture_on_commit_callbacks
):
    reason = RemovalReason.objects.get(name="Off topic")
    first, second = (
        comment_on(article, user_email=f"{n}@readers.example", comment="Hm.") for n in "ab"
    )
    for comment in (first, second):
        hold(comment)
        data = {"action": "remove", "comment": comment.pk, "reason": reason.pk}
        moderator.post(f"{QUEUE}decide/", data)
    made = list(ModerationDecision.objects.order_by("pk"))
    assert [each.told for each in made] == ["Off topic", "Off topic"]
    decisions.undo([made[1].pk], moderator.user)
    for each in made:
        removal_mails.tell.call(each.pk, reason.pk)
    (sent,) = mail.outbox
    assert sent.to == ["a@readers.example"]
    assert article.title in sent.subject
    assert reason.text in sent.body


def test_a_reason_is_mailed_with_a_removal_alone(moderator, article):
    comment = comment_on(article)
    hold(comment)
    data = {"action": "approve", "comment": comment.pk}
    moderator.post(f"{QUEUE}decide/", data | {"reason": RemovalReason.objects.first().pk})
    assert ModerationDecision.objects.get().told == ""


# Replies


def test_a_reply_from_the_queue_publishes_both(moderator, article):
    comment = comment_on(article, comment="Who was paged?")
    hold(comment)
    data = {"comment": comment.pk, "text": "The log is linked in paragraph six."}
    assert "Your reply is published." in text(moderator.post(f"{QUEUE}reply/", data, follow=True))
    comment.refresh_from_db()
    assert comment.is_public
    reply = SiteComment.objects.get(user=moderator.user)
    assert (reply.parent_id, reply.is_public) == (comment.pk, True)


def test_an_empty_reply_changes_nothing(moderator, article):
    comment = comment_on(article)
    hold(comment)
    data = {"comment": comment.pk, "text": " \u200b "}
    assert "Not sent. Write something first." in text(
        moderator.post(f"{QUEUE}reply/", data, follow=True)
    )
    assert decisions.is_held(SiteComment.objects.get(pk=comment.pk))


# A comment and its writer


def test_a_comments_page_has_every_action_and_comes_back_to_it(moderator, article):
    comment = comment_on(article)
    address = f"{BASE}{comment.pk}/change/"
    page = text(moderator.get(address))
    for words in ("Remove", "Spam", "Ban …", "Reply …", "View in context", article.title):
        assert words in page
    data = {"action": "remove", "comment": comment.pk, "tab": "all", "page_of": comment.pk}
    answer = moderator.post(f"{QUEUE}decide/", data)
    assert answer["Location"] == address
    assert "Restore" in text(moderator.get(address))


def test_who_may_only_read_comments_gets_no_buttons(client, article):
    user = UserFactory(is_staff=True)
    from django.contrib.auth.models import Permission

    user.user_permissions.add(Permission.objects.get(codename="view_sitecomment"))
    client.force_login(user)
    comment = comment_on(article, comment="Only to read.")
    page = text(client.get(f"{BASE}{comment.pk}/change/"))
    assert "Only to read." in page
    assert "Ban" not in page
    assert 'value="remove"' not in page


def test_a_commenters_record(moderator, article):
    writer = {"user_email": "brank@readers.example", "user_name": "Brank"}
    comment = comment_on(article, ip_address="203.0.113.44", **writer)
    comment_on(article, comment="Another of his.", **writer)
    comment_on(article, user_name="Brank Two", ip_address="203.0.113.44")
    bans.impose("network", "203.0.113.0/24", None, note="All of them")
    address = f"{BASE}{comment.pk}/commenter/"
    moderator.post(f"{BASE}{comment.pk}/note/", {"text": "Wrote to us on 3 May."})
    page = text(moderator.get(address))
    for words in (
        "2 published, 0 pending, 0 removed",
        "Brank Two",
        "Another of his.",
        "203.0.113.0/24",
        "Wrote to us on 3 May.",
    ):
        assert words in page, words


def test_a_note_is_of_the_inbox_and_of_nobody_else(moderator, article):
    first = comment_on(article, user_email="brank@readers.example")
    same = comment_on(article, user_email="Brank+2@readers.example")
    other = comment_on(article, user_email="odo@readers.example")
    moderator.post(f"{BASE}{first.pk}/note/", {"text": "Careful."})
    moderator.post(f"{BASE}{first.pk}/note/", {"text": "  "})
    assert CommenterNote.objects.count() == 1
    assert "Careful." in text(moderator.get(f"{BASE}{same.pk}/commenter/"))
    assert "Careful." not in text(moderator.get(f"{BASE}{other.pk}/commenter/"))


# Thousands


def test_select_all_of_many(moderator, article, django_capture_on_commit_callbacks):
    """Asked about once, done by the worker, undone as a whole."""
    made = comment_on(article)
    comments = [made, *(comment_on(article, comment=f"No. {n}.") for n in range(60))]
    data = {
        "action": "remove_as_spam",
        "_selected_action": [made.pk],
        "select_across": "1",
    }
    asked = text(moderator.post(BASE, data))
    assert "Remove as spam: 61 comments?" in asked
    late = comment_on(article, comment="Written after the question.")
    with django_capture_on_commit_callbacks(execute=False):
        answer = moderator.post(BASE, data | {"confirmed": "1", "up_to": comments[-1].pk})
    begun = BulkModeration.objects.get()
    assert answer["Location"] == f"{BASE}bulk/{begun.pk}/"
    assert "0 of 61 read" in text(moderator.get(answer["Location"]))
    bulk.work.call(begun.pk)
    assert "61 of 61 read, 61 removed as spam" in text(moderator.get(answer["Location"]))
    assert SiteComment.objects.filter(is_removed=True).count() == 61
    late.refresh_from_db()
    assert not late.is_removed
    bulk.undo.call(begun.pk)
    assert not SiteComment.objects.filter(is_removed=True).exists()
    assert "61 put back" in text(moderator.get(answer["Location"]))


def test_bulk_work_that_is_cut_off_goes_on_where_it_was(moderator, article, monkeypatch):
    monkeypatch.setattr(bulk, "BATCH", 2)
    comments = [comment_on(article) for _ in range(5)]
    begun = BulkModeration.objects.create(
        action="remove",
        comments=[each.pk for each in comments],
        total=len(comments),
        by=moderator.user,
    )
    assert bulk._batch(begun.pk)
    decide = decisions.decide

    def fails(*args, **kwargs):
        decide(*args, **kwargs)
        raise RuntimeError

    monkeypatch.setattr(decisions, "decide", fails)
    with pytest.raises(RuntimeError):
        bulk._batch(begun.pk)
    monkeypatch.setattr(decisions, "decide", decide)
    begun.refresh_from_db()
    assert (begun.done, begun.changed) == (2, 2)
    bulk.work.call(begun.pk)
    begun.refresh_from_db()
    assert (begun.done, begun.changed) == (5, 5)
    assert begun.ended_at


def test_bulk_work_can_be_stopped(moderator, article):
    comments = [comment_on(article) for _ in range(3)]
    begun = BulkModeration.objects.create(
        action="remove",
        comments=[each.pk for each in comments],
        total=len(comments),
        by=moderator.user,
    )
    moderator.post(f"{BASE}bulk/{begun.pk}/", {"stop": "1"})
    bulk.work.call(begun.pk)
    assert not SiteComment.objects.filter(is_removed=True).exists()
    assert "Stopped." in text(moderator.get(f"{BASE}bulk/{begun.pk}/"))


# Pre-moderation


@pytest.mark.parametrize("where", ["story", "section", "site"])
def test_every_comment_is_held_where_that_is_asked(article, where):
    if where == "site":
        ConversationSettings.objects.create(holds_all=True)
    else:
        row = article if where == "story" else article.section
        row.holds_comments = True
        row.save()
    comment = post(article)
    assert decisions.is_held(comment)
    assert Flag.objects.get().rule_name == "Pre-moderation"
    assert decisions.reason_of(comment) == (
        "A moderator reads every comment here before it is published."
    )
    if where != "site":
        assert not decisions.is_held(
            post(PublishedArticleFactory(section=SectionFactory(name="Markets")))
        )


def test_the_newsroom_is_not_held_and_a_change_is_read_again(article):
    article.holds_comments = True
    article.save()
    author = member_of("Editors")
    words = {"name": "E", "email": author.email, "comment": "Ours."}
    assert submission.post_as_user(article, words, author, None).is_public
    reader = UserFactory()
    mine = submission.post_as_user(article, words | {"comment": "Mine."}, reader, None)
    decisions.approve(SiteComment.objects.filter(pk=mine.pk))
    editing.change(mine, "Mine, but otherwise.")
    assert decisions.is_held(SiteComment.objects.get(pk=mine.pk))


# Abuse


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("You are all fucking idiots and should be shot.", "Threats (English)"),
        ("You are all fucking idiots.", "Insults (English)"),
        ("you f.u.c.k.i.n.g idiot", "Insults (English)"),
        ("You are a M0R0N, you are a moron", "Insults (English)"),
        ("I know where you live.", "Threats (English)"),
        ("KILL YOUR­SELF", "Threats (English)"),
        ("Go back where you came from", "Slurs (English)"),
        ("ﷺ" * 230 + " kill yourself", "Threats (English)"),
    ],
)
def test_abuse_is_held(article, words, rule):
    comment = post(article, words)
    assert decisions.is_held(comment)
    assert Flag.objects.get().rule_name == rule


@pytest.mark.parametrize(
    "words",
    [
        "There is a chink in the armour of this argument.",
        "Poof, and the coins were gone.",
        "Gas the network charges is 20 gwei.",
        "Dickens wrote about bubbles; Scunthorpe and Cockburn would agree.",
        "This cripples the bridge, and killing the feature is right.",
        "A class action assassinates nobody.",
        "Shiitake and therapist are words.",
    ],
)
def test_what_only_looks_like_abuse_is_published(article, words):
    assert post(article, words).is_public


def test_each_shipped_list_is_a_rule_that_catches_its_own_lines(moderator, article):
    for each in shipped():
        if each.language != "en":
            moderator.post("/admin/comments/rule/word-lists/", {"list": each.key})
    assert Rule.objects.filter(kind="words").count() == len(shipped())
    assert decisions.is_held(post(article, "Sana söylüyorum, orospu çocuğu!"))
    assert decisions.is_held(post(article, "Ich weiß, wo du wohnst — verpiss dich"))
    page = text(moderator.get("/admin/comments/rule/word-lists/"))
    assert page.count("Added") == len(shipped())


def test_only_who_may_write_rules_adds_a_list(client):
    client.force_login(member_of("Editors"))
    assert client.post("/admin/comments/rule/word-lists/", {"list": "de-abuse"}).status_code == 403
    assert not Rule.objects.filter(name="Abuse (German)").exists()
