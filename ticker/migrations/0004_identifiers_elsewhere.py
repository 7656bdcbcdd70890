"""The seventeen coins as the other sources call them; what was on the strip stays there."""

from django.db import migrations
from django.db.models import F

ELSEWHERE = (
    ("bitcoin", "btc-bitcoin", "BTCUSDT"),
    ("ethereum", "eth-ethereum", "ETHUSDT"),
    ("solana", "sol-solana", "SOLUSDT"),
    ("binancecoin", "bnb-binance-coin", "BNBUSDT"),
    ("ripple", "xrp-xrp", "XRPUSDT"),
    ("cardano", "ada-cardano", "ADAUSDT"),
    ("dogecoin", "doge-dogecoin", "DOGEUSDT"),
    ("polkadot", "dot-polkadot", "DOTUSDT"),
    ("avalanche-2", "avax-avalanche", "AVAXUSDT"),
    ("chainlink", "link-chainlink", "LINKUSDT"),
    ("uniswap", "uni-uniswap", "UNIUSDT"),
    ("cosmos", "atom-cosmos", "ATOMUSDT"),
    ("litecoin", "ltc-litecoin", "LTCUSDT"),
    ("arbitrum", "arb-arbitrum", "ARBUSDT"),
    ("near", "near-near-protocol", "NEARUSDT"),
    ("filecoin", "fil-filecoin", "FILUSDT"),
    ("sui", "sui-sui", "SUIUSDT"),
)


def name_elsewhere(apps, schema_editor):
    Coin = apps.get_model("ticker", "Coin")
    for coingecko_id, coinpaprika_id, binance_symbol in ELSEWHERE:
        Coin.objects.filter(coingecko_id=coingecko_id).update(
            coinpaprika_id=coinpaprika_id, binance_symbol=binance_symbol
        )
    Coin.objects.update(is_on_strip=F("is_shown"))
    # The demo brings its sample again, with what it lacks now; and the next round the seven days of live prices.
    apps.get_model("ticker", "Quote").objects.filter(is_sample=True).delete()
    apps.get_model("ticker", "PriceSource").objects.update(last_week_at=None)


class Migration(migrations.Migration):
    dependencies = [("ticker", "0003_sources_and_histories")]
    operations = [migrations.RunPython(name_elsewhere, migrations.RunPython.noop)]
