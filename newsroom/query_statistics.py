"""What the database knows of how its rows are spread, by which it chooses indexes. PostgreSQL sees to it by itself."""

from django.db import connection
from django_tasks import task

ROWS_READ = 1_000  # of each index: enough for a good guess, and as quick for a million rows as for a thousand


@task()
def refresh() -> None:
    """https://sqlite.org/lang_analyze.html, “approximate ANALYZE for large databases”."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA analysis_limit = {ROWS_READ}")
        cursor.execute("ANALYZE")
