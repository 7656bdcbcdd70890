from django.apps import AppConfig


class CommentsConfig(AppConfig):
    name = "comments"
    verbose_name = "Conversation"

    def ready(self) -> None:
        self.disconnect_library()
        self.connect_names()
        self.connect_services()

    def connect_services(self) -> None:
        from comments import notifications, signals
        from comments.moderation import spam_services
        from core import mailboxes

        mailboxes.ended.connect(notifications.mailbox_ended, dispatch_uid="comments.mailbox_ended")
        signals.posted.connect(spam_services.tell_of_comment)
        signals.decided.connect(spam_services.tell_of_decision)

    def connect_names(self) -> None:
        """Names and badges of account holders stand under their comments: a change of either
        changes those pages.
        """
        from django.contrib.auth import get_user_model
        from django.db.models.signals import post_save, pre_delete

        from articles.models import Author
        from comments.posting import commenters

        for signal in (post_save, pre_delete):
            signal.connect(commenters.purge_pages_of_user, sender=get_user_model())
            signal.connect(commenters.purge_pages_of_author, sender=Author)

    def disconnect_library(self) -> None:
        """Stop the library from republishing held replies at every save, and from mailing inside
        requests.
        """
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
