"""The archive of each letter, for everybody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from advertising.models import Placement
from articles.reading import page_lifetime
from articles.reading.pagination import PARAMS, page_of
from newsletter.archive import published_issues as archived
from newsletter.composing import contents
from newsletter.models import Issue, Letter
from pagecache import public_page, record, tags, whole

LARGEST_NUMBER = 2**31 - 1


@public_page(*PARAMS)
@require_safe
def archive(request: HttpRequest, letter: str) -> HttpResponse:
    record(whole(Letter))
    of = get_object_or_404(Letter.objects.select_related("section", "coin"), slug=letter)
    page_lifetime.until_next_change()
    page = page_of(archived.issues(of), request.GET)
    context = {"letter": of, "page": page, "canonical": page.address(of.get_absolute_url()), "place": "letter"}
    return render(request, "newsletter/archive.html", context)


@public_page()
@require_safe
def issue(request: HttpRequest, letter: str, number: int) -> HttpResponse:
    """An issue as it went out, less what was withdrawn since."""
    record(whole(Letter), whole(Placement))
    page_lifetime.until_next_change()
    of = get_object_or_404(Letter, slug=letter)
    found = get_object_or_404(
        Issue.objects.published().select_related("letter__section", "letter__coin", "creative", "subject_of"),
        letter=of,
        number=min(number, LARGEST_NUMBER),
    )
    record(tags.of(found))
    context = {
        "letter": of,
        "issue": found,
        "shown": contents.of(found),
        "canonical": found.get_absolute_url(),
        "place": "letter",
    }
    return render(request, "newsletter/issue.html", context)
