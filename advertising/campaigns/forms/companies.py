"""Forms of a company in the portal."""

from django import forms

from advertising.models import Advertiser


class AdvertiserForm(forms.ModelForm[Advertiser]):
    class Meta:
        model = Advertiser
        fields = ("name", "website", "contact_email")
        labels = {"name": "Company", "contact_email": "E-mail for decisions"}


class CompanyForm(forms.ModelForm[Advertiser]):
    class Meta:
        model = Advertiser
        fields = (
            "website",
            "contact_email",
            "billing_address",
            "tax_number",
            "wants_weekly_report",
        )
        widgets = {"billing_address": forms.Textarea(attrs={"rows": 3})}
        labels = {
            "contact_email": "E-mail for decisions",
            "wants_weekly_report": "Mail us the figures on Mondays",
        }
