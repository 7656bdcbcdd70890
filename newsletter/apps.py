from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    name = "newsletter"
    verbose_name = "The letter"

    def ready(self) -> None:
        from anymail.signals import tracking

        from advertising import letter_place
        from newsletter import bounces, paid_place

        letter_place.told_by(letter_place.Letter(paid_place.days_to_come, paid_place.was_got))
        tracking.connect(bounces.receive, dispatch_uid="newsletter.bounces")
