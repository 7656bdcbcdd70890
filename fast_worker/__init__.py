"""
An optional faster gunicorn worker, which answers kept pages as soon as their request is read.

It leans on names inside gunicorn that another version may change, so it looks at the version when
it starts: with any but the tested one, or with FAST_WORKER=0, it is gunicorn’s plain ASGI worker,
and every answer is the same, slower. Nothing else in the project leans on such names.
"""

TESTED_GUNICORN = "27.0.1"
