import django.core.validators
import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models


# Symbol, name, slug, and what CoinGecko, CoinPaprika and Binance call it.
COINS = (
    ("BTC", "Bitcoin", "bitcoin", "bitcoin", "btc-bitcoin", "BTCUSDT"),
    ("ETH", "Ethereum", "ethereum", "ethereum", "eth-ethereum", "ETHUSDT"),
    ("SOL", "Solana", "solana", "solana", "sol-solana", "SOLUSDT"),
    ("BNB", "BNB", "bnb", "binancecoin", "bnb-binance-coin", "BNBUSDT"),
    ("XRP", "XRP", "xrp", "ripple", "xrp-xrp", "XRPUSDT"),
    ("ADA", "Cardano", "cardano", "cardano", "ada-cardano", "ADAUSDT"),
    ("DOGE", "Dogecoin", "dogecoin", "dogecoin", "doge-dogecoin", "DOGEUSDT"),
    ("DOT", "Polkadot", "polkadot", "polkadot", "dot-polkadot", "DOTUSDT"),
    ("AVAX", "Avalanche", "avalanche", "avalanche-2", "avax-avalanche", "AVAXUSDT"),
    ("LINK", "Chainlink", "chainlink", "chainlink", "link-chainlink", "LINKUSDT"),
    ("UNI", "Uniswap", "uniswap", "uniswap", "uni-uniswap", "UNIUSDT"),
    ("ATOM", "Cosmos", "cosmos", "cosmos", "atom-cosmos", "ATOMUSDT"),
    ("LTC", "Litecoin", "litecoin", "litecoin", "ltc-litecoin", "LTCUSDT"),
    ("ARB", "Arbitrum", "arbitrum", "arbitrum", "arb-arbitrum", "ARBUSDT"),
    ("NEAR", "NEAR", "near", "near", "near-near-protocol", "NEARUSDT"),
    ("FIL", "Filecoin", "filecoin", "filecoin", "fil-filecoin", "FILUSDT"),
    ("SUI", "Sui", "sui", "sui", "sui-sui", "SUIUSDT"),
)


def add_coins(apps, schema_editor):
    """The seventeen coins of the price strip; editors add, order and hide coins in the admin."""
    Coin = apps.get_model("ticker", "Coin")
    for position, (symbol, name, slug, coingecko_id, coinpaprika_id, binance_symbol) in enumerate(COINS, start=1):
        Coin.objects.create(
            symbol=symbol,
            name=name,
            slug=slug,
            coingecko_id=coingecko_id,
            coinpaprika_id=coinpaprika_id,
            binance_symbol=binance_symbol,
            position=position * 10,
            is_on_strip=True,
        )


