from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate, post_save, pre_save


class NewsroomConfig(AppConfig):
    name = "newsroom"
    verbose_name = "The publication"

    def ready(self) -> None:
        from django.contrib.auth import get_user_model

        from core import text
        from newsroom import accounts, environment, imported_pages, roles, sites
        from newsroom.operations import database, deploy_checks, log_ins  # noqa: F401 (registers checks)

        if environment.serves_pages():
            connection_created.connect(database.limit_session)
        log_ins.connect()
        imported_pages.connect()
        pre_save.connect(text.clean_row)
        post_save.connect(accounts.verify_staff_address, sender=get_user_model())
        # After the last app, when the permissions of all are there.
        last = [each for each in apps.get_app_configs() if each.models_module][-1]
        post_migrate.connect(roles.ensure, sender=last)
        post_migrate.connect(sites.ensure, sender=self)


class NewsroomAdminConfig(AdminConfig):
    default_site = "newsroom.admin_site.Desk"
