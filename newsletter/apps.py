from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    name = "newsletter"
    verbose_name = "The newsletter"

    def ready(self) -> None:
        from anymail.signals import tracking

        from advertising.delivery import newsletter_slot
        from audience.reports import story
        from core import mailboxes
        from newsletter.composing import sponsor_slot
        from newsletter.sending import bounces
        from newsletter.statistics import clicks

        newsletter_slot.told_by(
            newsletter_slot.SlotNewsletter(sponsor_slot.days_to_come, sponsor_slot.was_got)
        )
        story.add_figure(lambda article: ("Newsletter clicks", clicks.on_story(article)))
        tracking.connect(bounces.receive, dispatch_uid="newsletter.sending.bounces")
        mailboxes.ended.connect(bounces.mailbox_ended, dispatch_uid="newsletter.mailbox_ended")
