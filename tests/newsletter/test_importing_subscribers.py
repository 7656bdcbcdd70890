"""Lists of other programs, by their own columns: who has a newsletter, and who must not be written to."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from newsletter.models import Newsletter, Subscriber, Subscription
from newsletter.subscribing import forgetting

pytestmark = pytest.mark.django_db
PROOF = "The old site’s list, agreed to by its form."
FILES = {
    "mailchimp": (
        "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,LEID,TAGS\n"
        'a@readers.example,Ada,2,2021-03-04 10:00:00,,2021-03-04 10:00:00,1,"""vip"",""eu"""\n'
    ),
    "mailchimp, unsubscribed": (
        "Email Address,First Name,OPTIN_TIME,UNSUB_TIME,UNSUB_REASON,TAGS\n"
        "b@readers.example,Ben,2021-03-04 10:00:00,2022-01-01 10:00:00,,\n"
    ),
    "mailchimp, cleaned": (
        "Email Address,CLEAN_TIME\nc@readers.example,2022-01-01 10:00:00\n"
    ),
    "substack": (
        "email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at\n"
        "a@readers.example,false,,other,false,2021-03-04T10:00:00.000Z,\n"
        "b@readers.example,false,,other,true,2021-03-04T10:00:00.000Z,\n"
    ),
    "ghost": (
        "id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,"
        "deleted_at,labels,tiers\n"
        '1,a@readers.example,Ada,,true,false,,2021-03-04T10:00:00.000Z,,"vip,eu",\n'
        "2,b@readers.example,Ben,,false,false,,2021-03-04T10:00:00.000Z,,,\n"
    ),
    "listmonk": (
        "uuid,email,name,attributes,status,created_at,updated_at\n"
        "u,a@readers.example,Ada,{},enabled,2021-03-04T10:00:00Z,2021-03-04T10:00:00Z\n"
        "u,b@readers.example,Ben,{},disabled,2021-03-04T10:00:00Z,2021-03-04T10:00:00Z\n"
        "u,d@readers.example,Dee,{},blocklisted,2021-03-04T10:00:00Z,2021-03-04T10:00:00Z\n"
    ),
}  # fmt: skip


@pytest.fixture
def letter() -> Newsletter:
    return Newsletter.objects.create(name="The daily", slug="daily")


@pytest.fixture
def bring(letter: Newsletter, tmp_path: Any) -> Any:
    def run(text: str, *more: str) -> dict[str, Any]:
        path, report = tmp_path / "list.csv", tmp_path / "report.json"
        path.write_text(text)
        call_command(
            "import_subscribers", str(path), "--newsletter", letter.slug, "--proof", PROOF,
            "--report", str(report), *more, stdout=io.StringIO(),
        )  # fmt: skip
        return json.loads(report.read_text())

    return run


@pytest.mark.parametrize("program", FILES)
def test_each_program_is_read_by_its_own_columns(bring, program):
    report = bring(FILES[program])
    assert report["skipped"] == []
    had = {each.subscriber.email[0]: each for each in Subscription.objects.all()}
    if "a" in had:
        assert had["a"].status == "confirmed"
        assert had["a"].confirmed_at == datetime(2021, 3, 4, 10, tzinfo=UTC)
    assert all(each.status == "unsubscribed" for key, each in had.items() if key != "a")
    assert report["added"] + report["kept_out"] == len(had)
    if program in ("mailchimp", "ghost"):
        assert {tag.name for tag in had["a"].subscriber.tags.all()} == {"vip", "eu"}
    reasons = {each.email[0]: each.suppressed_because for each in Subscriber.objects.all()}
    assert reasons.get("c", "bounced") == "bounced"
    assert reasons.get("d", "complained") == "complained"


def test_who_left_there_is_not_brought_back_by_a_later_file(bring):
    bring(FILES["mailchimp, unsubscribed"])
    report = bring("email\nb@readers.example\n")
    assert report["added"] == 0
    assert "left The daily on 1 January 2022" in report["skipped"][0][2]


def test_who_has_the_newsletter_here_is_not_thrown_out_by_an_old_list(bring, letter):
    bring("email\nb@readers.example\n")
    bring(FILES["mailchimp, unsubscribed"])
    assert Subscription.objects.get().status == "confirmed"


def test_who_was_kept_out_is_known_for_a_month(bring):
    bring(FILES["mailchimp, unsubscribed"])
    for days, is_known in ((29, True), (31, False)):
        with time_machine.travel(datetime.now(tz=UTC) + timedelta(days=days)):
            forgetting.forget_readers.call()
        assert Subscriber.objects.exists() is is_known


def test_a_dry_run_says_the_same_and_changes_nothing(bring):
    dry = bring(FILES["listmonk"], "--dry-run")
    assert not Subscriber.objects.exists()
    assert bring(FILES["listmonk"]) == dry


@pytest.mark.parametrize("text", ["", "name\nAda\n", "\x00"])
def test_what_is_no_list_ends_with_2(bring, text):
    with pytest.raises(CommandError) as error:
        bring(text)
    assert error.value.returncode == 2


def test_more_lines_than_the_desk_takes_are_taken(bring):
    lines = "".join("\n" if number % 2 else "x\n" for number in range(20_010))
    assert len(bring(f"email\n{lines}")["skipped"]) == 10_005
