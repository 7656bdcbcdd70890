"""The publication as a WSGI application: the page cache, with Django behind it."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
django = get_wsgi_application()

from newsroom.pagecache.wsgi import PagesBeforeDjango  # noqa: E402  (Django must be set up first)

application = PagesBeforeDjango(django)
