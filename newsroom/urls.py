"""Every address of the publication. Sections come last: they take whatever word is left."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path

from newsroom import accounts, error_pages, health, pages

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("robots.txt", pages.robots, name="robots"),
    path("admin/", admin.site.urls),
    path("accounts/home/", accounts.account_home, name="account_home"),
    path("accounts/", include("allauth.account.urls")),
    path("comments/", include("comments.urls")),
    path("prices/", include("ticker.urls")),
    path("advertise/", include("advertising.urls")),
    path("newsletter/", include("newsletter.urls")),
    path("about/", pages.about, name="about"),
    path("about/<slug:slug>/", pages.page, name="page"),
    # The embedded profile serves its own pictures; a larger site has nginx or a bucket in front.
    re_path(r"^media/(?P<path>.+)$", pages.media),
    path("", include("articles.urls")),
]

handler400 = error_pages.bad_request
handler403 = error_pages.forbidden
handler404 = error_pages.not_found
handler500 = error_pages.server_error
