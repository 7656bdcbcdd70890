"""Django as a WSGI application, without the page cache: what the ASGI front calls, and `manage.py
runserver`.
"""

import os

from django.core.wsgi import get_wsgi_application

from newsroom import environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "newsroom.settings")
os.environ.setdefault(environment.PART, environment.WEB)
application = get_wsgi_application()
