from django.apps import AppConfig
from django.db.models.signals import post_save, pre_delete


class PageCacheConfig(AppConfig):
    name = "pagecache"
    verbose_name = "Page cache"

    def ready(self) -> None:
        from pagecache import cache_tagged

        # Signals of Django’s, because its admin is what saves.
        post_save.connect(cache_tagged.invalidate_pages_of, dispatch_uid="pagecache.saved")
        pre_delete.connect(cache_tagged.invalidate_pages_of, dispatch_uid="pagecache.deleted")
