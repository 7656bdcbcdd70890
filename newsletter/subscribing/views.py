"""The newsletter’s pages for readers. Only POST changes anything."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import ratelimit
from core.client_ip import network_address
from newsletter.models import Newsletter, Subscriber, Subscription, main_newsletter
from newsletter.subscribing import signed_links, signing_up, signup_throttle, subscriptions
from newsletter.subscribing.forms import AddressForm, NewsletterForm, PreferencesForm
from newsletter.subscribing.preferences import (
    ask_for_address,
    ask_for_link,
    bring_back,
    change_address,
    choose,
)
from newsletter.subscribing.signup_throttle import Attempt, SignupVerdict
from pagecache import public_page

TOO_OFTEN = "Too many addresses were sent from your network in the last hour. Try again in an hour."


@public_page()
# The form stands in cached pages, without a token: a forged post sends one mail to confirm, no
# more.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def newsletter(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(
            request,
            "newsletter/newsletter.html",
            {"canonical": "/newsletter/", "place": "newsletter"},
        )
    form = NewsletterForm(request.POST)
    try:
        signup_throttle.check_forms(network_address(request))
    except ratelimit.RateLimited:
        return _too_often(request)
    if not form.is_valid():
        return render(
            request, "newsletter/newsletter.html", {"form": form, "noindex": True}, status=400
        )
    if form.cleaned_data["website"]:
        return redirect("newsletter-asked")
    verdict = signup_throttle.judge(_attempt(form))
    if verdict != SignupVerdict.GOOD:
        return _once_more(request, form, verdict)
    try:
        signup_throttle.check_sign_ups(network_address(request))
    except ratelimit.RateLimited:
        return _too_often(request)
    signing_up.ask(
        form.cleaned_data["email"], form.cleaned_data["source"] or "page", form.newsletters()
    )
    return redirect("newsletter-asked")


def _too_often(request: HttpRequest) -> HttpResponse:
    """Plain and cheap: whoever sends thousands is not to cost us a page each."""
    return render(request, "newsletter/slow_down.html", {"sentence": TOO_OFTEN}, status=429)


def _attempt(form: NewsletterForm) -> Attempt:
    return Attempt(form.cleaned_data["email"], form.cleaned_data["ticket"])


def _once_more(request: HttpRequest, form: NewsletterForm, verdict: SignupVerdict) -> HttpResponse:
    """The address once more, and a button that carries a ticket."""
    must_wait = verdict == SignupVerdict.WAIT or signup_throttle.is_under_attack()
    context = {
        "form": form,
        "newsletters": form.newsletters() or [main_newsletter()],
        "ticket": signup_throttle.ticket(form.cleaned_data["email"]),
        "wait": int(signup_throttle.WAIT_UNDER_ATTACK) if must_wait else 0,
        "was_too_fast": verdict == SignupVerdict.TOO_FAST,
    }
    return render(request, "newsletter/once_more.html", context)


@require_safe
def ticket(request: HttpRequest) -> HttpResponse:
    """For the script of the form, when it is first touched."""
    return JsonResponse({"ticket": signup_throttle.ticket()})


@public_page()
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    return render(request, "newsletter/asked.html", {"noindex": True})


def _open(request: HttpRequest, purpose: str, token: str) -> tuple[Subscriber, Any] | HttpResponse:
    """Return whose link it is, or the page that says why it opens nothing."""
    try:
        found = signed_links.read(purpose, token)
    except signed_links.LinkExpired:
        # The link is proof enough to have another one mailed to its own address.
        context = {"old_link": token if purpose == signed_links.PREFERENCES else ""}
        return render(request, "newsletter/expired.html", context, status=410)
    return found or render(request, "newsletter/expired.html", status=404)


@csrf_exempt  # The link is the proof; mail programs open the page without cookies.
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button and changes nothing."""
    opened = _open(request, signed_links.CONFIRM, token)
    if isinstance(opened, HttpResponse):
        return opened
    subscriber, newsletters = opened
    if request.method != "POST":
        asked_for = Newsletter.objects.filter(pk__in=newsletters)
        return render(
            request,
            "newsletter/confirm.html",
            {
                "newsletters": asked_for,
                "others": _waiting_besides(subscriber, newsletters),
                "is_new": not subscriber.is_confirmed,
            },
        )
    others = _waiting_besides(subscriber, newsletters).filter(slug__in=request.POST.getlist("also"))
    had = subscriptions.confirm(subscriber, [*newsletters, *others.values_list("pk", flat=True)])
    if not had:
        return render(request, "newsletter/expired.html", status=410)
    context = {
        "newsletters": had,
        "preferences": signed_links.link(signed_links.PREFERENCES, subscriber),
    }
    return render(request, "newsletter/confirmed.html", context)


def _waiting_besides(subscriber: Subscriber, newsletters: Any) -> QuerySet[Newsletter]:
    """What was asked for with this address since that mail: offered, and ticked by nobody but its
    reader.
    """
    pending = subscriber.subscriptions.filter(status=Subscription.Status.PENDING)
    return Newsletter.objects.filter(pk__in=pending.values("newsletter")).exclude(
        pk__in=newsletters
    )


