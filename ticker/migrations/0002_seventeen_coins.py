"""The strip begins with seventeen coins; editors add, order and hide them in the admin."""

from django.db import migrations

COINS = (
    ("BTC", "Bitcoin", "bitcoin", "bitcoin"),
    ("ETH", "Ethereum", "ethereum", "ethereum"),
    ("SOL", "Solana", "solana", "solana"),
    ("BNB", "BNB", "bnb", "binancecoin"),
    ("XRP", "XRP", "xrp", "ripple"),
    ("ADA", "Cardano", "cardano", "cardano"),
    ("DOGE", "Dogecoin", "dogecoin", "dogecoin"),
    ("DOT", "Polkadot", "polkadot", "polkadot"),
    ("AVAX", "Avalanche", "avalanche", "avalanche-2"),
    ("LINK", "Chainlink", "chainlink", "chainlink"),
    ("UNI", "Uniswap", "uniswap", "uniswap"),
    ("ATOM", "Cosmos", "cosmos", "cosmos"),
    ("LTC", "Litecoin", "litecoin", "litecoin"),
    ("ARB", "Arbitrum", "arbitrum", "arbitrum"),
    ("NEAR", "NEAR", "near", "near"),
    ("FIL", "Filecoin", "filecoin", "filecoin"),
    ("SUI", "Sui", "sui", "sui"),
)


def add_coins(apps, schema_editor):
    Coin = apps.get_model("ticker", "Coin")
    for position, (symbol, name, slug, coingecko_id) in enumerate(COINS, start=1):
        Coin.objects.create(
            symbol=symbol, name=name, slug=slug, coingecko_id=coingecko_id, position=position * 10
        )


class Migration(migrations.Migration):
    dependencies = [("ticker", "0001_initial")]
    operations = [migrations.RunPython(add_coins, migrations.RunPython.noop)]
