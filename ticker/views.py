"""Prices and the page of each coin."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from newsroom.pagecache import public_page
from ticker.models import Coin
from ticker.showing import coin_figures, week_charts


@public_page()
@require_safe
def prices(request: HttpRequest) -> HttpResponse:
    context = {"coins": list(Coin.objects.on_strip()), "canonical": "/prices/", "place": "prices"}
    return render(request, "ticker/prices.html", context)


@public_page()
@require_safe
def coin(request: HttpRequest, slug: str) -> HttpResponse:
    coin = get_object_or_404(Coin.objects.select_related("quote"), slug=slug)
    context = {
        "coin": coin,
        "figures": coin_figures(coin),
        "charts": week_charts(coin),
        "coins": list(Coin.objects.on_strip()),
        "canonical": coin.get_absolute_url(),
        "place": "prices",
    }
    return render(request, "ticker/coin.html", context)
