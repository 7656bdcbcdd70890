"""Coins, their prices and where these come from, on the desk. Prices are written by the poller
only.
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Max, QuerySet
from django.forms import BaseModelFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_POST

from core.admin import ReadOnlyAdmin
from ticker.models import LONGEST_STRIP, Coin, ListedCoin, PriceSource, Quote
from ticker.polling import coin_catalogue, poller, provider_status
from ticker.polling.coin_catalogue import Candidate

BY_HAND_EVERY = 30  # seconds; each round counts among the calls of the month


class StripFormSet(BaseModelFormSet[Coin, Any]):
    """The list of coins, saved at once: the strip’s room is counted over all of it."""

    def clean(self) -> None:
        super().clean()
        rows = [form for form in self.forms if form.is_valid()]
        here = {form.instance.pk for form in rows}
        chosen = sum(form.instance.stands_on_strip for form in rows)
        if chosen + Coin.objects.on_strip().exclude(pk__in=here).count() > LONGEST_STRIP:
            raise ValidationError(f"The strip holds {LONGEST_STRIP} coins. Take some off first.")


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("followed", "Followed"),
            ("retired", "Retired"),
            ("problem", "Not listed any more"),
        ]

    def queryset(self, request: HttpRequest, coins: QuerySet[Coin]) -> QuerySet[Coin]:
        if self.value() == "problem":
            return coins.filter(retired_at=None).exclude(problem="")
        return (
            coins.filter(retired_at__isnull=self.value() == "followed") if self.value() else coins
        )


@admin.register(Coin)
class CoinAdmin(admin.ModelAdmin[Coin]):
    change_list_template = "admin/coins.html"
    list_display = ("name", "symbol", "position", "is_shown", "is_on_strip", "standing")
    list_editable = ("position", "is_shown", "is_on_strip")
    list_filter = (StateFilter,)
    list_per_page = 250
    search_fields = ("name", "symbol")
    prepopulated_fields = {"slug": ("name",)}
    actions = ("retire", "follow_again")
    fieldsets = (
        (None, {"fields": ("name", "symbol", "slug")}),
        ("Where it is shown", {"fields": ("position", "is_shown", "is_on_strip")}),
        (
            "What the sources call it",
            {"fields": ("coingecko_id", "coinpaprika_id", "binance_symbol")},
        ),
    )

    @admin.display(description="state")
    def standing(self, coin: Coin) -> str:
        if coin.retired_at:
            return f"Retired on {coin.retired_at:%-d %B %Y}"
        return coin.problem or "Followed"

    def get_urls(self) -> list[URLPattern]:
        find = path("find/", self.admin_site.admin_view(self.find_view), name="ticker_coin_find")
        check = path(
            "check/",
            self.admin_site.admin_view(require_POST(self.check_view)),
            name="ticker_coin_check",
        )
        return [find, check, *super().get_urls()]

    def get_changelist_formset(
        self, request: HttpRequest, **kwargs: Any
    ) -> type[BaseModelFormSet[Coin, Any]]:
        return super().get_changelist_formset(request, **{"formset": StripFormSet, **kwargs})

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        last = Coin.objects.aggregate(last=Max("position"))["last"] or 0
        return {"position": last + 1, **super().get_changeform_initial_data(request)}

    def find_view(self, request: HttpRequest) -> HttpResponse:
        """Coins that a name may mean. Nothing is fetched here: the lists came with the last
        check.
        """
        if not self.has_add_permission(request):
            raise PermissionDenied
        words = request.GET.get("q", "")
        context = {
            **self.admin_site.each_context(request),
            "title": "Add a coin",
            "opts": self.model._meta,
            "words": words,
            "candidates": [(each, self._add_url(each)) for each in coin_catalogue.find(words)],
            "listed_at": ListedCoin.objects.aggregate(at=Max("listed_at"))["at"],
        }
        return TemplateResponse(request, "admin/coin_find.html", context)

    def _add_url(self, candidate: Candidate) -> str:
        coin = candidate.listed
        symbol = coin.symbol[:10]
        known = {
            "name": coin.name[:60],
            "symbol": symbol,
            "slug": slugify(coin.name)[:50],
            "coingecko_id": coin.identifier,
            "coinpaprika_id": candidate.coinpaprika_id,
        }
        return f"{reverse('admin:ticker_coin_add')}?{urlencode(known)}"

    def check_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        coin_catalogue.check_in_background.enqueue()
        self.message_user(
            request,
            "The lists are fetched now. What is found stands in the list of coins in a minute.",
        )
        return redirect("admin:ticker_coin_changelist")

    @admin.action(description="Retire: no longer ask for its price", permissions=["retire"])
    def retire(self, request: HttpRequest, coins: QuerySet[Coin]) -> None:
        self._set_retired(
            request,
            coins.filter(retired_at=None),
            "retired. Stories and addresses stay.",
            retired=True,
        )

    @admin.action(description="Follow again", permissions=["retire"])
    def follow_again(self, request: HttpRequest, coins: QuerySet[Coin]) -> None:
        self._set_retired(request, coins.exclude(retired_at=None), "followed again.", retired=False)

    def has_retire_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("ticker.retire_coin")

    def _set_retired(
        self, request: HttpRequest, coins: QuerySet[Coin], done: str, *, retired: bool
    ) -> None:
        changed = list(coins)
        for coin in changed:
            coin.retired_at = timezone.now() if retired else None
            # What comes back finds its place on the strip again, if somebody gives it one.
            coin.is_on_strip = coin.is_on_strip and not retired
            coin.save(update_fields=["retired_at", "is_on_strip"])
            self.log_change(request, coin, done.partition(".")[0].capitalize() + ".")
        names = ", ".join(coin.symbol for coin in changed)
        said = f"{names}: {done}" if names else "Nothing to change."
        self.message_user(request, said, messages.SUCCESS if names else messages.WARNING)


@admin.register(Quote)
class QuoteAdmin(ReadOnlyAdmin):
    list_display = ("coin", "price", "change_24h", "source", "quoted_at", "is_sample")
    list_select_related = ("coin",)
    ordering = ("coin__position",)


@admin.register(PriceSource)
class PriceSourceAdmin(ReadOnlyAdmin):
    """One page: the list of sources is too short for a table and says more."""

    change_list_template = "admin/price_sources.html"
    list_display = ("name", "last_success_at", "failures", "last_error", "next_try_at")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.refresh_view))
        return [path("refresh/", view, name="ticker_pricesource_refresh"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        prices = provider_status.now_of(timezone.now())
        context = {
            "title": "Price sources",
            "prices": prices,
            "may_refresh": request.user.has_perm("ticker.change_coin"),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def refresh_view(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("ticker.change_coin"):
            raise PermissionDenied
        if cache.add("prices-asked-by-hand", 1, timeout=BY_HAND_EVERY):
            poller.refresh_now.enqueue()
            self.message_user(
                request, "Prices are asked for now. What came of it stands here in a few seconds."
            )
        else:
            self.message_user(
                request, "They were asked for a moment ago. Wait half a minute.", messages.WARNING
            )
        return redirect("admin:ticker_pricesource_changelist")
