"""The publication as an ASGI application: the page cache, with Django behind it. What `./run`
serves.
"""

from newsroom.wsgi import application as django  # First: it sets Django up.

from pagecache.asgi import CachedApplication  # isort: skip

application = CachedApplication(django)
