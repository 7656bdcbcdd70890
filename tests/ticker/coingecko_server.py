"""A real HTTP server in place of CoinGecko: its documented shape, and the faults seen in the field."""

import json
from datetime import datetime
from typing import Any

COINS = {"bitcoin": ("btc", 61262), "ethereum": ("eth", 1585.48), "solana": ("sol", 131.07)}

CLOUDFLARE_PAGE = "<!DOCTYPE html><html><title>Access denied</title><h1>Error 1015</h1></html>"
THROTTLED_JSON = {"status": {"error_code": 429, "error_message": "You've exceeded the Rate Limit."}}


def row(coin_id: str, now: datetime, **values: Any) -> dict[str, Any]:
    symbol, price = COINS[coin_id]
    return {
        "id": coin_id,
        "symbol": symbol,
        "name": coin_id.title(),
        "image": "https://images.example/1.png",
        "current_price": price,
        "market_cap": 1232469283572,
        "total_volume": 29579262806,
        "high_24h": price * 1.01,
        "low_24h": price * 0.99,
        "price_change_percentage_24h": 0.45871,
        "circulating_supply": 20118006.0,
        "last_updated": now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        **values,
    }


def rows(now: datetime, **changes: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a coin; `changes` replaces values of the coins that it names."""
    return [row(coin_id, now, **changes.get(coin_id, {})) for coin_id in COINS]


def body(now: datetime, **changes: dict[str, Any]) -> str:
    return json.dumps(rows(now, **changes))
