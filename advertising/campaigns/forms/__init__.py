"""The form of each product."""

from typing import Any

from advertising.campaigns import story_text
from advertising.campaigns.forms.banners import BannerForm
from advertising.campaigns.forms.campaigns import (
    BOOKING,
    DISCLOSURE,
    WARNINGS,
    WORDS,
    CampaignForm,
)
from advertising.campaigns.forms.newsletters import NewsletterSlotForm
from advertising.campaigns.forms.paid_stories import PressReleaseForm, SponsoredArticleForm
from advertising.models import Placement, Product

FORMS: dict[str, type[CampaignForm]] = {
    form.product: form
    for form in (BannerForm, SponsoredArticleForm, PressReleaseForm, NewsletterSlotForm)
}


def initial_of(placement: Placement) -> dict[str, Any]:
    """The form as it was last sent."""
    initial: dict[str, Any] = {name: getattr(placement, name) for name in BOOKING}
    initial["coins"] = list(placement.coins.all())
    latest = placement.latest_creative
    if latest:
        initial |= {name: getattr(latest, name) for name in (*WORDS, *DISCLOSURE, *WARNINGS)}
        if placement.product == Product.SPONSORED:
            initial["text"] = latest.html or story_text.from_plain(latest.text)
    return initial
