from django.apps import AppConfig


class TickerConfig(AppConfig):
    name = "ticker"
    verbose_name = "Prices"

    def ready(self) -> None:
        from ticker.presentation import live_prices

        live_prices.connect()
