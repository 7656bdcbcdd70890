"""The archive of each newsletter, for everybody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from advertising.models import Placement
from articles.reading import page_lifetime
from articles.reading.pagination import PARAMS, page_of
from newsletter.archive import published_issues as archived
from newsletter.composing import contents
from newsletter.models import Issue, Newsletter
from pagecache import add_tags, public_page, table_tag, tags


@public_page(*PARAMS)
@require_safe
def archive(request: HttpRequest, newsletter: str) -> HttpResponse:
    add_tags(table_tag(Newsletter))
    of = get_object_or_404(Newsletter.objects.select_related("section", "coin"), slug=newsletter)
    page_lifetime.until_next_change()
    page = page_of(archived.issues(of), request.GET)
    context = {
        "newsletter": of,
        "page": page,
        "canonical": page.address(of.get_absolute_url()),
        "place": "newsletter",
    }
    return render(request, "newsletter/archive.html", context)


@public_page()
@require_safe
def issue(request: HttpRequest, newsletter: str, number: int) -> HttpResponse:
    """An issue as it went out, less what was withdrawn since."""
    add_tags(table_tag(Newsletter), table_tag(Placement))
    page_lifetime.until_next_change()
    of = get_object_or_404(Newsletter, slug=newsletter)
    found = get_object_or_404(
        Issue.objects.published().select_related(
            "newsletter__section", "newsletter__coin", "creative", "subject_of"
        ),
        newsletter=of,
        number=number,
    )
    add_tags(tags.row_tag(found))
    context = {
        "newsletter": of,
        "issue": found,
        "shown": contents.contents_of(found),
        "canonical": found.get_absolute_url(),
        "place": "newsletter",
    }
    return render(request, "newsletter/issue.html", context)
