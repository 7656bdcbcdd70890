"""Services outside: asked by the worker and never in the reader’s request, away without harm, off
by default.
"""

import hashlib
import hmac
import json
from urllib.parse import parse_qs

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from comments.models import Flag, Rule, SiteComment
from comments.moderation import decisions, spam_services
from comments.posting import submission
from core.http_client import Unreachable

from ..factories import PublishedArticleFactory, UserFactory

pytestmark = pytest.mark.django_db
WORDS = {"name": "Ossian", "email": "ossian@readers.example", "comment": "I kept the schedule."}
SECRET = "a secret of both"


@pytest.fixture
def article():
    Rule.objects.update(is_on=False)
    return PublishedArticleFactory(title="The clause")


@pytest.fixture
def akismet(settings, httpserver: HTTPServer):
    settings.AKISMET_KEY, settings.AKISMET_URL = "key", httpserver.url_for("").rstrip("/")
    return httpserver


@pytest.fixture
def hook(settings, httpserver: HTTPServer):
    settings.COMMENT_HOOK_URL, settings.COMMENT_HOOK_SECRET = httpserver.url_for("/told"), SECRET
    return httpserver


def post(article, committed, user=None, **words):
    with committed():
        return submission.publish(article, {**WORDS, **words}, ip="203.0.113.9", user=user)


def sent(server: HTTPServer) -> list[tuple[str, dict[str, list[str]]]]:
    return [(request.path, parse_qs(request.get_data(as_text=True))) for request, _ in server.log]


def test_by_default_nobody_is_told(article, committed, httpserver):
    assert spam_services.configured() == []
    post(article, committed)
    assert httpserver.log == []


def test_akismet_takes_what_is_spam_off_the_page_for_a_moderator(article, committed, akismet):
    akismet.expect_request("/1.1/comment-check", method="POST").respond_with_data("true")
    comment = post(article, committed)
    comment.refresh_from_db()
    assert not comment.is_public
    assert Flag.objects.get().rule_name == "Akismet"
    assert decisions.reason_of(comment) == (
        "A program that looks for spam and abuse was not sure about it."
    )
    data = sent(akismet)[0][1]
    assert data["comment_content"] == [WORDS["comment"]]
    assert data["user_ip"] == ["203.0.113.9"]
    assert data["permalink"][0].endswith(article.get_absolute_url())


def test_akismet_lets_the_rest_stand_and_is_not_asked_about_the_newsroom_or_what_waits(
    article, committed, akismet
):
    akismet.expect_request("/1.1/comment-check", method="POST").respond_with_data("false")
    comment = post(article, committed)
    comment.refresh_from_db()
    assert comment.is_public
    post(article, committed, user=UserFactory(is_staff=True))
    Rule.objects.create(
        name="Schedules", kind="words", action="hold", reason="It waits.", words="schedule"
    )
    post(article, committed)
    assert len(akismet.log) == 1


def test_akismet_learns_from_moderators(article, committed, akismet):
    for call in ("comment-check", "submit-spam", "submit-ham"):
        akismet.expect_request(f"/1.1/{call}", method="POST").respond_with_data("true")
    comment = post(article, committed)
    with committed():
        decisions.approve(SiteComment.objects.filter(pk=comment.pk))
    with committed():
        decisions.decide(SiteComment.objects.filter(pk=comment.pk), "spam", None)
    assert [path for path, _ in sent(akismet)] == [
        "/1.1/comment-check",
        "/1.1/submit-ham",
        "/1.1/submit-spam",
    ]


def test_a_moderator_who_was_quicker_is_right(article, akismet):
    akismet.expect_request("/1.1/comment-check", method="POST").respond_with_data("true")
    comment = submission.publish(article, WORDS, ip=None)
    decisions.note(comment, name="Seen", found="", action="flag")
    decisions.approve(SiteComment.objects.filter(pk=comment.pk))
    spam_services.tell_posted.call("akismet", comment.pk)
    comment.refresh_from_db()
    assert comment.is_public


@pytest.mark.parametrize(
    "answer",
    [
        Response("invalid"),
        Response("", 500),
        Response("", 302, {"Location": "/"}),
        Response("x" * 99),
    ],
)
def test_what_is_no_answer_holds_nothing_and_is_tried_again(article, akismet, answer):
    akismet.expect_request("/1.1/comment-check", method="POST").respond_with_response(answer)
    comment = submission.publish(article, WORDS, ip=None)
    with pytest.raises(Unreachable):
        spam_services.tell_posted.call("akismet", comment.pk)
    comment.refresh_from_db()
    assert comment.is_public


