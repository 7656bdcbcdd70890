"""
A classifier of abuse behind an address of the shape that OpenAI’s moderation endpoint has:
https://platform.openai.com/docs/api-reference/moderations. Servers of one’s own speak it too, so
that readers’ words need not leave the house.

    POST {"model": …, "input": <name and text>}
    → {"results": [{"flagged": …, "category_scores": {"harassment": 0.93, …}}]}

It stands where Perspective stood, whose service ends in December 2026.
"""

import json
from typing import Any

from django.conf import settings

from articles.models import Article
from comments.models import SiteComment
from comments.moderation.providers.calling import call
from comments.moderation.spam_services import SpamVerdict
from comments.posting import policy
from core.http_client import Unreachable

MOST_NAMED = 3
# Talk about these is the trade of a newspaper; saying them to somebody is another category.
IGNORED = frozenset({"illicit", "violence"})


class Classifier:
    def posted(self, comment: SiteComment, article: Article) -> SpamVerdict | None:
        if not comment.is_public or policy.is_of_newsroom(comment.user):
            return None
        scores = self._ask(f"{comment.name}\n{comment.comment}")
        high = sorted(
            (name for name in scores if scores[name] >= settings.CLASSIFIER_THRESHOLD),
            key=lambda name: -scores[name],
        )
        if not high:
            return None
        found = ", ".join(f"{name} {scores[name]:.2f}" for name in high[:MOST_NAMED])
        return SpamVerdict("Classifier", found)

    def decided(self, comment: SiteComment, action: str) -> None:
        """It learns nothing from us."""

    def _ask(self, text: str) -> dict[str, float]:
        headers = {"Content-Type": "application/json"}
        if settings.CLASSIFIER_KEY:
            headers["Authorization"] = f"Bearer {settings.CLASSIFIER_KEY}"
        asked = {"model": settings.CLASSIFIER_MODEL, "input": text}
        answer = call(
            "The classifier", settings.CLASSIFIER_URL, headers, data=json.dumps(asked).encode()
        )
        return _scores(answer)


def _scores(answer: str) -> dict[str, float]:
    """Return the score of each category. Raises Unreachable for an answer of another shape."""
    try:
        found: Any = json.loads(answer)["results"][0]["category_scores"]
        return {str(name): float(score) for name, score in found.items() if name not in IGNORED}
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise Unreachable(f"The classifier said: {answer[:80]!r}.") from error
