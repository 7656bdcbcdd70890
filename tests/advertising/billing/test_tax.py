"""Tax by where seller and buyer are. Each case was worked out by hand."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from advertising.billing import corrections, invoices, orders, tax
from advertising.models import Advertiser, CorrectedInvoice, Order, Rate, SalesTerms

from ...factories import AdvertiserFactory, UserFactory, running_banner

pytestmark = pytest.mark.django_db
IRISH, GERMAN, AUSTRIAN = "IE6433435F", "DE136695976", "ATU13585627"


def order_of(seller: dict[str, Any], buyer: dict[str, Any], goal: int = 100_000) -> Order:
    """Of $1,400.00, unless the number of impressions says otherwise."""
    Rate.objects.create(product="banner", price="14", basis="thousand", unit="per 1,000")
    SalesTerms.objects.create(seller="Finality Press", **seller)
    advertiser = AdvertiserFactory(**buyer)
    return orders.place(advertiser, [running_banner(advertiser=advertiser, goal=goal).pk], None)


IN_IRELAND = {"country": "IE", "tax_percent": "23"}
IN_AUSTRIA = {"country": "AT", "tax_percent": "20"}
IN_BRITAIN = {"country": "GB", "tax_percent": "20"}
IN_NEW_YORK = {
    "country": "US",
    "region": "NY",
    "tax_scheme": "sales",
    "tax_name": "Sales tax",
    "tax_percent": "8.875",
}


@pytest.mark.parametrize(
    ("seller", "buyer", "kind", "percent", "owed"),
    [
        # At home: the standard rate, with a number or without.
        (IN_IRELAND, {"country": "IE", "tax_number": IRISH}, "S", "23", "322.00"),
        (IN_IRELAND, {"country": "IE"}, "S", "23", "322.00"),
        # Another member state: reverse charge for a number that can be right, home rate without.
        (IN_AUSTRIA, {"country": "DE", "tax_number": GERMAN}, "AE", "0", "0.00"),
        (IN_AUSTRIA, {"country": "DE", "tax_number": "136 695 976"}, "AE", "0", "0.00"),
        (IN_AUSTRIA, {"country": "DE", "tax_number": "DE123456789"}, "S", "20", "280.00"),
        (IN_AUSTRIA, {"country": "DE", "tax_number": IRISH}, "S", "20", "280.00"),
        (IN_AUSTRIA, {"country": "DE"}, "S", "20", "280.00"),
        (IN_AUSTRIA, {"country": "GR", "tax_number": "EL094259216"}, "AE", "0", "0.00"),
        # Outside the Union, or a seller outside it: taxed where the buyer is.
        (IN_AUSTRIA, {"country": "CH"}, "O", "0", "0.00"),
        (IN_AUSTRIA, {"country": "US", "region": "NY"}, "O", "0", "0.00"),
        (IN_BRITAIN, {"country": "GB"}, "S", "20", "280.00"),
        (IN_BRITAIN, {"country": "DE", "tax_number": GERMAN}, "O", "0", "0.00"),
        # Exempt, for a reason that is printed.
        (IN_IRELAND, {"country": "IE", "tax_exemption": "Charity 12345"}, "E", "0", "0.00"),
        # Sales tax in one state, of three decimals: 1,400.00 × 8.875 % = 124.25.
        (IN_NEW_YORK, {"country": "US", "region": "ny"}, "S", "8.875", "124.25"),
        (IN_NEW_YORK, {"country": "US", "region": "CA"}, "O", "0", "0.00"),
        (IN_NEW_YORK, {"country": "DE", "tax_number": GERMAN}, "O", "0", "0.00"),
        # Not registered.
        ({"country": "IE", "tax_scheme": "none", "tax_percent": "23"}, {"country": "IE"}, "O", "0", "0.00"),
    ],
)  # fmt: skip
def test_the_tax_of_a_sale(seller, buyer, kind, percent, owed):
    order = order_of(seller, buyer)
    assert order.terms["tax_kind"] == kind
    assert order.tax_percent == Decimal(percent)
    assert order.tax == Decimal(owed)
    assert bool(order.terms["tax_sentence"]) == (kind != "S")
    assert invoices.invoice_pdf(order).startswith(b"%PDF-")


def test_tax_is_rounded_once_for_all_lines_half_a_cent_up():
    """1,864.34 at 8.88 % is 165.5534; 0.06 at 8.875 % is 0.0053."""
    from advertising.billing.amounts import tax_on

    assert tax_on(Decimal("1864.34"), Decimal("8.88")) == Decimal("165.55")
    assert tax_on(Decimal("0.06"), Decimal("8.875")) == Decimal("0.01")
    assert tax_on(Decimal("10.00"), Decimal("0.05")) == Decimal("0.01")


@pytest.mark.parametrize(
    ("lacking", "sentence"),
    [
        ({"billing_address": " "}, "street, postcode and city"),
        ({"country": ""}, "country"),
        ({"country": "US"}, "state"),
    ],
)
def test_an_invoice_without_its_buyer_is_not_issued(lacking, sentence):
    with pytest.raises(ValidationError, match=sentence):
        order_of(IN_IRELAND, lacking)
    assert not Order.objects.exists()
    assert orders.order_what_runs.func() == 0


def test_the_order_page_says_what_is_missing_and_takes_a_purchase_order(client):
    Rate.objects.create(product="banner", price="14", basis="thousand", unit="per 1,000")
    advertiser, owner = AdvertiserFactory(country=""), UserFactory()
    advertiser.members.add(owner, through_defaults={"role": "owner"})
    placement = running_banner(advertiser=advertiser, goal=10_000)
    client.force_login(owner)
    assert "Choose the country" in client.get("/partners/orders/").content.decode()
    client.post("/partners/orders/", {"placement": placement.pk})
    assert not Order.objects.exists()
    Advertiser.objects.update(country="IE")
    sent = {"placement": placement.pk, "purchase_order": " PO  77 "}
    page = client.post("/partners/orders/", sent, follow=True).content.decode()
    assert Order.objects.get().purchase_order == "PO 77"
    assert "Purchase order PO 77." in " ".join(page.split())


# --- Company details ------------------------------------------------------------------------------


def details(**changes: str) -> dict[str, str]:
    return {
        "do": "details",
        "contact_email": "desk@palisade.example",
        "billing_address": "1 Vault Row\r\n\r\nExample City ",
        "country": "DE",
        **changes,
    }


def test_a_number_of_the_union_is_checked_by_its_form_where_it_is_typed(client):
    advertiser, owner = AdvertiserFactory(), UserFactory()
    advertiser.members.add(owner, through_defaults={"role": "owner"})
    client.force_login(owner)
    page = client.post("/partners/company/", details(tax_number="DE123456789"))
    assert page.status_code == 400
    assert "one begins with DE" in page.content.decode()
    assert client.post("/partners/company/", details(tax_number=GERMAN)).status_code == 302
    assert (
        client.post("/partners/company/", details(country="CH", tax_number="x")).status_code == 302
    )
    advertiser.refresh_from_db()
    assert advertiser.billing_address == "1 Vault Row\nExample City"
    assert client.post("/partners/company/", details(country="XX")).status_code == 400


# --- Issued anew ----------------------------------------------------------------------------------


def test_an_invoice_is_issued_anew_with_another_address(client):
    order, person = order_of(IN_IRELAND, {"country": "IE"}), UserFactory()
    buyer = {"name": "Palisade Custody Ltd", "address": "2 New Row", "tax_number": IRISH}
    correction = corrections.reissue(order, buyer, "They moved", person)
    order = Order.objects.get()
    assert (correction.number, correction.replaces) == ("2026-00002", "2026-00001")
    assert (order.number, order.invoice_number) == ("2026-00001", "2026-00002")
    assert order.buyer["address"] == "2 New Row"
    assert order.buyer["country"] == "IE"
    with pytest.raises(ValidationError, match="Nothing differs"):
        corrections.reissue(order, buyer, "Again", person)
    again = corrections.reissue(order, {**buyer, "address": "3 New Row"}, "Again", person)
    assert again.replaces == "2026-00002"
    order.advertiser.members.add(person, through_defaults={"role": "owner"})
    client.force_login(person)
    page = " ".join(client.get(order.get_absolute_url()).content.decode().split())
    assert "Invoice 2026-00003" in page
    assert "It replaces invoice 2026-00002." in page


def test_a_reverse_charge_keeps_its_number():
    order = order_of(IN_AUSTRIA, {"country": "DE", "tax_number": GERMAN})
    buyer = {"name": "Palisade", "address": "2 New Row", "tax_number": ""}
    with pytest.raises(ValidationError, match="reverse charge"):
        corrections.reissue(order, buyer, "No number any more", UserFactory())
    assert not CorrectedInvoice.objects.exists()


# --- Currencies -----------------------------------------------------------------------------------


def test_an_order_is_in_the_currency_of_its_advertiser():
    Rate.objects.create(product="banner", price="13", basis="thousand", unit="x", currency="EUR")
    order = order_of(IN_IRELAND, {"country": "IE", "currency": "EUR"})
    assert (order.currency, order.subtotal) == ("EUR", Decimal("1300.00"))
    assert "€13.00 per 1,000" in order.lines.get().label


def test_one_order_has_one_currency():
    Rate.objects.create(product="banner", price="14", basis="thousand", unit="x")
    Rate.objects.create(product="banner", price="13", basis="thousand", unit="x", currency="EUR")
    advertiser = AdvertiserFactory()
    first = running_banner(advertiser=advertiser, goal=10_000)
    advertiser.currency = "EUR"
    advertiser.save()
    second = running_banner(advertiser=advertiser, goal=10_000)
    with pytest.raises(ValidationError, match="one currency"):
        orders.place(advertiser, [first.pk, second.pk], None)
    assert orders.order_what_runs.func() == 2
    assert sorted(Order.objects.values_list("currency", flat=True)) == ["EUR", "USD"]


def test_what_was_agreed_and_what_is_taken_off_stand_in_lines_of_their_own():
    Rate.objects.create(product="banner", price="14", basis="thousand", unit="x")
    advertiser = AdvertiserFactory()
    agreed = running_banner(advertiser=advertiser, goal=10_000, agreed_price=Decimal("99.90"))
    less = running_banner(advertiser=advertiser, goal=10_000, discount=Decimal("12.5"))
    order = orders.place(advertiser, [agreed.pk, less.pk], None)
    assert [(line.label.partition(": ")[2], str(line.amount)) for line in order.lines.all()] == [
        ("Banner, as agreed", "99.90"),
        ("10,000 viewable impressions at $14.00 per 1,000", "140.00"),
        ("Discount, −12.5%", "-17.50"),
    ]
    assert order.subtotal == Decimal("222.40")


# --- Five scripts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["ООО Ромашка, Київ", "Αθηναϊκή Εφημερίδα", "33 Đường Nguyễn Huệ", "東京の新聞社", "שלום בע״מ",
     "شركة الأخبار", "서울 신문", "上海报业", "กรุงเทพ", "भारत समाचार", "Zażółć gęślą", "ქართული"],
)  # fmt: skip
def test_every_letter_of_a_name_is_printed(name):
    """Each letter is in a face that the file embeds; pictures were looked at."""
    from advertising.billing import fonts

    ours = set()
    for face in ("sans", "sans-latin1", "sans-ext"):
        ours |= fonts._letters(fonts.OURS / f"finality-{face}.woff2")
    found = fonts.fallbacks(name, "sans")
    of_noto = {
        letter for script in found for letter in fonts._letters(fonts.NOTO / f"{script}.woff2")
    }
    assert {ord(letter) for letter in name if not letter.isspace()} <= ours | of_noto
    order = order_of(IN_IRELAND, {"country": "IE", "legal_name": name})
    assert invoices.invoice_pdf(order) == invoices.invoice_pdf(order)


def test_countries_have_names():
    names = dict(tax.countries())
    assert names["DE"] == "Germany"
    assert not {"EU", "ZZ", "001"} & set(names)
    assert tax.country_name("") == ""
