"""Loaded by pytest before the settings: the tests have a data folder of their own and never mail or
call anybody.
"""

import gc
import os
import tempfile

FOLDER = os.environ.get("TEST_DATA_DIR") or tempfile.mkdtemp(prefix="newsroom-tests-")
os.environ["TEST_DATA_DIR"] = FOLDER  # Shared by the processes of one run.
for name in (
    "DEBUG",
    "ALLOWED_HOSTS",
    "SITE_URL",
    "SECRET_KEY",
    "EMAIL_URL",
    "REDIS_URL",
    "COINGECKO_API_KEY",
):
    os.environ.pop(name, None)
os.environ["DEMO"] = "1"
os.environ["DATA_DIR"] = os.path.join(FOLDER, os.environ.get("PYTEST_XDIST_WORKER", "main"))
for _source in ("COINGECKO", "COINPAPRIKA", "BINANCE"):
    os.environ[f"PRICES_{_source}_URL"] = "http://127.0.0.1:9"  # The discard port: nobody answers.
os.environ.setdefault(
    "DJANGO_ALLOW_ASYNC_UNSAFE", "true"
)  # The browser's driver runs an event loop.
# Tests make more objects than they keep: looking for cycles less often saves 7 % of the time.
gc.set_threshold(100_000, 50, 100)
