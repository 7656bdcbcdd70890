"""Queries of every second, or of every mail, use an index: a hundred thousand rows cost
what ten do.
"""

import pytest
from django.db import connection
from django.utils import timezone

from newsletter.models import Click, Delivery
from newsletter.sending import batches

pytestmark = pytest.mark.django_db
NOW = timezone.now()
ASKED = {
    "what is due": lambda: batches._due(),
    "what is sent": lambda: batches._going(),
    "what waits": lambda: Delivery.objects.filter(
        batches._may_try(NOW) & batches._is_free(NOW), issue=1, status="queued"
    ).order_by("pk")[:50],
    "what a dead worker left": lambda: Delivery.objects.filter(
        status="sending", claimed_at__lt=NOW
    ),
    "whether any is left": lambda: Delivery.objects.filter(
        issue=1, status__in=("queued", "sending")
    ),
    "whose a provider speaks of": lambda: Delivery.objects.filter(provider_id="x"),
    "clicks to be judged": lambda: Click.objects.filter(settled_at=None, at__lt=NOW),
    "clicks of long ago": lambda: Click.objects.filter(at__lt=NOW, settled_at__isnull=False),
}


@pytest.mark.parametrize("name", ASKED)
def test_it_is_found_by_an_index(name):
    sql, params = ASKED[name]().query.sql_with_params()
    if connection.vendor != "sqlite":
        # So small a table is read whole; told not to, the planner shows whether there is a way by
        # an index.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}", params)
            plan = " ".join(row[0] for row in cursor.fetchall())
        assert "Seq Scan" not in plan, plan
        return
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        plan = [row[3] for row in cursor.fetchall()]
    assert all("USING" in step for step in plan if step.startswith(("SCAN", "SEARCH"))), plan
    assert not any(step.startswith("SCAN newsletter_delivery") for step in plan), plan
