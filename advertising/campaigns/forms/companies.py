"""Forms of a company in the portal."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from advertising.billing import tax
from advertising.choices import Currency
from advertising.models import Advertiser, Rate
from advertising.organisations import names

LEGAL = ("legal_name", "billing_address", "country", "region", "tax_number", "currency")


def country_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        choices=[("", "Choose"), *tax.countries()], required=False, label="Country"
    )


class _CompanyForm(forms.ModelForm[Advertiser]):
    """Details of a buyer for its invoices, and the address of its mails."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # An advertiser pays in a currency that there is a rate card in.
        sold_in = set(Rate.objects.values_list("currency", flat=True)) | {self.instance.currency}
        if "currency" in self.fields:
            self.fields["currency"].choices = [  # type: ignore[attr-defined]
                choice for choice in Currency.choices if choice[0] in sold_in
            ]
            if len(sold_in) == 1:
                del self.fields["currency"]

    def clean_billing_address(self) -> str:
        lines = self.cleaned_data["billing_address"].splitlines()
        return "\n".join(line.strip() for line in lines if line.strip())

    def clean(self) -> dict[str, Any] | None:
        """A number of the European Union has a form, which is checked. Others are taken as typed."""
        data = super().clean()
        country, number = self.cleaned_data.get("country"), self.cleaned_data.get("tax_number")
        if country in tax.EU and number and not tax.eu_number(country, number):
            self.add_error("tax_number", tax.wrong_number(country))
        return data


class AdvertiserForm(_CompanyForm):
    """A company that is opened by its first member."""

    country = country_field()

    class Meta:
        model = Advertiser
        fields = (
            "name",
            "website",
            "contact_email",
            "billing_address",
            "country",
            "region",
            "tax_number",
        )
        widgets = {"billing_address": forms.Textarea(attrs={"rows": 3})}
        labels = {"name": "Company", "contact_email": "Contact e-mail for approvals"}
        help_texts = {"billing_address": "For invoices. One line each, without the country."}
        error_messages = {
            "name": {
                "unique": "A company of this name exists already. Ask a colleague to invite you."
            }
        }

    def clean_name(self) -> str:
        name = names.tidy(self.cleaned_data["name"])
        if problem := names.problem_with(name):
            raise ValidationError(problem)
        return name


class CompanyForm(_CompanyForm):
    country = country_field()

    class Meta:
        model = Advertiser
        fields = ("website", "contact_email", *LEGAL, "wants_weekly_report")
        widgets = {"billing_address": forms.Textarea(attrs={"rows": 3})}
        labels = {
            "contact_email": "Contact e-mail for approvals",
            "wants_weekly_report": "Mail us the figures on Mondays",
        }
        help_texts = {"legal_name": "On invoices. Empty: as readers see your name."}
