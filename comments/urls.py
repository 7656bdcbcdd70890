from django.urls import path

from comments import reader_views, views

urlpatterns = [
    path("preview/", views.preview, name="comment-preview"),
    path("tokens/", views.tokens, name="comment-tokens"),
    path("write/<key:pk>/", views.write, name="comment-write"),
    path("forget/", views.forget, name="comment-forget"),
    path("post/", views.post, name="comment-post"),
    path("held/<key:article>/<key:comment>/", views.held_comment, name="comment-held"),
    path("sent/", views.sent, name="comment-sent"),
    path("confirm/<slug:key>/", views.confirm, name="comment-confirm"),
    path("confirm/<slug:key>/change/", reader_views.change_by_link, name="comment-change-by-link"),
    path("react/", reader_views.react, name="comment-react"),
    path("<key:pk>/", reader_views.comment, name="comment"),
    path("<key:pk>/report/", reader_views.report, name="comment-report"),
    path("<key:pk>/change/", reader_views.change_own, name="comment-change"),
    path("mute/<str:key>/", views.mute, name="comment-mute"),
]
