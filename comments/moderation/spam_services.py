"""
Others who have a say, or want to hear: services that know spam, and programs of the newsroom’s own.

One interface, off by default. They are asked and told by the worker, after the reader was answered;
a service that is away holds up nobody. Whoever turns one on gives readers’ words to a third party
and should say so in the privacy page.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from django_tasks import task

from articles.models import Article
from comments.models import ModerationDecision, Rule, SiteComment
from comments.moderation import decisions


@dataclass(frozen=True)
class SpamVerdict:
    """A spam service’s view of a published comment, for the moderators’ queue."""

    name: str  # as a rule is named there
    found: str


class Service(Protocol):
    def posted(self, comment: SiteComment, article: Article) -> SpamVerdict | None:
        """A comment was posted. An opinion takes it off the page until a moderator has read it.
        Raises Unreachable.
        """

    def decided(self, comment: SiteComment, action: str) -> None:
        """A moderator decided: one of `ModerationDecision.Action`. Raises Unreachable."""


ADAPTERS = {
    "akismet": "comments.moderation.providers.akismet.Akismet",
    "classifier": "comments.moderation.providers.classifier.Classifier",
    "hook": "comments.moderation.providers.webhooks.Hook",
}


def configured() -> list[str]:
    """The names of the services that the settings turn on."""
    return [
        name
        for name, is_on in (
            ("akismet", settings.AKISMET_KEY),
            ("classifier", settings.CLASSIFIER_URL),
            ("hook", settings.COMMENT_HOOK_URL),
        )
        if is_on
    ]


def tell_of_comment(comment: SiteComment, **kwargs: Any) -> None:
    """Receives `signals.posted`: every service is told once the comment is committed."""
    for name in configured():
        transaction.on_commit(partial(tell_posted.enqueue, name, comment.pk))


def tell_of_decision(decision: ModerationDecision, **kwargs: Any) -> None:
    """Receives `signals.decided`: every service is told once the decision is committed."""
    for name in configured():
        transaction.on_commit(partial(tell_decided.enqueue, name, decision.pk))


@task()
def tell_posted(name: str, comment_id: int) -> None:
    comment = SiteComment.objects.filter(pk=comment_id).first()
    if comment is None or name not in configured():
        return
    article = Article.objects.select_related("section").get(pk=int(comment.object_pk))
    opinion = _service(name).posted(comment, article)
    if opinion is not None:
        _hold(comment_id, opinion)


@task()
def tell_decided(name: str, decision_id: int) -> None:
    decision = (
        ModerationDecision.objects.select_related("comment")
        .filter(pk=decision_id, undone_at=None)
        .first()
    )
    if decision is not None and name in configured():
        _service(name).decided(SiteComment.objects.get(pk=decision.comment_id), decision.action)


def _service(name: str) -> Service:
    service: Service = import_string(ADAPTERS[name])()
    return service


def _hold(comment_id: int, opinion: SpamVerdict) -> None:
    """Take it off the page, unless a moderator or its writer was quicker."""
    with transaction.atomic():
        found = decisions.lock(
            SiteComment.objects.filter(pk=comment_id, is_public=True, is_removed=False)
        )
        if (
            not found
            or ModerationDecision.objects.filter(comment=comment_id, undone_at=None).exists()
        ):
            return
        decisions.note(found[0], name=opinion.name, found=opinion.found, action=Rule.Action.HOLD)
        decisions.hold_back(found[0])
