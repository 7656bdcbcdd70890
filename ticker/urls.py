from django.urls import path

from ticker import views

urlpatterns = [
    path("", views.prices, name="prices"),
    path("<slug:slug>/", views.coin, name="coin"),
]
