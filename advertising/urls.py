from django.urls import path

from advertising import views

urlpatterns = [
    path("", views.rate_card, name="advertise"),
    path("placements/", views.placements, name="placements"),
    path("placements/join/", views.join, name="advertiser-join"),
    path("placements/new/", views.new_placement, name="placement-new"),
    path("placements/<int:pk>/", views.placement, name="placement"),
]
