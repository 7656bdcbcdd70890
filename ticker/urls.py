from django.urls import path, register_converter

from ticker import views
from ticker.presentation import price_chart


class SpanConverter:
    """The spans of charts that have an address of their own; seven days stand on the coin’s
    page.
    """

    regex = "|".join(key for key in price_chart.SPANS if key != price_chart.WEEK.key)

    def to_python(self, value: str) -> price_chart.Span:
        return price_chart.SPANS[value]

    def to_url(self, value: price_chart.Span | str) -> str:
        return value if isinstance(value, str) else value.key


register_converter(SpanConverter, "span")

urlpatterns = [
    path("", views.prices, name="prices"),
    path("strip/", views.strip, name="price-strip"),
    path("choice/", views.choice, name="price-choice"),
    path("<slug:slug>/", views.coin, name="coin"),
    path("<slug:slug>/<span:span>/", views.coin, name="coin-chart"),
]
