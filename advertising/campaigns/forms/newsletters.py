"""The form of the sponsor slot of a newsletter."""

from datetime import date
from typing import Any

from advertising.billing import availability
from advertising.campaigns.forms.campaigns import CampaignForm, text_field
from advertising.models import Product

LONGEST_TEXT = 60  # words


class NewsletterSlotForm(CampaignForm):
    product = Product.NEWSLETTER
    booking = ("starts_on",)
    words = ("headline", "text", "target_url")

    text = text_field(3, "60 words or fewer.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["starts_on"].label = "Day of the newsletter"

    def check_words(self, data: dict[str, Any]) -> None:
        words = len((data.get("text") or "").split())
        if words > LONGEST_TEXT:
            self.add_error(
                "text", f"Write up to {LONGEST_TEXT} words for the newsletter; this has {words}."
            )

    def check_dates(self, data: dict[str, Any]) -> None:
        super().check_dates(data)
        day = data.get("starts_on")
        if day and not self.has_error("starts_on"):
            self._check_day(day)

    def _check_day(self, day: date) -> None:
        if availability.is_newsletter_taken(day, self.placement):
            why = "The newsletter of that day is taken."
        elif not self.is_booked and not availability.has_newsletter(day):
            why = "On that day no newsletter goes out any more."
        else:
            return
        free = ", ".join(
            f"{each.day} {each:%B}" for each in availability.free_newsletters(3, self.placement)
        )
        others = (
            f"The next free ones: {free}."
            if free
            else "No other is free at present: please write to us."
        )
        self.add_error("starts_on", f"{why} {others}")

    def check_complete(self, data: dict[str, Any]) -> None:
        super().check_complete(data)
        self.require(data, "headline", "Add a headline.")
        self.require(data, "text", "Add the text.")
