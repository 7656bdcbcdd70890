from django.apps import AppConfig
from django.db.models.signals import post_save, pre_delete


class PageCacheConfig(AppConfig):
    name = "newsroom.pagecache"
    verbose_name = "Page cache"

    def ready(self) -> None:
        from newsroom.pagecache import rows

        # Signals of Django’s, because its admin is what saves.
        post_save.connect(rows.purge_pages_of, dispatch_uid="pagecache.saved")
        pre_delete.connect(rows.purge_pages_of, dispatch_uid="pagecache.deleted")
