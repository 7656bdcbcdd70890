from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate, post_save


class NewsroomConfig(AppConfig):
    name = "newsroom"
    verbose_name = "The publication"

    def ready(self) -> None:
        from django.contrib.auth import get_user_model

        from newsroom import accounts, roles, sites

        post_save.connect(accounts.verify_staff_address, sender=get_user_model())
        post_migrate.connect(roles.ensure, sender=self)
        post_migrate.connect(sites.ensure, sender=self)


class NewsroomAdminConfig(AdminConfig):
    default_site = "newsroom.admin_site.Desk"
