from django.apps import AppConfig


class CommentsConfig(AppConfig):
    name = "comments"
    verbose_name = "Conversation"

    def ready(self) -> None:
        self.disconnect_library()

    def disconnect_library(self) -> None:
        """Stop the library from republishing held replies at every save, and from mailing inside requests."""
        from django.db.models.signals import pre_save
        from django_comments.signals import comment_was_posted, comment_will_be_posted
        from django_comments_xtd import get_model, views
        from django_comments_xtd.models import publish_or_unpublish_on_pre_save

        pre_save.disconnect(publish_or_unpublish_on_pre_save, sender=get_model()._meta.label)
        model = get_model()
        for signal, receiver in (
            (comment_will_be_posted, views.on_comment_will_be_posted),
            (comment_was_posted, views.on_comment_was_posted),
        ):
            signal.disconnect(receiver)
            signal.disconnect(receiver, sender=model)
