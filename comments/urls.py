from django.urls import path

from comments import views

urlpatterns = [
    path("preview/", views.preview, name="comment-preview"),
    path("tokens/", views.tokens, name="comment-tokens"),
    path("post/", views.post, name="comment-post"),
    path("held/<int:article>/<int:comment>/", views.held, name="comment-held"),
    path("sent/", views.sent, name="comment-sent"),
    path("confirm/<slug:key>/", views.confirm, name="comment-confirm"),
    path("mute/<str:key>/", views.mute, name="comment-mute"),
]
