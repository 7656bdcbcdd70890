from django.apps import AppConfig
from django.db.models.signals import post_delete


class AdvertisingConfig(AppConfig):
    name = "advertising"
    verbose_name = "Advertising"

    def ready(self) -> None:
        from advertising.models import CreativePicture, delete_file_of_picture

        post_delete.connect(delete_file_of_picture, sender=CreativePicture)
