"""
The warnings that a paid piece about a token carries, by the markets it is meant for.

United Kingdom: FCA, PS23/6 and COBS 4.12A, since 8 October 2023. European Union: MiCA (Regulation
2023/1114), article 7. United States: Securities Act, section 17(b), asks for the amount that was
paid, and to be told who paid it. The words of the first two are prescribed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models


class Market(models.TextChoices):
    UK = "uk", "United Kingdom"
    EU = "eu", "European Union"
    US = "us", "United States"
    ELSEWHERE = "elsewhere", "Elsewhere only"


UK_WARNING = (
    "Don’t invest unless you’re prepared to lose all the money you invest. This is a high-risk investment and you "
    "should not expect to be protected if something goes wrong."
)
EU_WARNING = (
    "This crypto-asset marketing communication has not been reviewed or approved by any competent authority in any "
    "Member State of the European Union. The offeror of the crypto-asset is solely responsible for the content of this "
    "crypto-asset marketing communication."
)
PLAIN_WARNING = "{token} can lose all of its value. Nobody protects you if something goes wrong."


@dataclass(frozen=True)
class Terms:
    """The declarations of a piece about a token."""

    token: str
    markets: Sequence[str]
    approver: str = ""
    white_paper: str = ""
    phone: str = ""
    email: str = ""


def missing(terms: Terms) -> dict[str, str]:
    """Return what each market asks for and is not there: field and sentence."""
    if not terms.token:
        return {}
    if not terms.markets:
        return {"markets": "Choose the countries whose readers this is for: it is about a token."}
    problems = {}
    if Market.UK in terms.markets and not terms.approver:
        problems["approver"] = (
            "Name the firm authorised by the FCA that approved this for readers in the UK."
        )
    if Market.EU in terms.markets:
        for field, value, what in (
            ("white_paper_url", terms.white_paper, "the address of the white paper"),
            ("issuer_phone", terms.phone, "a telephone number of the issuer"),
            ("issuer_email", terms.email, "an e-mail address of the issuer"),
        ):
            if not value:
                problems[field] = f"Add {what}: readers in the EU must be told."
    return problems


def compose(terms: Terms) -> str:
    """The warning as readers see it, a paragraph for each market; empty for a piece that is about
    no token.
    """
    if not terms.token:
        return ""
    parts = []
    if Market.UK in terms.markets:
        parts.append(
            f"{UK_WARNING} Approved for readers in the United Kingdom by {terms.approver}."
        )
    if Market.EU in terms.markets:
        contact = (
            f"A white paper exists: {terms.white_paper}. Issuer: {terms.phone}, {terms.email}."
        )
        parts.append(f"{EU_WARNING} {contact}")
    if Market.UK not in terms.markets:
        parts.append(PLAIN_WARNING.format(token=terms.token))
    return "\n\n".join(parts)
