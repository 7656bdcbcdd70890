"""The form of a banner."""

from typing import Any

from django import forms

from advertising.campaigns.forms.campaigns import (
    BANNER_SIZES,
    BOOKING,
    CampaignForm,
    picture_field,
    picture_of,
    text_field,
)
from advertising.delivery.slots import SLOTS
from advertising.models import Device, Product
from ticker.models import Coin

LONGEST_TEXT = 140
SMALLEST_GOAL, LARGEST_GOAL = 1_000, 100_000_000


class BannerForm(CampaignForm):
    product = Product.BANNER
    booking = BOOKING
    pictures = BANNER_SIZES

    slot = forms.ChoiceField(
        label="Position",
        choices=[("", "Choose a position"), *((slot.name, slot.label) for slot in SLOTS.values())],
        required=False,
        help_text="The top needs 728 × 90 and 320 × 50; the billboard 970 × 250, 728 × 90 and 300 × 250; "
        "the rectangle 300 × 250.",
    )
    coins = forms.ModelMultipleChoiceField(
        Coin.objects.followed(),
        required=False,
        label="Coins",
        help_text="Only on pages about these coins. None chosen: on all pages.",
    )
    device = forms.ChoiceField(
        choices=Device.choices, initial=Device.ANY, required=False, label="Devices"
    )
    goal = forms.IntegerField(
        label="Viewable impressions",
        min_value=SMALLEST_GOAL,
        max_value=LARGEST_GOAL,
        required=False,
        widget=forms.NumberInput(attrs={"step": 1000}),
        help_text="How many you buy. They are spread evenly over your days.",
    )
    text = text_field(
        3, "Only for an advertisement of words alone: 140 characters or fewer, and no picture."
    )

    def check_words(self, data: dict[str, Any]) -> None:
        if len(data.get("text") or "") > LONGEST_TEXT:
            self.add_error("text", f"Keep the text of a banner under {LONGEST_TEXT} characters.")

    def check_complete(self, data: dict[str, Any]) -> None:
        super().check_complete(data)
        self.require(data, "slot", "Choose where the banner stands.")
        if not self.is_booked:
            self.require(data, "goal", "Say how many viewable impressions you buy.")
        self._require_pictures(data)

    def _require_pictures(self, data: dict[str, Any]) -> None:
        slot = SLOTS.get(data.get("slot") or "")
        if slot is None:
            return
        latest = self.placement.latest_creative if self.placement else None
        there = {
            size: bool(data.get(picture_field(size)) or picture_of(latest, size))
            for size in slot.sizes
        }
        if not any(there.values()) and data.get("headline") and data.get("text"):
            return  # An advertisement of words alone.
        self.require(data, "alt", "Describe the picture for readers who cannot see it.")
        for size, is_there in there.items():
            if not is_there:
                sentence = f"This position needs a picture of {size.label}, or a headline and a text and no picture."
                self.require({}, picture_field(size), sentence)
