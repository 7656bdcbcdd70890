"""Comments of other programs to the stories that they are about, each of them once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from pagecache.invalidation import invalidate
from pagecache.tags import EVERYTHING
from transfer.bringing import comments
from transfer.bringing.parts import Item
from transfer.bringing.threads import threads_of
from transfer.conversations import disqus, isso
from transfer.conversations.found import Conversation, story_of
from transfer.models import Import, ImportNote

READERS: dict[str, Callable[[Path], list[Conversation]]] = {
    Import.Source.DISQUS: disqus.read,
    Import.Source.ISSO: isso.read,
}


def bring(path: Path, source: str, *, dry_run: bool = False) -> dict[str, Any]:
    """The report. Raises NotAnExport, having changed nothing."""
    found = READERS[source](path)
    stories = [(each, story_of(each.address)) for each in found if each.comments]
    report = _counted(source, stories)
    if dry_run:
        return report | {"dry_run": True}
    run = Import.objects.create(source=source, site=f"{source}: {path.name}"[:300])
    brought = 0
    for conversation, story in stories:
        if story is None:
            ImportNote.objects.create(
                run=run,
                item=f"{len(conversation.comments)} comments: {conversation.title}"[:200],
                address=conversation.address[:2000],
                sentence="No story here has this address.",
            )
            continue
        item = Item(number="", kind="post", at=story.published_at)
        with transaction.atomic():
            brought += comments.bring(run, [(item, story, threads_of(conversation.comments))])
    report |= {"dry_run": False, "import": run.pk, "brought": {"comments": brought}}
    run.report, run.state, run.ended_at = report, Import.State.DONE, timezone.now()
    run.save()
    invalidate(EVERYTHING)
    return report


def _counted(source: str, stories: list[tuple[Conversation, Any]]) -> dict[str, Any]:
    threads = [threads_of(each.comments) for each, _ in stories]
    return {
        "source": source,
        "conversations": len(stories),
        "without_a_story": [each.address for each, story in stories if story is None],
        "comments": {
            "total": sum(len(each.comments) for each, _ in stories),
            "replies": sum(each.replies for each in threads),
            "max_depth": max((each.max_depth for each in threads), default=0),
            "orphans": sum(len(each.orphans) for each in threads),
            "loops": sum(len(each.loops) for each in threads),
        },
    }