class Migration(migrations.Migration):

    initial = True

    # The libraries' own migrations come first: each takes the longer the more models are there already.
    dependencies = [
        ('account', '0009_emailaddress_unique_primary_email'),
        ('admin', '0003_logentry_add_action_flag_choices'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('django_comments', '0004_add_object_pk_is_removed_index'),
        ('django_comments_xtd', '0008_auto_20200920_2037'),
        ('django_tasks_database', '0021_conditional_partial_index_ordering'),
        ('mfa', '0003_authenticator_type_uniq'),
        ('sessions', '0001_initial'),
        ('sites', '0002_alter_domain_unique'),
    ]

    operations = [
        migrations.CreateModel(
            name='Poller',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('lease_holder', models.CharField(blank=True, max_length=32)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('next_round_at', models.DateTimeField(blank=True, null=True)),
                ('next_history_at', models.DateTimeField(blank=True, null=True)),
                ('source', models.CharField(blank=True, help_text='Who gave the newest prices.', max_length=30)),
                ('source_since', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='PriceSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=30, unique=True)),
                ('last_success_at', models.DateTimeField(blank=True, null=True, verbose_name='last answer')),
                ('last_week_at', models.DateTimeField(blank=True, help_text='When the seven-day lines last came.', null=True)),
                ('failures', models.PositiveIntegerField(default=0, help_text='In a row.')),
                ('errors', models.JSONField(blank=True, default=list, help_text='The newest first, each with its time.', verbose_name='last errors')),
                ('next_try_at', models.DateTimeField(blank=True, null=True, verbose_name='next try')),
                ('missing', models.JSONField(blank=True, default=list, help_text='Coins that its last answer had no price of.')),
                ('doubtful', models.JSONField(blank=True, default=list, help_text='Coins whose price jumped as it took over.')),
                ('listed_at', models.DateTimeField(blank=True, null=True, verbose_name='last list of coins')),
                ('month', models.CharField(blank=True, help_text='The month whose calls are counted, such as 2026-11.', max_length=7)),
                ('calls', models.PositiveIntegerField(default=0, verbose_name='calls this month')),
            ],
        ),
        migrations.CreateModel(
            name='Coin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60)),
                ('symbol', models.CharField(max_length=10, unique=True, validators=[django.core.validators.RegexValidator('^[A-Z0-9]{1,10}$', 'Use the capital letters and digits of the symbol, such as BTC.')])),
                ('slug', models.SlugField(help_text='The end of the coin’s address: /prices/bitcoin/. An earlier one leads on to it.', unique=True)),
                ('position', models.PositiveSmallIntegerField(default=100, help_text='Lower numbers come first.')),
                ('is_shown', models.BooleanField(default=True, help_text='On the prices page and beside stories.', verbose_name='in the tables')),
                ('is_on_strip', models.BooleanField(default=False, help_text='On the price strip of every page, which holds 30.', verbose_name='on the strip')),
                ('coingecko_id', models.CharField(help_text='As CoinGecko writes it, such as avalanche-2 for AVAX. Symbols are ambiguous; identifiers are not.', max_length=80, unique=True, verbose_name='CoinGecko identifier')),
                ('coinpaprika_id', models.CharField(blank=True, help_text='Such as avax-avalanche. Prices come from there when CoinGecko gives none.', max_length=80, verbose_name='CoinPaprika identifier')),
                ('binance_symbol', models.CharField(blank=True, help_text='Such as AVAXUSDT. The last resort, for a price and its change alone.', max_length=20, verbose_name='Binance pair')),
                ('former_symbols', models.JSONField(blank=True, default=list, editable=False)),
                ('retired_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='retired')),
                ('problem', models.CharField(blank=True, editable=False, max_length=200)),
            ],
            options={
                'ordering': ['position', 'symbol'],
                'permissions': [('retire_coin', 'Can retire coins')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('coinpaprika_id', ''), _negated=True), fields=('coinpaprika_id',), name='one_paprika_id'), models.UniqueConstraint(condition=models.Q(('binance_symbol', ''), _negated=True), fields=('binance_symbol',), name='one_binance_pair')],
            },
        ),
        migrations.CreateModel(
            name='FormerCoinSlug',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(unique=True)),
                ('coin', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_slugs', to='ticker.coin')),
            ],
        ),
        migrations.CreateModel(
            name='History',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days', models.JSONField(default=list, help_text='Pairs of a moment and a price as texts, the oldest first.')),
                ('fetched_at', models.DateTimeField(blank=True, null=True)),
                ('tried_at', models.DateTimeField(blank=True, null=True)),
                ('is_sample', models.BooleanField(default=False)),
                ('coin', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='history', to='ticker.coin')),
            ],
            options={
                'verbose_name_plural': 'histories',
            },
        ),
        migrations.CreateModel(
            name='ListedCoin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(max_length=30)),
                ('identifier', models.CharField(max_length=120)),
                ('symbol', models.CharField(db_index=True, max_length=40)),
                ('name', models.CharField(max_length=200)),
                ('rank', models.PositiveIntegerField(blank=True, null=True)),
                ('listed_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('provider', 'identifier'), name='one_listing')],
            },
        ),
        migrations.CreateModel(
            name='Quote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('price', models.DecimalField(decimal_places=12, max_digits=30, verbose_name='price in dollars')),
                ('change_24h', models.DecimalField(blank=True, decimal_places=4, max_digits=10, null=True, verbose_name='change over 24 hours, %')),
                ('high_24h', models.DecimalField(blank=True, decimal_places=12, max_digits=30, null=True)),
                ('low_24h', models.DecimalField(blank=True, decimal_places=12, max_digits=30, null=True)),
                ('market_value', models.DecimalField(blank=True, decimal_places=2, max_digits=30, null=True)),
                ('volume_24h', models.DecimalField(blank=True, decimal_places=2, max_digits=30, null=True)),
                ('supply', models.DecimalField(blank=True, decimal_places=4, max_digits=30, null=True, verbose_name='in circulation')),
                ('week', models.JSONField(blank=True, default=list, help_text='Hourly prices as text, the oldest first.', verbose_name='seven days')),
                ('week_at', models.DateTimeField(blank=True, help_text='The time of the last of them.', null=True)),
                ('spark', models.CharField(blank=True, max_length=300)),
                ('spark_direction', models.CharField(blank=True, max_length=4)),
                ('source', models.CharField(max_length=30)),
                ('quoted_at', models.DateTimeField(help_text='When the source says that the price held.')),
                ('fetched_at', models.DateTimeField()),
                ('expected_at', models.DateTimeField(blank=True, help_text='When newer prices can be there.', null=True)),
                ('is_sample', models.BooleanField(default=False, help_text='From the demo’s snapshot, never live.')),
                ('coin', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='quote', to='ticker.coin')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('price__gt', 0)), name='quote_price_positive'), models.CheckConstraint(condition=models.Q(('change_24h__isnull', True), ('change_24h__gt', Decimal('-100')), _connector='OR'), name='quote_change_above_minus_100')],
            },
        ),
        migrations.RunPython(add_coins, migrations.RunPython.noop),
    ]
