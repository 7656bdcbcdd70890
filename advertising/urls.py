from django.urls import path

from advertising import report_views, views

urlpatterns = [
    path("", views.rate_card, name="advertise"),
    path("placements/", report_views.dashboard, name="placements"),
    path("placements/report.csv", report_views.report_table, name="placements-table"),
    path("placements/join/", views.join, name="advertiser-join"),
    path("placements/new/", views.new_placement, name="placement-new"),
    path("placements/<int:pk>/", views.placement, name="placement"),
    path("placements/<int:pk>/report/", report_views.report, name="placement-report"),
    path("placements/<int:pk>/report.csv", report_views.report_table, name="placement-table"),
]
