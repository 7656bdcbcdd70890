"""IP anonymisation: after how many days, and the log that it was done."""

from collections import defaultdict
from datetime import timedelta
from ipaddress import ip_address, ip_network

from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django_tasks import task

from comments.models import IpAnonymisationRun, SiteComment

IP_LIFETIME = timedelta(days=14)
LATE_AFTER = timedelta(days=1)
RECORD_KEPT_FOR = timedelta(days=400)
AT_ONCE = 500
# What is left of an address is the network of a provider’s region, not of a household.
LEFT = {4: 24, 6: 48}
# How what is left is written.
_IS_SHORT = Q(ip_address__endswith=".0") | Q(ip_address__endswith="::")


@task()
def anonymise_ip_addresses() -> int:
    """Shorten the network addresses of comments older than IP_LIFETIME, and leave a record of the
    run.

    It goes on where the last run ended, so that it costs the same however many comments there are.
    """
    last = IpAnonymisationRun.objects.first()
    after = last.through if last else 0
    done = 0
    while batch := list(_long(after).values_list("pk", "ip_address")[:AT_ONCE]):
        by_network: defaultdict[str, list[int]] = defaultdict(list)
        for pk, address in batch:
            by_network[shortened(address)].append(pk)
        for network, pks in by_network.items():
            done += SiteComment.objects.filter(pk__in=pks).update(ip_address=network)
    IpAnonymisationRun.objects.create(shortened=done, through=_looked_through(after))
    IpAnonymisationRun.objects.filter(at__lt=timezone.now() - RECORD_KEPT_FOR).delete()
    return done


def overdue() -> bool:
    """Return whether the job has not run for a day although there is something to do. A look or two
    into an index.
    """
    late = timezone.now() - LATE_AFTER
    if IpAnonymisationRun.objects.filter(at__gt=late).exists():
        return False
    return SiteComment.objects.filter(submit_date__lt=late - IP_LIFETIME).order_by().exists()


def shortened(address: str) -> str:
    """203.0.113.9 → 203.0.113.0, 2001:db8:1:2::3 → 2001:db8:1::"""
    bits = LEFT[ip_address(address).version]
    return str(ip_network((address, bits), strict=False).network_address)


def _long(after: int) -> QuerySet[SiteComment]:
    old = SiteComment.objects.filter(pk__gt=after, submit_date__lt=timezone.now() - IP_LIFETIME)
    return old.filter(ip_address__isnull=False).exclude(_IS_SHORT).order_by("pk")


def _looked_through(after: int) -> int:
    """Up to where every comment is old enough. What came in by another way, with an old date, has a
    later number.
    """
    young = SiteComment.objects.filter(pk__gt=after, submit_date__gte=timezone.now() - IP_LIFETIME)
    first = young.order_by("pk").values_list("pk", flat=True).first()
    newest = SiteComment.objects.aggregate(newest=Max("pk"))["newest"] or 0
    return first - 1 if first else max(newest, after)