@csrf_exempt  # RFC 8058: mail programs post here without cookies.
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, key: str) -> HttpResponse:
    """GET shows a button and changes nothing; POST stops one newsletter, whether a person or a mail
    program sent it.
    """
    subscription = (
        Subscription.objects.filter(key=key[:64]).select_related("newsletter", "subscriber").first()
    )
    if subscription is None:
        return render(request, "newsletter/expired.html", status=404)
    is_reader = subscription.subscriber.is_confirmed
    context: dict[str, Any] = {"newsletter": subscription.newsletter, "is_reader": is_reader}
    if request.method != "POST":
        return render(request, "newsletter/leave.html", context)
    is_one_click = request.POST.get("List-Unsubscribe") == "One-Click"
    way = (
        Subscription.UnsubscribeMethod.ONE_CLICK
        if is_one_click
        else Subscription.UnsubscribeMethod.LINK
    )
    if request.POST.get("what") == "link":
        # Mail programs and filters have this link as well: it stops a newsletter, and opens nothing
        # of its reader’s.
        ask_for_link(subscription.subscriber)
        return redirect("newsletter-asked")
    subscriptions.leave(subscription.key, way)
    return render(request, "newsletter/left.html", context)


@csrf_exempt  # The link is the proof.
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    """Every newsletter with a box, whether clicks are counted, another address, and a way to leave
    them all.
    """
    opened = _open(request, signed_links.PREFERENCES, token)
    if isinstance(opened, HttpResponse):
        return opened
    subscriber, opened_from = opened
    is_forwarded = opened_from == signed_links.IN_NEWSLETTER
    form, address = PreferencesForm(), AddressForm()
    done = request.GET.get("done", "")
    if request.method == "POST":
        what = request.POST.get("what", "")
        if what == "leave":
            subscriptions.leave_all(subscriber)
            return _done(token, "unsubscribed")
        if what == "fresh" or (what == "address" and is_forwarded):
            # Newsletters are forwarded: only the inbox itself moves them.
            ask_for_link(subscriber)
            return _done(token, "fresh")
        if what == "address":
            address = AddressForm(request.POST)
            if address.is_valid() and _ask_for_address(request, subscriber, address):
                return _done(token, "address")
        else:
            form = PreferencesForm(request.POST)
            if form.is_valid():
                chosen = list(form.cleaned_data["newsletter"])
                choose(subscriber, chosen, form.cleaned_data["counts_clicks"])
                return _done(token, "saved")
    context = {
        "subscriber": subscriber,
        "choices": _choices(subscriber),
        "form": form,
        "address": address,
        "done": done,
        "is_forwarded": is_forwarded,
    }
    return render(
        request,
        "newsletter/preferences.html",
        context,
        status=400 if form.errors or address.errors else 200,
    )


def _done(token: str, what: str) -> HttpResponse:
    response = redirect("newsletter-preferences", token)
    response["Location"] += f"?done={what}"
    return response


def _ask_for_address(request: HttpRequest, subscriber: Subscriber, form: AddressForm) -> bool:
    try:
        signup_throttle.check_sign_ups(network_address(request))
        ask_for_address(subscriber, form.cleaned_data["email"])
    except ratelimit.RateLimited:
        form.add_error("email", TOO_OFTEN)
    except ValidationError as error:
        form.add_error("email", error)
    return form.is_valid()


def _choices(subscriber: Subscriber) -> list[tuple[Newsletter, bool]]:
    """The newsletters that are offered, and which of them somebody has."""
    had = set(subscriber.subscriptions.active().values_list("newsletter_id", flat=True))
    return [(newsletter, newsletter.pk in had) for newsletter in Newsletter.objects.offered()]


@csrf_exempt  # The old link is the proof.
@require_POST
def new_link(request: HttpRequest) -> HttpResponse:
    """A fresh link to the preferences, mailed to whom an expired one belonged to: once an hour."""
    try:
        signed_links.read(signed_links.PREFERENCES, request.POST.get("old_link", ""))
    except signed_links.LinkExpired as expired:
        ask_for_link(expired.subscriber)
    return redirect("newsletter-asked")


@csrf_exempt  # The link is the proof.
@require_http_methods(["GET", "HEAD", "POST"])
def address(request: HttpRequest, token: str) -> HttpResponse:
    """From the mail to a new address. GET shows a button and changes nothing."""
    opened = _open(request, signed_links.ADDRESS, token)
    if isinstance(opened, HttpResponse):
        return opened
    subscriber, newcomer_key = opened
    newcomer = (
        Subscriber.objects.filter(key=newcomer_key).first()
        if isinstance(newcomer_key, str)
        else None
    )
    if newcomer is None:
        return render(request, "newsletter/expired.html", status=404)
    context: dict[str, Any] = {"email": newcomer.email}
    if request.method != "POST":
        return render(request, "newsletter/address.html", context)
    change_address(subscriber, newcomer.email)
    return render(request, "newsletter/address_changed.html", context)


@csrf_exempt  # The link is the proof.
@require_http_methods(["GET", "HEAD", "POST"])
def back(request: HttpRequest, token: str) -> HttpResponse:
    """From the mail about a change of address: bring the newsletters back. GET changes nothing."""
    opened = _open(request, signed_links.BACK, token)
    if isinstance(opened, HttpResponse):
        return opened
    subscriber, former = opened
    context: dict[str, Any] = {"email": former}
    if request.method != "POST":
        return render(request, "newsletter/back.html", context)
    if not bring_back(subscriber, str(former)):
        return render(request, "newsletter/expired.html", status=410)
    return render(request, "newsletter/back.html", context | {"is_done": True})
