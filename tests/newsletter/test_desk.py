"""The desk’s side of newsletters: composing, looking, testing, sending, and being told what is
wrong.
"""

import re

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from newsletter.admin.issues import IssueAdmin
from newsletter.composing import drafts, rendering, texts, versions
from newsletter.models import Issue, Item, Link, Newsletter
from newsletter.sending import batches, issue_status

from ..factories import PublishedArticleFactory, SponsoredArticleFactory, UserFactory, member_of
from ..pages import squeezed
from .conftest import begin, issue_of, reader
from .mail_html import PLACE, validate
from .test_rendering import booked

pytestmark = pytest.mark.django_db
FORMS = ("light", "dark", "none")


@pytest.fixture
def desk(client):
    client.force_login(member_of("Editors", email="desk@finality.example"))
    return client


def address(issue: Issue) -> str:
    return reverse("admin:newsletter_issue_change", args=[issue.pk])


def do(desk, issue: Issue, what: str, committed=None, **data):
    place = reverse("admin:newsletter_issue_do", args=[issue.pk])
    data.setdefault("seen", versions.version_of(issue))
    if committed is None:
        answer = desk.post(place, {"what": what, **data}, follow=True)
    else:
        with committed():
            answer = desk.post(place, {"what": what, **data}, follow=True)
    issue.refresh_from_db()
    return answer.content.decode()


def test_a_new_issue_comes_filled(desk, newsletter):
    PublishedArticleFactory(title="Policy makes a clause")
    answer = desk.post(
        reverse("admin:newsletter_issue_add"),
        {"newsletter": newsletter.pk, "day": "2026-11-23"},
        follow=True,
    )
    page = answer.content.decode()
    assert "Filled with the stories published" in page
    assert "Policy makes a clause" in page
    assert Issue.objects.get().items.count() == 1


def test_the_page_says_who_would_get_what_and_how_heavy_it_is(desk, newsletter):
    reader("hollis")
    booked()
    page = desk.get(address(issue_of(newsletter))).content.decode()
    assert "1 reader would get it" in page
    assert "3 stories" in squeezed(page)
    assert "the sponsor slot of Palisade Custody" in squeezed(page)
    assert "Weight:" in page


def test_what_is_not_public_now_is_said_to_be_left_out(desk, newsletter):
    issue = issue_of(newsletter)
    story = issue.items.first().article
    type(story).objects.filter(pk=story.pk).update(status="withdrawn")
    assert "One story of it is not public now" in desk.get(address(issue)).content.decode()


def form_of(desk, issue: Issue) -> dict[str, str]:
    """The data that the page’s form would send."""
    page = desk.get(address(issue)).content.decode()
    data = dict(re.findall(r'name="((?:items-)?[\w-]+)" value="([^"]*)"', page))
    for number, item in enumerate(issue.items.all()):
        data |= {
            f"items-{number}-id": str(item.pk),
            f"items-{number}-issue": str(issue.pk),
            f"items-{number}-kind": item.kind,
            f"items-{number}-article": str(item.article_id),
            f"items-{number}-headline": item.headline,
            f"items-{number}-text": item.text,
            f"items-{number}-position": str(item.position),
        }
    count = issue.items.count()
    return data | {
        "day": str(issue.day),
        "subject": "By hand",
        "preheader": "",
        "intro": "<p>Good morning.</p>",
        "items-TOTAL_FORMS": str(count),
        "items-INITIAL_FORMS": str(count),
        "_save": "Save",
    }


def test_words_and_order_are_edited_by_hand(desk, newsletter):
    issue = issue_of(newsletter)
    data = form_of(desk, issue)
    data["items-2-position"] = "1"
    data["items-2-headline"] = "A better headline"
    assert desk.post(address(issue), data).status_code == 302
    issue.refresh_from_db()
    assert (issue.subject, issue.intro, issue.items.first().headline) == (
        "By hand",
        "<p>Good morning.</p>",
        "A better headline",
    )


def test_a_correction_stays_one_when_the_issue_is_saved(desk, newsletter):
    from articles.models import Correction

    issue = issue_of(newsletter)
    article = issue.items.first().article
    correction = Correction.objects.create(article=article, text="It was nine.")
    issue.items.create(kind="correction", article=article, correction=correction, position=90)
    data = form_of(desk, issue)
    del data["items-3-kind"], data["items-3-article"]  # A browser sends no field that is disabled.
    data["items-3-text"] = "It was nine, not eight."
    assert desk.post(address(issue), data).status_code == 302
    item = issue.items.get(correction=correction)
    assert (item.kind, item.text, item.article) == (
        "correction",
        "It was nine, not eight.",
        article,
    )


