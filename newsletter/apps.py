from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    name = "newsletter"
    verbose_name = "The letter"

    def ready(self) -> None:
        from anymail.signals import tracking

        from advertising import letter_days
        from newsletter import bounces, turns

        letter_days.told_by(turns.with_the_paid_place)
        tracking.connect(bounces.receive, dispatch_uid="newsletter.bounces")
