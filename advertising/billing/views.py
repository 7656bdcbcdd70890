"""An advertiser’s orders: what can be ordered, what was, its invoice and how it is paid."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from advertising.billing import journal, orders, payment_events, payments, tax
from advertising.billing import rates as pricing
from advertising.campaigns.views import FORM_METHODS, MemberRequest, advertiser_of
from advertising.models import Checkout, Credit, Order
from advertising.organisations import membership as organisations
from core.numbers import whole_number

# All that an order’s balance is made of.
ENTRIES = ("credits", "receipts", "refunds", "corrections")


@login_required
@require_http_methods(FORM_METHODS)
def all_orders(request: MemberRequest) -> HttpResponse:
    advertiser = advertiser_of(request)
    if advertiser is None:
        return redirect("advertiser-join")
    if request.method == "POST":
        sent = map(whole_number, request.POST.getlist("placement"))
        chosen = [pk for pk in sent if pk is not None]
        try:
            order = orders.place(
                advertiser, chosen, request.user, request.POST.get("purchase_order", "")
            )
        except PermissionDenied:
            raise Http404 from None
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("orders")
        messages.success(request, f"Ordered. This is invoice {order.number}.")
        return redirect(order)
    rates = {rate.product: rate for rate in pricing.rates_for(advertiser)}
    waiting = [
        (placement, pricing.price_of(placement, rates.get(placement.product)))
        for placement in orders.to_be_ordered(advertiser)
    ]
    membership = organisations.membership_of(request.user, advertiser)
    context = {
        "advertiser": advertiser,
        "waiting": waiting,
        "orders": advertiser.orders.prefetch_related(*ENTRIES),
        "missing": tax.missing_for_invoice(advertiser),
        "may_order": membership is not None and membership.may_manage,
        "shows_messages": True,
    }
    return render(request, "advertising/orders.html", context)


def visible_order(request: MemberRequest, number: str) -> Order:
    """For every one of the advertiser’s people, and for the desk."""
    found = Order.objects.select_related("advertiser").prefetch_related(*ENTRIES)
    if not (request.user.is_staff and request.user.has_perm("advertising.view_order")):
        found = found.filter(advertiser__members=request.user)
    return get_object_or_404(found, number=number)


@login_required
@require_safe
def order(request: MemberRequest, number: str) -> HttpResponse:
    found = visible_order(request, number)
    context = {
        "order": found,
        "advertiser": found.advertiser,
        "statement": journal.statement(found),
        "takes_cards": payments.provider() is not None and found.balance > 0,
        "was_paid_just_now": request.GET.get("paid") == "1" and found.balance > 0,
        "shows_messages": True,
    }
    return render(request, "advertising/order.html", context)


@login_required
@require_safe
def invoice(request: MemberRequest, number: str) -> HttpResponse:
    found = visible_order(request, number)
    return _pdf("invoice_pdf", found, f"invoice-{found.invoice_number}")


@login_required
@require_safe
def credit_note(request: MemberRequest, number: str, pk: int) -> HttpResponse:
    found: Credit = get_object_or_404(visible_order(request, number).credits, pk=pk)
    return _pdf("credit_note_pdf", found, f"credit-note-{found.number}")


def _pdf(draw: str, document: Order | Credit, name: str) -> HttpResponse:
    # By its name: its library takes memory, and most processes never draw a page.
    draw_pdf: Callable[[Order | Credit], bytes] = import_string(
        f"advertising.billing.invoices.{draw}"
    )
    response = HttpResponse(draw_pdf(document), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


@login_required
@require_POST
def pay(request: MemberRequest, number: str) -> HttpResponse:
    """Ask for the provider’s page. Its address comes a moment later."""
    found = visible_order(request, number)
    if payments.provider() is None or found.balance <= 0:
        messages.info(request, "There is nothing to pay by card.")
        return redirect(found)
    checkout = payments.begin_checkout(found)
    return redirect("order-paying", number=found.number, pk=checkout.pk)


@login_required
@require_safe
def paying(request: MemberRequest, number: str, pk: int) -> HttpResponse:
    """Waits for the worker, then leads to the provider’s page. No request of ours waits for the
    network.
    """
    found = visible_order(request, number)
    checkout = get_object_or_404(Checkout, order=found, pk=pk)
    if checkout.url.startswith("https://") or (checkout.url and settings.DEMO):
        return HttpResponseRedirect(checkout.url)
    return render(request, "advertising/paying.html", {"order": found, "checkout": checkout})


@csrf_exempt  # It is signed by the provider.
@require_POST
def stripe_webhook(request: HttpRequest) -> HttpResponse:
    cards = payments.provider()
    if cards is None:
        raise Http404
    try:
        told = cards.read(request.body, request.headers.get("Stripe-Signature", ""))
    except payment_events.BadSignature:
        return HttpResponse("The signature does not match.", status=400, content_type="text/plain")
    return HttpResponse(payments.handle_event(told, cards.name), content_type="text/plain")
