"""What is forgotten, and when."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from comments.models import SiteComment

IP_LIFETIME = timedelta(days=14)


@task()
def forget_ip_addresses() -> int:
    """Blank the network addresses of comments older than IP_LIFETIME."""
    old = SiteComment.objects.filter(submit_date__lt=timezone.now() - IP_LIFETIME, ip_address__isnull=False)
    return old.update(ip_address=None)
