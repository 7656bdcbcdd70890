from django.apps import AppConfig


class TransferConfig(AppConfig):
    name = "transfer"
    verbose_name = "Moving in and out"

    def ready(self) -> None:
        from articles.discovery import redirects
        from transfer import old_addresses

        if old_addresses.of_path not in redirects.RULES:
            redirects.RULES.append(old_addresses.of_path)
