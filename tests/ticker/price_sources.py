"""A real HTTP server in place of the price sources: their documented shapes, and the faults seen in
the field.
"""

import gzip
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from werkzeug import Response

COINS = {"BTC": ("bitcoin", 61262), "ETH": ("ethereum", 1585.48), "SOL": ("solana", 131.07)}
CLOUDFLARE_PAGE = "<!DOCTYPE html><html><title>Access denied</title><h1>Error 1015</h1></html>"
THROTTLED_JSON = {"status": {"error_code": 429, "error_message": "You've exceeded the Rate Limit."}}
HOSTILE = "<script>alert(1)</script>\u202e\x00"


def gecko_row(symbol: str, now: datetime, /, **values: Any) -> dict[str, Any]:
    coin_id, price = COINS[symbol]
    return {
        "id": coin_id,
        "symbol": symbol.lower(),
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


def gecko(now: datetime, **changes: dict[str, Any]) -> list[dict[str, Any]]:
    """One row a coin; `changes` replaces values of the coins that it names."""
    return [gecko_row(symbol, now, **changes.get(symbol, {})) for symbol in COINS]


def paprika(now: datetime, factor: float = 1.0, **changes: dict[str, Any]) -> list[dict[str, Any]]:
    """As CoinPaprika answers: all coins that it has, ours among them, without how many are in
    circulation.
    """
    rows = []
    for symbol, (name, price) in COINS.items():
        dollars = {
            "price": price * factor,
            "volume_24h": 59461313389.81505,
            "market_cap": 1232469283572,
            "percent_change_24h": -8.90999984741211,
            **changes.get(symbol, {}),
        }
        row = {"id": f"{symbol.lower()}-{name}", "name": name.title(), "symbol": symbol, "rank": 1}
        rows.append(
            row | {"last_updated": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "quotes": {"USD": dollars}}
        )
    return [
        *rows,
        {"id": "usdt-tether", "symbol": "USDT", "quotes": {"USD": None}},
        {"id": 7},
        "nonsense",
    ]


def binance(now: datetime, factor: float = 1.0, **changes: dict[str, Any]) -> list[dict[str, Any]]:
    """As Binance answers: every number a text, and its times in milliseconds."""
    rows = []
    for symbol, (_, price) in COINS.items():
        row = {
            "symbol": f"{symbol}USDT",
            "priceChangePercent": "0.459",
            "lastPrice": f"{price * factor:.8f}",
            "highPrice": f"{price * 1.02:.8f}",
            "lowPrice": f"{price * 0.98:.8f}",
            "quoteVolume": "6211645189.20287991",
            "closeTime": int(now.timestamp() * 1000),
            **changes.get(symbol, {}),
        }
        rows.append(row)
    return rows


def as_json(content: Any, status: int = 200, **headers: str) -> Response:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(json.dumps(content), status, fields, content_type="application/json")


def _bomb() -> bytes:
    return gzip.compress(b"[" + b" " * 50_000_000 + b"]")


# What any source may answer instead of prices.
FAULTS: dict[str, Callable[[], Response]] = {
    "429 without Retry-After": lambda: as_json(THROTTLED_JSON, 429),
    "429 with Retry-After 0": lambda: as_json(THROTTLED_JSON, 429, Retry_After="0"),
    "429 with a senseless Retry-After": lambda: as_json(THROTTLED_JSON, 429, Retry_After="soon"),
    "429 as text": lambda: Response("Throttled", 429, content_type="text/plain"),
    "402": lambda: as_json({"error": "you have reached maximum request limit"}, 402),
    "403 with a page": lambda: Response(CLOUDFLARE_PAGE, 403, content_type="text/html"),
    "200 with a page": lambda: Response(CLOUDFLARE_PAGE, 200, content_type="text/html"),
    "451": lambda: as_json(
        {"code": 0, "msg": "Service unavailable from a restricted location"}, 451
    ),
    "500": lambda: Response("", 500),
    "503": lambda: as_json({}, 503),
    "a redirect": lambda: Response("", 302, {"Location": "http://127.0.0.1:9/elsewhere"}),
    "cut off": lambda: Response(
        '[{"id": "bitcoin", "symbol": "btc", "current_pr', content_type="application/json"
    ),
    "an object": lambda: as_json({"error": "Missing parameter vs_currency"}),
    "empty": lambda: as_json([]),
    "null": lambda: as_json(None),
    "NaN": lambda: Response(
        '[{"id": "bitcoin", "current_price": NaN}]', content_type="application/json"
    ),
    "Infinity": lambda: Response(
        '[{"id": "bitcoin", "current_price": -Infinity}]', content_type="application/json"
    ),
    "an endless number": lambda: Response(
        "[1e999999999999999999]", content_type="application/json"
    ),
    "fifty megabytes": lambda: Response(
        "[" + " " * 50_000_000 + "]", content_type="application/json"
    ),
    "a gzip bomb": lambda: Response(
        _bomb(), 200, {"Content-Encoding": "gzip"}, content_type="application/json"
    ),
    "broken gzip": lambda: Response(
        b"[]", 200, {"Content-Encoding": "gzip"}, content_type="application/json"
    ),
    "very deep": lambda: Response("[" * 100_000, content_type="application/json"),
    "not UTF-8": lambda: Response(b"[\xff\xfe\xfa]", content_type="application/json"),
}

# What CoinGecko may say of one coin: none of it is a price, and the other coins have theirs.
BAD_COINS: dict[str, dict[str, Any]] = {
    "no price": {"current_price": None},
    "zero": {"current_price": 0},
    "negative": {"current_price": -5},
    "a text": {"current_price": "61262"},
    "a boolean": {"current_price": True},
    "too large": {"current_price": 1e200},
    "too small": {"current_price": 1e-30},
    "another symbol": {"symbol": "xbt"},
    "no symbol": {"symbol": None},
    "a hostile symbol": {"symbol": HOSTILE},
    "another coin": {"id": "bitcoin-cash-2"},
    "a list for an identifier": {"id": ["bitcoin"]},
    "no time": {"last_updated": None},
    "no real time": {"last_updated": "yesterday"},
    "the future": {"last_updated": "2031-01-01T00:00:00Z"},
    "long ago": {"last_updated": "2020-01-01T00:00:00Z"},
}
