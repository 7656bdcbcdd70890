"""Money that comes in: noted once each, by hand or told by a provider of card payments."""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks import task

from advertising.billing.payment_events import PaymentEvent, PaymentProvider
from advertising.models import Checkout, Order, Payment, ProviderEvent

# A page of the provider takes money for so long; a little less than its own minimum of half an hour
# and a minute.
OPEN_FOR = timedelta(minutes=30)
STRIPE = "advertising.billing.stripe_checkout.StripeCheckout"


def provider() -> PaymentProvider | None:
    """The provider that the settings name; none by default, and then orders are paid by
    transfer.
    """
    if not settings.STRIPE_SECRET_KEY:
        return None
    # By its name, since its library takes memory that most sites do not need.
    found: PaymentProvider = import_string(STRIPE)()
    return found


def begin_checkout(order: Order) -> Checkout:
    """Ask for a page on which what is open can be paid. The worker fetches its address."""
    with transaction.atomic():
        locked = Order.objects.select_for_update(of=("self",)).get(pk=order.pk)
        since = timezone.now() - OPEN_FOR
        open_pages = locked.checkouts.filter(
            amount=locked.balance, problem="", created_at__gte=since
        )
        if checkout := open_pages.order_by("-pk").first():
            return (
                checkout  # The page that is open already: nobody is asked for the same money twice.
            )
        checkout = Checkout.objects.create(order=locked, amount=locked.balance)
        transaction.on_commit(lambda: fetch_page.enqueue(checkout.pk))
    return checkout


@task()
def fetch_page(checkout_id: int) -> None:
    checkout = Checkout.objects.select_related("order").get(pk=checkout_id)
    cards = provider()
    if cards is None or checkout.url:
        return
    try:
        checkout.url = cards.checkout_page(checkout)
    except Exception as error:
        checkout.problem = str(error)[:200]
        checkout.save(update_fields=["problem"])
        raise
    checkout.save(update_fields=["url"])


def handle_event(told: PaymentEvent, by: str) -> str:
    """Act on what a provider told us, once, however often and in which order it says so. Returns
    what came of it.
    """
    try:
        with transaction.atomic():
            event = ProviderEvent.objects.create(
                provider=by, key=told.key[:120], kind=told.kind[:80], outcome=""
            )
            event.outcome = _outcome(told, by)
            event.save(update_fields=["outcome"])
            return event.outcome
    except IntegrityError:
        return "known already"


def _outcome(told: PaymentEvent, by: str) -> str:
    if told.amount is None:
        return "nothing to do"
    order = Order.objects.select_for_update(of=("self",)).filter(number=told.order).first()
    if order is None:
        return "no such order"
    if told.currency.upper() != order.currency:
        return f"paid in {told.currency.upper()[:10]}, not in {order.currency}: for a person to look at"
    if told.amount <= 0:
        return "nothing was paid"
    if Payment.objects.filter(provider=by, reference=told.reference).exists():
        return "noted already"
    Payment.objects.create(order=order, provider=by, reference=told.reference, amount=told.amount)
    return "noted"
