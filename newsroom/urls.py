"""Every address of the publication. Sections come last: they take whatever word is left."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path

import core.numbers  # noqa: F401  (it registers <key:…>)
from advertising.campaigns.views import rate_card
from advertising.delivery import endpoints
from audience import views as audience
from comments.reading.views import comments, in_order, thread
from newsroom import accounts
from newsroom.operations import health, metrics
from newsroom.pages import errors, feeds, sitemaps, views
from newsroom.pages.share_cards import share_card

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("livez", health.alive, name="livez"),
    path("readyz", health.alive, name="readyz"),
    path("healthz", health.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("robots.txt", views.robots, name="robots"),
    path("ads.txt", views.ads_txt, name="ads-txt"),
    path(".well-known/security.txt", views.security_txt, name="security-txt"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-pages.xml", sitemaps.pages, name="sitemap-pages"),
    path("sitemap-stories-<key:block>.xml", sitemaps.stories, name="sitemap-stories"),
    path("news-sitemap.xml", sitemaps.news, name="news-sitemap"),
    path("feeds/", feeds.all_feeds, name="feeds"),
    path("feeds/<slug:form>/", feeds.whole_publication, name="feed"),
    path("feeds/<slug:form>/corrections/", feeds.corrections, name="feed-corrections"),
    path("feeds/<slug:form>/comments/", feeds.comments, name="feed-comments"),
    path("feeds/<slug:form>/comments/<key:pk>/", feeds.comments_on, name="feed-comments-on"),
    path("feeds/<slug:form>/newsletter/<slug:slug>/", feeds.of_newsletter, name="feed-newsletter"),
    path("feeds/<slug:form>/<slug:kind>/<slug:slug>/", feeds.of_subject, name="feed-of"),
    path("share/<key:pk>-<slug:version>.png", share_card, name="share-card"),
    path("admin/", admin.site.urls),
    path("accounts/home/", accounts.account_home, name="account_home"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("comments/", include("comments.urls")),
    path("prices/", include("ticker.urls")),
    path("advertise/", rate_card, name="advertise"),
    path("partners/", include("advertising.urls")),
    path("slots/", endpoints.answer, name="slots"),
    path("slots/seen/", endpoints.seen, name="slots-seen"),
    path("slots/go/<str:token>/", endpoints.click, name="slot-click"),
    path("slots/<key:pk>/", endpoints.plain_click, name="slot-plain-click"),
    path("views/", audience.opened, name="views"),
    path("views/read/", audience.read, name="views-read"),
    path("views/point.gif", audience.picture, name="views-picture"),
    path("most-read/", audience.most_read_page, name="most-read"),
    path("newsletter/", include("newsletter.urls")),
    path("about/", views.about, name="about"),
    path("about/<slug:slug>/", views.page, name="page"),
    # The embedded profile serves its own pictures; a larger site has nginx or a bucket in front.
    re_path(r"^media/(?P<path>.+)$", views.media),
    path("<slug:section>/<slug:slug>/comments/<key:start>/", comments, name="comments"),
    path("<slug:section>/<slug:slug>/comments/thread/<key:thread>/", thread, name="thread"),
    path(
        "<slug:section>/<slug:slug>/comments/thread/<key:thread>/<key:start>/",
        thread,
        name="thread",
    ),
    path("<slug:section>/<slug:slug>/comments/<slug:order>/", in_order, name="comments-in-order"),
    path(
        "<slug:section>/<slug:slug>/comments/<slug:order>/<key:start>/",
        in_order,
        name="comments-in-order",
    ),
    path("", include("articles.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
