"""The advertisers’ portal, under /partners/: block lists stop what lies under /advertise/."""

from django.urls import path

from advertising.billing import views as order_views
from advertising.campaigns import views
from advertising.measurement import views as report_views
from advertising.organisations import views as organisation_views

urlpatterns = [
    path("company/", organisation_views.company, name="advertiser"),
    path("company/join/<str:key>/", organisation_views.accept, name="advertiser-accept"),
    path("orders/", order_views.all_orders, name="orders"),
    path("orders/webhook/stripe/", order_views.stripe_webhook, name="stripe-webhook"),
    path("orders/<slug:number>/", order_views.order, name="order"),
    path("orders/<slug:number>/invoice.pdf", order_views.invoice, name="order-invoice"),
    path(
        "orders/<slug:number>/credit-notes/<key:pk>.pdf",
        order_views.credit_note,
        name="credit-note",
    ),
    path("orders/<slug:number>/pay/", order_views.pay, name="order-pay"),
    path("orders/<slug:number>/pay/<key:pk>/", order_views.paying, name="order-paying"),
    path("placements/", report_views.dashboard, name="placements"),
    path("placements/report.csv", report_views.report_table, name="placements-table"),
    path("placements/join/", views.join, name="advertiser-join"),
    path("placements/new/", views.choose_product, name="placement-new"),
    path("placements/new/<slug:product>/", views.new_placement, name="placement-new-product"),
    path("placements/<key:pk>/", views.placement, name="placement"),
    path("placements/<key:pk>/check/", views.check, name="placement-check"),
    path("placements/<key:pk>/delete/", views.delete_draft, name="placement-delete"),
    path("placements/<key:pk>/preview/", views.preview, name="placement-preview"),
    path("placements/<key:pk>/report/", report_views.report, name="placement-report"),
    path("placements/<key:pk>/report.csv", report_views.report_table, name="placement-table"),
]
