from django.urls import path

from newsletter import views

urlpatterns = [
    path("", views.letter, name="newsletter"),
    path("asked/", views.asked, name="newsletter-asked"),
    path("confirm/<slug:key>/", views.confirm, name="newsletter-confirm"),
    path("leave/<slug:key>/", views.leave, name="newsletter-leave"),
]
