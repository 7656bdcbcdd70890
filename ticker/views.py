"""Prices, the page of each coin, the strip by itself, and what a reader wants to see of them."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from core.same_origin import is_from_here
from pagecache import add_tags, public_page, table_tag
from ticker.models import Coin, FormerCoinSlug
from ticker.presentation import preferences, price_chart
from ticker.presentation.preferences import PricePreferences
from ticker.presentation.price_table import LONGEST_NAME, Table
from ticker.presentation.shown_prices import coin_figures, price_charts


@public_page("sort", "shown", asks=("named", "mine"))
@require_safe
def prices(request: HttpRequest) -> HttpResponse:
    """All coins. Sorted and filtered by addresses; `mine`: as this browser chose, for those without
    a script.
    """
    named = " ".join(request.GET.get("named", "").split())[:LONGEST_NAME]
    is_mine = "mine" in request.GET
    table = Table(request.GET.get("sort", ""), request.GET.get("shown", ""), named, is_mine)
    if not table.is_known:
        return redirect("prices")
    coins = list(Coin.objects.in_tables())
    chosen = preferences.preferences_of(request) if is_mine else PricePreferences()
    context = {
        "listed": [coin for coin in table.rows(coins) if chosen.shows(coin.symbol)],
        "number": len(coins),
        "table": table,
        "chosen": chosen,
        "canonical": "/prices/",
        "noindex": table != Table(),
        "place": "prices",
    }
    return render(request, "ticker/prices.html", context)


@public_page()
@require_safe
def coin(
    request: HttpRequest, slug: str, span: price_chart.Span = price_chart.WEEK
) -> HttpResponse:
    """A coin with one of its charts."""
    add_tags(table_tag(Coin))
    coin = Coin.objects.select_related("quote", "history").filter(slug=slug).first()
    if coin is None:
        former = get_object_or_404(FormerCoinSlug.objects.select_related("coin"), slug=slug)
        return redirect(former.coin, permanent=True)
    context = {
        "coin": coin,
        "figures": [] if coin.is_retired else coin_figures(coin),
        "span": span,
        "charts": price_charts(coin, span),
        "coins": list(Coin.objects.on_strip()),
        "canonical": coin.get_absolute_url(),
        "noindex": span is not price_chart.WEEK,
        "place": "prices",
    }
    return render(request, "ticker/coin.html", context)


@public_page()
@require_safe
def strip(request: HttpRequest) -> HttpResponse:
    """The strip’s lists alone, for pages that lie open: asked for now and then, and answered from
    the cache.
    """
    add_tags(table_tag(Coin))
    response = render(request, "ticker/_strip_lists.html", {"coins": list(Coin.objects.on_strip())})
    response["X-Robots-Tag"] = "noindex"
    return response


@csrf_exempt  # A kept page has no token; where the form was sent from is asked instead.
@require_http_methods(["GET", "HEAD", "POST"])
def choice(request: HttpRequest) -> HttpResponse:
    """Hide prices, or single coins, in this browser."""
    if request.method == "POST" and not is_from_here(request):
        raise PermissionDenied
    coins = list(Coin.objects.in_tables())
    if request.method == "POST":
        known = {coin.symbol for coin in coins}
        chosen = PricePreferences(
            is_off="off" in request.POST, hidden=frozenset(request.POST.getlist("hide")) & known
        )
        response = redirect(f"{reverse('prices')}?mine=1")
        preferences.keep(response, PricePreferences() if "everything" in request.POST else chosen)
        return response
    context = {
        "listed": coins,
        "choice": preferences.preferences_of(request),
        "place": "prices",
    }
    return render(request, "ticker/choice.html", context)
