"""Addresses under /newsletter/. Newsletters come last: they take whatever word is left."""

from typing import Any

import anymail.urls
from django.conf import settings
from django.urls import path

from newsletter.archive import views as archive_views
from newsletter.statistics import views as click_views
from newsletter.subscribing import views

urlpatterns: list[Any] = [
    path("", views.newsletter, name="newsletter"),
    path("token/", views.ticket, name="newsletter-ticket"),
    path("asked/", views.asked, name="newsletter-asked"),
    path("confirm/<str:token>/", views.confirm, name="newsletter-confirm"),
    path("leave/<slug:key>/", views.leave, name="newsletter-leave"),
    path("preferences/", views.new_link, name="newsletter-new-link"),
    path("preferences/<str:token>/", views.preferences, name="newsletter-preferences"),
    path("address/<str:token>/", views.address, name="newsletter-address"),
    path("back/<str:token>/", views.back, name="newsletter-back"),
    path("go/<key:link>/<str:code>/", click_views.go, name="newsletter-go"),
]
if settings.MAIL_PROVIDER:
    webhooks = {str(each.pattern): each.callback for each in anymail.urls.urlpatterns}
    events = webhooks[f"{settings.MAIL_PROVIDER}/tracking/"]
    urlpatterns.append(path("events/", events, name="newsletter-events"))
urlpatterns += [
    path("<slug:newsletter>/", archive_views.archive, name="newsletter-archive"),
    path("<slug:newsletter>/<key:number>/", archive_views.issue, name="newsletter-issue"),
]