def test_a_paid_story_is_refused_with_a_sentence(desk, newsletter):
    issue = issue_of(newsletter)
    data = form_of(desk, issue) | {"items-0-article": str(SponsoredArticleFactory().pk)}
    page = desk.post(address(issue), data).content.decode()
    assert "This was paid for." in page


def test_a_story_that_stands_in_it_already_is_refused_with_a_sentence_and_nothing_is_lost(
    desk, newsletter
):
    issue = issue_of(newsletter)
    new = {
        f"items-3-{name}": value
        for name, value in {
            "id": "",
            "issue": str(issue.pk),
            "kind": "story",
            "article": str(issue.items.first().article_id),
            "headline": "",
            "text": "",
            "position": "5",
        }.items()
    }
    data = form_of(desk, issue) | new | {"items-TOTAL_FORMS": "4"}
    answer = desk.post(address(issue), data)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "This story stands in the issue already." in page
    assert "Good morning." in page
    # Among the most discussed it may stand, too.
    assert desk.post(address(issue), data | {"items-3-kind": "discussed"}).status_code == 302


def test_the_preview_shows_the_mail_light_dark_without_pictures_and_as_text(desk, newsletter):
    issue = issue_of(newsletter)
    page = desk.get(reverse("admin:newsletter_issue_preview", args=[issue.pk])).content.decode()
    for form in ("light", "dark", "plain", "text"):
        place = reverse("admin:newsletter_issue_mail", args=[issue.pk, form])
        assert place in page
        answer = desk.get(place)
        assert "makes a clause" in answer.content.decode()
        assert answer["X-Frame-Options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
        assert "no-store" in answer["Cache-Control"]
    mail_in = {
        form: desk.get(reverse("admin:newsletter_issue_mail", args=[issue.pk, form]))
        for form in FORMS
    }
    assert "@media all{" in mail_in["dark"].content.decode()
    assert "@media not all{" in mail_in["light"].content.decode()
    assert mail_in["none"].status_code == 404


def test_a_test_goes_to_the_desk_and_changes_nothing(desk, newsletter, committed):
    reader("hollis")
    issue = issue_of(newsletter)
    page = do(
        desk, issue, "test", committed, addresses="desk@finality.example, chief@finality.example"
    )
    assert "A test is on its way to desk@finality.example, chief@finality.example." in page
    assert [each.to for each in mail.outbox] == [
        ["desk@finality.example"],
        ["chief@finality.example"],
    ]
    assert mail.outbox[0].subject.startswith("[Test] ")
    assert not PLACE.search(mail.outbox[0].body)
    assert (issue.status, issue.started_at, issue.deliveries.count()) == ("draft", None, 0)


@pytest.mark.parametrize(
    "addresses", ["", "nobody", "a@b.example\r\nBcc: c@d.example", ", ".join(["a@b.example"] * 6)]
)
def test_a_test_to_what_is_no_address_is_refused(desk, newsletter, committed, addresses):
    issue = issue_of(newsletter)
    page = do(desk, issue, "test", committed, addresses=addresses)
    assert "errorlist" in page or 'class="error"' in page
    assert mail.outbox == []


def test_scheduling_going_back_and_sending(desk, newsletter, sink, noon):
    reader("hollis")
    issue = issue_of(newsletter)
    assert "It goes out on 23 November 2026 at 06:30 UTC." in do(
        desk, issue, "schedule", at="2026-11-23T06:30"
    )
    assert issue.status == "scheduled"
    do(desk, issue, "draft")
    assert (issue.status, issue.send_at) == ("draft", None)
    assert "It goes out now." in do(desk, issue, "now")
    batches.send_some.call()
    issue.refresh_from_db()
    assert issue.status == "sent"
    page = desk.get(address(issue)).content.decode()
    assert "Accepted" in page
    assert 'name="subject"' not in page
    assert LogEntry.objects.filter(change_message__contains="It goes out now.").exists()


def test_a_time_of_another_zone_is_said_and_kept_as_ours(desk, newsletter, noon):
    issue = issue_of(newsletter)
    said = do(desk, issue, "schedule", at="2031-01-01T00:30+05:00")
    assert "It goes out on 31 December 2030 at 19:30 UTC." in said
    assert str(issue.day) == "2030-12-31"


def test_what_began_to_go_out_while_its_form_was_open_is_not_saved(desk, newsletter):
    reader("hollis")
    issue = issue_of(newsletter)
    data = form_of(desk, issue) | {"subject": "Too late", "items-0-headline": "Too late"}
    begin(issue)
    assert desk.post(address(issue), data).status_code == 403
    assert not Issue.objects.filter(subject="Too late").exists()
    assert not issue.items.filter(headline="Too late").exists()


def test_what_begins_to_go_out_while_its_form_is_looked_at_is_not_saved(
    desk, newsletter, monkeypatch
):
    """Between the question who may change it and the writing."""
    reader("hollis")
    issue = issue_of(newsletter)
    data = form_of(desk, issue) | {"subject": "Too late", "items-0-headline": "Too late"}
    monkeypatch.setattr(IssueAdmin, "has_change_permission", lambda *args: True)
    monkeypatch.setattr(IssueAdmin, "get_inlines", lambda self, *args: self.inlines)
    begin(issue)
    page = desk.post(address(issue), data).content.decode()
    assert "It began to go out while you were writing. It stays as it was sent." in page
    assert not Issue.objects.filter(subject="Too late").exists()
    assert not issue.items.filter(headline="Too late").exists()


def test_a_heavy_newsletter_is_said_to_be(desk, newsletter):
    issue = issue_of(newsletter)
    for count, words in ((50, "It is close to 102 kB"), (15, "Gmail would cut it off")):
        for _ in range(count):
            Item.objects.create(issue=issue, article=PublishedArticleFactory(), text="Words " * 160)
        assert words in squeezed(desk.get(address(issue)).content.decode())


def test_the_address_of_a_newsletter_stays_once_an_issue_has_gone_out(desk, newsletter):
    page = f"/admin/newsletter/newsletter/{newsletter.pk}/change/"
    assert 'name="slug"' in desk.get(page).content.decode()
    reader("hollis")
    begin(issue_of(newsletter))
    assert 'name="slug"' not in desk.get(page).content.decode()


@pytest.mark.parametrize(
    ("at", "words"), [("", "Give a day"), ("soon", "Give a day"), ("2020-01-01T00:00", "is over")]
)
def test_a_time_that_is_none_or_over_is_refused(desk, newsletter, at, words):
    issue = issue_of(newsletter)
    assert words in do(desk, issue, "schedule", at=at)
    assert issue.status == "draft"


def test_the_second_who_presses_is_told(desk, newsletter):
    issue = issue_of(newsletter)
    issue_status.schedule(issue, timezone.now())
    assert "Somebody was faster" in do(desk, issue, "now")


def test_pausing_going_on_and_cancelling(desk, newsletter):
    reader("hollis")
    issue = begin(issue_of(newsletter))
    do(desk, issue, "pause")
    assert issue.status == "paused"
    do(desk, issue, "resume")
    assert issue.status == "sending"
    do(desk, issue, "cancel")
    assert issue.status == "cancelled"


def test_progress_is_drawn_while_it_is_sent(desk, newsletter):
    for name in ("hollis", "maren"):
        reader(name)
    issue = begin(issue_of(newsletter))
    page = desk.get(address(issue)).content.decode()
    assert '<progress value="0" max="2"' in page
    assert '<meta http-equiv="refresh"' in page


def test_what_has_gone_out_is_not_filled_edited_or_deleted(desk, newsletter, sink):
    reader("hollis")
    issue = begin(issue_of(newsletter))
    batches.send_some.call()
    items = list(issue.items.values_list("pk", flat=True))
    assert "stays as it was sent" in do(desk, issue, "fill")
    assert list(issue.items.values_list("pk", flat=True)) == items
    assert desk.post(address(issue), {"subject": "Other"}).status_code == 403
    assert (
        desk.post(
            reverse("admin:newsletter_issue_delete", args=[issue.pk]), {"post": "yes"}
        ).status_code
        == 403
    )


@pytest.mark.parametrize("what", ["", "none", "delete"])
def test_a_button_that_is_none(desk, newsletter, what):
    issue = issue_of(newsletter)
    assert "Choose what to do." in do(desk, issue, what)


@pytest.mark.parametrize("group", ["Authors", "Moderators", "Ad desk"])
def test_others_neither_see_nor_send(client, newsletter, group):
    client.force_login(member_of(group))
    issue = issue_of(newsletter)
    assert client.get(address(issue)).status_code == 403
    for what in ("now", "fill", "test"):
        assert (
            client.post(
                reverse("admin:newsletter_issue_do", args=[issue.pk]), {"what": what}
            ).status_code
            == 403
        )
    issue.refresh_from_db()
    assert issue.status == "draft"


def test_who_may_edit_and_not_send_sends_nothing(client, newsletter):
    from django.contrib.auth.models import Permission

    user = UserFactory(is_staff=True)
    user.user_permissions.add(
        *Permission.objects.filter(codename__in=("view_issue", "change_issue"))
    )
    client.force_login(user)
    issue = issue_of(newsletter)
    assert (
        client.post(
            reverse("admin:newsletter_issue_do", args=[issue.pk]), {"what": "now"}
        ).status_code
        == 403
    )
    assert "Send now" not in client.get(address(issue)).content.decode()
    assert "Rebuilt from the latest stories" in do(client, issue, "fill")


def test_the_sender_is_checked_as_pasted(desk, db):
    place = reverse("admin:newsletter_newsletter_sender")
    assert "Paste the records of finality.example" in desk.get(place).content.decode()
    page = desk.post(
        place, {"spf": "v=spf1 +all", "dkim": "", "dmarc": "v=DMARC1; p=none"}
    ).content.decode()
    assert "lets anybody send in your name" in page
    assert "There is no key" in page


def test_a_newsletter_may_not_take_the_word_of_a_page(desk, db):
    data = {
        "name": "Asked",
        "slug": "asked",
        "description": "x",
        "rhythm": "weekly",
        "weekday": "4",
    }
    data |= {"send_at": "06:30", "most_stories": "7", "position": "10"}
    page = desk.post(reverse("admin:newsletter_newsletter_add"), data).content.decode()
    assert "is the address of another page" in page
    assert not Newsletter.objects.filter(slug="asked").exists()


def test_composing_a_page_takes_few_queries(desk, newsletter, django_assert_max_num_queries):
    for number in range(10):
        PublishedArticleFactory(title=f"Story {number}")
    issue = issue_of(newsletter)
    desk.get(address(issue))
    with django_assert_max_num_queries(20):
        desk.get(address(issue))


# Every button saves first


def press(desk, issue: Issue, what: str, committed=None, **typed):
    """A button of the form, with what is typed in it."""
    data = form_of(desk, issue) | typed | {"_do": what}
    del data["_save"]
    if committed is None:
        answer = desk.post(address(issue), data, follow=True)
    else:
        with committed():
            answer = desk.post(address(issue), data, follow=True)
    issue.refresh_from_db()
    return squeezed(answer.content.decode())


@pytest.mark.parametrize("what", ["now", "schedule", "test", "fill", "preview", "duplicate"])
def test_what_is_typed_is_saved_before_anything_is_done(desk, newsletter, what, noon):
    issue = issue_of(newsletter)
    press(
        desk,
        issue,
        what,
        subject="Typed just now",
        addresses="a@desk.example",
        at="2026-12-30T06:30",
    )
    assert issue.subject == "Typed just now"
    if what == "duplicate":
        assert Issue.objects.exclude(pk=issue.pk).get().subject == "Typed just now"


def test_sending_asks_with_the_number_and_the_first_words(desk, newsletter):
    reader("hollis")
    issue = issue_of(newsletter)
    page = press(desk, issue, "now", intro="<p>Good <strong>evening</strong> to you.</p>")
    for words in ("Send to 1 reader now?", "Good evening to you.", "cannot be undone", "By hand"):
        assert words in page, words
    assert issue.status == "draft"
    assert "It goes out now" in do(desk, issue, "now")
    assert issue.status == "scheduled"


@pytest.mark.parametrize("what", ["now", "fill"])
def test_what_was_asked_about_is_what_is_done(desk, newsletter, what):
    issue = issue_of(newsletter)
    asked = versions.version_of(issue)
    Issue.objects.filter(pk=issue.pk).update(subject="Somebody else’s words")
    page = do(desk, issue, what, seen=asked)
    assert "Somebody changed it since you were asked" in page
    assert issue.status == "draft"


def test_of_two_who_write_the_second_is_told_and_decides(desk, newsletter):
    issue = issue_of(newsletter)
    mine = form_of(desk, issue)
    Issue.objects.filter(pk=issue.pk).update(subject="Theirs")
    page = desk.post(address(issue), mine).content.decode()
    assert "Somebody saved this issue after you opened it" in page
    assert "By hand" in page
    issue.refresh_from_db()
    assert issue.subject == "Theirs"
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    assert desk.post(address(issue), mine | {"seen": seen}).status_code == 302
    issue.refresh_from_db()
    assert issue.subject == "By hand"


def test_scheduling_says_that_it_changes_the_day(desk, newsletter, noon):
    issue = issue_of(newsletter)
    page = press(desk, issue, "schedule", at="2026-12-30T06:30")
    assert "Its day is 30 December 2026 now, not" in page


def test_rebuilding_asks_and_says_what_goes(desk, newsletter):
    issue = issue_of(newsletter)
    page = press(desk, issue, "fill")
    assert "The 3 entries of your list" in page
    assert issue.items.count() == 3


def test_a_second_issue_of_a_day_and_stories_told_before_are_said(desk, newsletter, sink):
    reader("hollis")
    first = begin(issue_of(newsletter))
    second = drafts.duplicate(first, None)
    page = squeezed(desk.get(address(second)).content.decode())
    assert "An issue of this newsletter and day went out already." in page
    assert f"was in the issue of {first.day.day} {first.day:%B}." in page


def test_what_was_discussed_once_is_not_discussed_again(newsletter, sink):
    reader("hollis")
    talk = PublishedArticleFactory(title="Much discussed", comment_count=9)
    old = issue_of(newsletter)
    assert talk.pk in old.items.values_list("article", flat=True)
    begin(old)
    PublishedArticleFactory(title="Fresh")
    again = drafts.draft(newsletter)
    assert talk.pk not in again.items.values_list("article", flat=True)


def test_a_cancelled_issue_leaves_the_archive_and_is_duplicated(desk, client, newsletter, sink):
    reader("hollis")
    issue = begin(issue_of(newsletter, subject="Not like this"))
    issue_status.cancel(issue)
    Issue.objects.filter(pk=issue.pk).update(sent_count=1)
    archive = client.get(newsletter.get_absolute_url()).content.decode()
    assert "Not like this" not in archive
    # Whoever has it can read it in a browser.
    assert client.get(issue.get_absolute_url()).status_code == 200
    assert "Duplicated" in do(desk, issue, "duplicate")
    copy = Issue.objects.get(status="draft")
    assert (copy.subject, copy.items.count()) == ("Not like this", 3)


# The editors’ texts


def test_texts_are_formatted_with_buttons_and_links_that_are_counted(newsletter):
    html = (
        '<p>Read <a href="https://a.example/x?a=1&amp;b=2">this &amp; that</a>.</p><ul><li>One</li></ul>'
        '<p><strong><a href="https://b.example/">Book a seat</a></strong></p>'
    )
    issue = issue_of(newsletter, intro=html, closing="<h2>Next week</h2><p>More.</p>")
    rendered = rendering.preview(issue)
    validate(rendered.html)
    assert 'class="btlink"' in rendered.html
    assert "Next week" in rendered.html
    assert "this & that (https://a.example/x?a=1&b=2)" in rendered.text
    met = []
    texts.for_mail(html, lambda url, label: met.append((url, label)) or "https://ours.example/go/")
    assert met == [
        ("https://a.example/x?a=1&b=2", "this & that"),
        ("https://b.example/", "Book a seat"),
    ]


def test_texts_hold_nothing_that_runs(desk, newsletter):
    issue = issue_of(newsletter)
    press(desk, issue, "preview", closing='<p onclick="x()">Hm.<script>1</script></p>')
    assert issue.closing == "<p>Hm.</p>"


def test_results_are_said_as_rates_beside_what_is_usual(desk, newsletter, sink):
    for name in ("hollis", "odo"):
        reader(name)
    first = begin(issue_of(newsletter))
    batches.send_some.call()
    Link.objects.filter(issue=first).update(people=0)
    link = Link.objects.filter(issue=first).first()
    Link.objects.filter(pk=link.pk).update(people=1)
    page = squeezed(desk.get(address(first)).content.decode())
    assert "1 (50.0%)" in page
    assert "The last" not in page
    assert "2 readers now; in 30 days 2 joined and 0 left." in page
    second = begin(drafts.duplicate(first, None))
    page = squeezed(desk.get(address(second)).content.decode())
    assert "The last 1 issue, in the middle: 50.0% clicks, 2 readers." in page
