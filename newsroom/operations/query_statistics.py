"""Statistics by which the database chooses indexes. PostgreSQL keeps its own by itself, and is
asked at the same time.
"""

from django.db import connection
from django_tasks import task

# Of each index. As quick for a million rows as for ten thousand, and enough for SQLite to see that
# stories by their
# keys are better sought by these than among all that are published: with fewer it takes those for
# some hundred.
ROWS_READ = 10_000


@task()
def refresh() -> None:
    """https://sqlite.org/lang_analyze.html, “approximate ANALYZE for large databases”."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA analysis_limit = {ROWS_READ}")
        cursor.execute("ANALYZE")
