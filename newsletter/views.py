"""The letter’s pages. Only POST changes anything."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from newsletter import subscriptions
from newsletter.forms import LetterForm
from newsletter.models import Subscription
from newsroom.pagecache import public_page


@public_page()
@csrf_exempt  # The form stands in cached pages, without a token: a forged post sends one mail to confirm, no more.
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "newsletter/letter.html", {"canonical": "/newsletter/", "place": "letter"})
    form = LetterForm(request.POST)
    if not form.is_valid():
        return render(request, "newsletter/letter.html", {"form": form}, status=400)
    if not form.cleaned_data["website"]:
        subscriptions.ask(form.cleaned_data["email"], form.cleaned_data["source"] or "page")
    return redirect("newsletter-asked")


@public_page()
@require_safe
def asked(request: HttpRequest) -> HttpResponse:
    return render(request, "newsletter/asked.html", {"noindex": True})


@csrf_exempt  # The key in the address is the proof; mail programs open the page without cookies.
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def confirm(request: HttpRequest, key: str) -> HttpResponse:
    """GET shows a button and changes nothing."""
    subscription = Subscription.objects.filter(key=key[:64]).first()
    if subscription is None:
        return render(request, "newsletter/expired.html", {"noindex": True}, status=404)
    if request.method == "POST":
        confirmed = subscriptions.confirm(subscription.key)
        if confirmed is None:
            return render(request, "newsletter/expired.html", {"noindex": True}, status=410)
        return render(request, "newsletter/confirmed.html", {"subscription": confirmed, "noindex": True})
    return render(request, "newsletter/confirm.html", {"noindex": True})


@csrf_exempt  # RFC 8058: mail programs post here without cookies.
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def leave(request: HttpRequest, key: str) -> HttpResponse:
    if not Subscription.objects.filter(key=key[:64]).exists():
        return render(request, "newsletter/expired.html", {"noindex": True}, status=404)
    if request.method == "POST":
        subscriptions.leave(key[:64])
        return render(request, "newsletter/left.html", {"noindex": True})
    return render(request, "newsletter/leave.html", {"noindex": True})
