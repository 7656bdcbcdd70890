"""The tax on a sale, by where seller and buyer are and what the buyer can show.

European Union: Directive 2006/112/EC, articles 44 (services to a business are taxed where it is),
196 (there by the buyer: reverse charge) and 226 (what an invoice says of it). Advertising is such a
service. A buyer of another member state without a number that can be right is charged as at home.
"""

from dataclasses import asdict, dataclass
from decimal import Decimal

from babel import Locale
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError as WrongNumber

from advertising.choices import TaxKind, TaxScheme
from advertising.models import Advertiser, SalesTerms

EU = frozenset(
    {
        *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"),
        *("IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
    }
)
# What tax numbers of a country begin with, where that is not its code.
PREFIXES = {"GR": "EL"}
# Territories of CLDR that are not countries somebody can be billed in.
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"})

REVERSE_CHARGE = (
    "Reverse charge: VAT is to be accounted for by the recipient "
    "(Article 196 of Council Directive 2006/112/EC)."
)
OUTSIDE = "Not subject to {tax}: the place of supply is where the customer is established."
NO_SALES_TAX = "No sales tax is charged on this sale."
NOT_REGISTERED = "The seller is not registered for tax."


@dataclass(frozen=True)
class Tax:
    kind: TaxKind
    name: str
    percent: Decimal
    sentence: str = ""  # printed on the invoice: why nothing is charged

    @property
    def as_terms(self) -> dict[str, str]:
        """As an order keeps it."""
        return {f"tax_{name}": str(value) for name, value in asdict(self).items()}


def countries() -> list[tuple[str, str]]:
    """Code and English name of every country, by name."""
    names = Locale("en").territories
    found = [
        (code, name)
        for code, name in names.items()
        if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES
    ]
    return sorted(found, key=lambda each: each[1])


def country_name(code: str) -> str:
    return str(Locale("en").territories.get(code, code)) if code else ""


def eu_number(country: str, number: str) -> str:
    """The number as VIES writes it, if it can be one of this country by its form; otherwise empty."""
    if country not in EU:
        return ""
    prefix = PREFIXES.get(country, country)
    plain = "".join(letter for letter in number.upper() if letter.isalnum())
    try:
        compact = eu_vat.validate(plain if plain.startswith(prefix) else prefix + plain)
    except WrongNumber:
        return ""
    return compact if compact.startswith(prefix) else ""


def wrong_number(country: str) -> str:
    """The sentence for a number that cannot be one of this country."""
    prefix = PREFIXES.get(country, country)
    return (
        f"This is no VAT number of {country_name(country)}: one begins with {prefix} and is complete, "
        "with its check digit. Leave it empty if you have none."
    )


def tax_on_sale(terms: SalesTerms, buyer: Advertiser) -> Tax:
    """Return the tax of an order that this buyer places now."""
    if terms.tax_scheme == TaxScheme.NONE:
        return Tax(TaxKind.OUTSIDE, terms.tax_name, Decimal(0), NOT_REGISTERED)
    standard = Tax(TaxKind.STANDARD, terms.tax_name, terms.tax_percent)
    if buyer.tax_exemption:
        return Tax(TaxKind.EXEMPT, terms.tax_name, Decimal(0), f"Exempt: {buyer.tax_exemption}")
    if terms.tax_scheme == TaxScheme.SALES:
        return standard if _is_taxed_sale(terms, buyer) else _untaxed(terms, NO_SALES_TAX)
    if not terms.country or terms.country == buyer.country:
        return standard
    if {terms.country, buyer.country} <= EU:
        is_business = bool(eu_number(buyer.country, buyer.tax_number))
        reverse = Tax(TaxKind.REVERSE_CHARGE, terms.tax_name, Decimal(0), REVERSE_CHARGE)
        return reverse if is_business else standard
    return _untaxed(terms, OUTSIDE.format(tax=terms.tax_name))


def _is_taxed_sale(terms: SalesTerms, buyer: Advertiser) -> bool:
    """In the seller’s country, and where the seller names a state, in that state."""
    is_in_country = not terms.country or terms.country == buyer.country
    state = terms.region.strip().casefold()
    return is_in_country and state in ("", buyer.region.strip().casefold())


def _untaxed(terms: SalesTerms, sentence: str) -> Tax:
    return Tax(TaxKind.OUTSIDE, terms.tax_name, Decimal(0), sentence)


def missing_for_invoice(buyer: Advertiser) -> list[str]:
    """Details of its buyer that an invoice must have and lacks, a sentence each."""
    missing = []
    if not buyer.billing_address.strip():
        missing.append("Add the street, postcode and city of your company.")
    if not buyer.country:
        missing.append("Choose the country of your company.")
    if buyer.country == "US" and not buyer.region.strip():
        missing.append("Add the state of your company.")
    return missing
