"""Coins and their prices on the desk. Prices are read here and written by the poller only."""

from django.contrib import admin

from ticker.models import Coin, PriceSource, Quote
from ticker.read_only_admin import ReadOnlyAdmin


@admin.register(Coin)
class CoinAdmin(admin.ModelAdmin[Coin]):
    list_display = ("name", "symbol", "position", "is_shown", "coingecko_id")
    list_editable = ("position", "is_shown")
    search_fields = ("name", "symbol")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Quote)
class QuoteAdmin(ReadOnlyAdmin):
    list_display = ("coin", "price", "change_24h", "source", "quoted_at", "is_sample")
    list_select_related = ("coin",)
    ordering = ("coin__position",)


@admin.register(PriceSource)
class PriceSourceAdmin(ReadOnlyAdmin):
    list_display = ("name", "last_success_at", "failures", "last_error", "next_try_at")
