"""Currencies and tax: what orders and invoices are written in."""

from django.db import models

DEFAULT_CURRENCY = "USD"


class Currency(models.TextChoices):
    USD = "USD", "US dollar"
    EUR = "EUR", "Euro"
    GBP = "GBP", "Pound sterling"
    CHF = "CHF", "Swiss franc"


class TaxScheme(models.TextChoices):
    """The tax scheme of the seller."""

    NONE = "none", "None: not registered"
    VAT = "vat", "VAT, or GST by the same rules"
    SALES = "sales", "US sales tax"


class TaxKind(models.TextChoices):
    """The tax of one sale, by the category codes of EN 16931 (UNCL 5305)."""

    STANDARD = "S", "Standard rate"
    EXEMPT = "E", "Exempt"
    REVERSE_CHARGE = "AE", "Reverse charge"
    OUTSIDE = "O", "Outside the scope of tax"