def test_a_service_that_is_away_is_tried_again_and_holds_up_nobody(article, settings):
    settings.AKISMET_KEY, settings.AKISMET_URL = "key", "http://127.0.0.1:9"
    comment = submission.publish(article, WORDS, ip=None)
    with pytest.raises(Unreachable, match="Akismet did not answer"):
        spam_services.tell_posted.call("akismet", comment.pk)
    assert SiteComment.objects.get().is_public


def test_the_hook_is_told_signed_and_without_any_address(article, committed, hook):
    told = []

    def note(request: Request) -> Response:
        told.append((request.headers["Newsroom-Signature"], request.get_data()))
        return Response("thank you")

    hook.expect_request("/told", method="POST").respond_with_handler(note)
    comment = post(article, committed)
    with committed():
        decisions.remove(SiteComment.objects.filter(pk=comment.pk))
    for signature, body in told:
        at, digest = (part.split("=")[1] for part in signature.split(","))
        assert (
            hmac.new(SECRET.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
            == digest
        )
        assert b"readers.example" not in body
        assert b"203.0.113.9" not in body
    first, second = (json.loads(body) for _, body in told)
    assert (first["event"], first["comment"]["text"]) == ("comment.posted", WORDS["comment"])
    assert (second["event"], second["decision"], second["comment"]["is_public"]) == (
        "comment.decided",
        "remove",
        False,
    )


@pytest.mark.parametrize(
    ("answer", "is_public"),
    [
        ('{"hold": "Our own list."}', False),
        ('{"hold": ""}', True),
        ("[]", True),
        ("{", True),
        ("", True),
        ('{"hold": "' + "x" * 20_000 + '"}', True),
    ],
)
def test_the_hook_may_ask_to_hold_a_comment(article, committed, hook, answer, is_public):
    hook.expect_request("/told", method="POST").respond_with_data(answer)
    comment = post(article, committed)
    comment.refresh_from_db()
    assert comment.is_public == is_public
    assert list(Flag.objects.values_list("found", flat=True)) == (
        [] if is_public else ["Our own list."]
    )


def test_what_is_gone_before_it_is_told_is_nothing(article, akismet):
    comment = submission.publish(article, WORDS, ip=None)
    SiteComment.objects.all().delete()
    spam_services.tell_posted.call("akismet", comment.pk)
    spam_services.tell_decided.call("akismet", 1)
    assert akismet.log == []


# A classifier of abuse


@pytest.fixture
def classifier(settings, httpserver: HTTPServer):
    settings.CLASSIFIER_URL = httpserver.url_for("/v1/moderations")
    settings.CLASSIFIER_KEY = "sk-not-real"
    return httpserver.expect_request("/v1/moderations", method="POST")


def scores(**found):
    return {"id": "modr-1", "results": [{"flagged": True, "category_scores": found}]}


def test_a_classifier_holds_what_it_is_sure_of(article, committed, classifier, httpserver):
    classifier.respond_with_json(scores(harassment=0.93, hate=0.71, violence=0.99, sexual=0.01))
    comment = post(article, committed)
    comment.refresh_from_db()
    assert not comment.is_public
    flag = Flag.objects.get()
    assert (flag.rule_name, flag.found) == ("Classifier", "harassment 0.93, hate 0.71")
    request, _ = httpserver.log[0]
    assert request.headers["Authorization"] == "Bearer sk-not-real"
    assert request.json == {
        "model": "omni-moderation-latest",
        "input": "Ossian\nI kept the schedule.",
    }


def test_what_a_classifier_is_not_sure_of_stays(article, committed, classifier):
    classifier.respond_with_json(scores(harassment=0.69, violence=0.99))
    comment = post(article, committed)
    comment.refresh_from_db()
    assert comment.is_public


@pytest.mark.parametrize("answer", ["", "[]", '{"results": []}', '{"results": [{}]}', "x" * 9000])
def test_what_is_no_answer_of_a_classifier_holds_nothing(article, classifier, answer):
    classifier.respond_with_data(answer)
    comment = submission.publish(article, WORDS, ip=None)
    with pytest.raises(Unreachable):
        spam_services.tell_posted.call("classifier", comment.pk)
    assert SiteComment.objects.get(pk=comment.pk).is_public
