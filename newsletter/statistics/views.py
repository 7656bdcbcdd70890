"""Links of newsletters: through us, to the address that was stored, and to no other."""

from typing import cast

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from advertising.models import Placement
from audience.robots import is_prefetch
from core.client_ip import network_address, network_of
from newsletter.models import Link
from newsletter.statistics import bot_clicks, clicks, tracking_codes


@require_safe
def go(request: HttpRequest, link: int, code: str) -> HttpResponse:
    """Lead on, whatever becomes of the counting. A code that is not ours counts for nothing, and
    leads on too.
    """
    found = Link.objects.select_related("issue__newsletter").filter(pk=link).first()
    if found is None:
        raise Http404
    placement = found.issue.placement_id or 0
    if (
        found.kind == Link.Kind.PLACEMENT
        and not Placement.objects.approved().filter(pk=placement).exists()
    ):
        # Taken off since: nobody is led there by us any more, and nothing is counted.
        return _led(found.issue.get_absolute_url())
    if delivery := tracking_codes.read(code):
        agent = request.headers.get("User-Agent", "")
        reason = bot_clicks.reason_at_once(cast(str, request.method), agent, is_prefetch(request))
        try:
            clicks.note(found, delivery, reason, network_of(network_address(request)), agent)
        except DatabaseError:
            clicks.logger.exception("a click could not be noted")
    return _led(found.url)


def _led(url: str) -> HttpResponse:
    response = HttpResponseRedirect(url)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
