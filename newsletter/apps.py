from django.apps import AppConfig


class NewsletterConfig(AppConfig):
    name = "newsletter"
    verbose_name = "The letter"

    def ready(self) -> None:
        from anymail.signals import tracking

        from newsletter import bounces

        tracking.connect(bounces.receive, dispatch_uid="newsletter.bounces")
