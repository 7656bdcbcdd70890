"""Invoices and credit notes as PDF, in our own faces, with Noto Sans where these lack a script."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import cast

from fpdf import FPDF

from advertising.billing.amounts import written
from advertising.billing.fonts import face, fallbacks
from advertising.billing.tax import country_name
from advertising.choices import Currency
from advertising.models import Credit, Order

REGULAR, BOLD = 400, 650
MARGIN = 20  # millimetres
INK, GREY = (15, 22, 18), (86, 97, 89)
LEADING = 0.47  # millimetres of a line for each point of its letters
NUMBERS = 34  # millimetres for a column of amounts
OURS = ("sans", "sans-latin1", "sans-ext", "serif", "serif-latin1", "serif-ext")
FOOT = "{title}, page {page}"


class _Paper(FPDF):
    def __init__(self, title: str, text: str, made_at: datetime) -> None:
        super().__init__(format="A4")
        self.document = title
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN + 8)
        self.set_title(title)
        self.set_lang("en-GB")
        # The same bytes for the same document, however often it is asked for.
        self.set_creation_date(made_at)
        self._add_faces(text)
        # Arabic joins its letters, Hebrew runs from the right, Indian scripts reorder.
        self.set_text_shaping(True)

    def _add_faces(self, text: str) -> None:
        for name in OURS:
            for style, weight in (("", REGULAR), ("B", BOLD)):
                self.add_font(name, style, face(name, weight))
        others = fallbacks(text, "sans")
        for script, file in others.items():
            for style in ("", "B"):
                self.add_font(script, style, file)
        names = ["sans-latin1", "sans-ext", "serif-latin1", "serif-ext", *others]
        self.set_fallback_fonts(names, exact_match=False)

    def take_face(self, name: str, style: str, size: float) -> None:
        # The library leaves out what it believes to be set; after letters of another face it is not.
        self.font_family = ""
        self.set_font(name, style, size)

    def footer(self) -> None:
        self.set_y(-MARGIN)
        self.take_face("sans", "", 8)
        self.set_text_color(*GREY)
        self.cell(text=FOOT.format(title=self.document, page=self.page_no()))

    def words(
        self, text: str, size: float = 10, style: str = "", grey: bool = False, face: str = "sans"
    ) -> None:
        for line in text.splitlines():
            self.take_face(face, style, size)
            self.set_text_color(*(GREY if grey else INK))
            height = size * LEADING
            self.multi_cell(0, height, line, new_x="LMARGIN", new_y="NEXT", align="L")

    def block(self, heading: str, parts: Iterable[str]) -> None:
        self.words(heading, 9, grey=True)
        for part in filter(None, parts):
            self.words(part)
        self.ln(5)

    def row(self, label: str, amount: str, style: str = "") -> None:
        self.take_face("sans", style, 10)
        self.set_text_color(*INK)
        width = self.epw - NUMBERS
        lines = cast(list[str], self.multi_cell(width, None, label, dry_run=True, output="LINES"))
        height = 5.2 * max(len(lines), 1) + 2
        if self.will_page_break(height):
            self.add_page()
        top = self.get_y()
        self.multi_cell(width, 5.2, label, align="L")
        self.set_xy(self.l_margin + width, top)
        self.cell(NUMBERS, 5.2, amount, align="R")
        self.set_xy(self.l_margin, top + height)

    def rule(self, double: bool = False) -> None:
        for offset in (0, 0.8) if double else (0,):
            self.line(
                self.l_margin, self.get_y() + offset, self.w - self.r_margin, self.get_y() + offset
            )
        self.ln(3)


def invoice_pdf(order: Order) -> bytes:
    """The invoice that stands, with what was credited and paid since."""
    lines = list(order.lines.all())
    correction = order.latest_correction
    title = f"Invoice {order.invoice_number}"
    dated = correction.at if correction else order.placed_at
    labels = [line.label for line in lines]
    credits = [each for each in order.credits.all() if not hasattr(each, "reversal")]
    reasons = [credit.reason for credit in credits]
    paper = _headed(order, title, dated, [*labels, *reasons])
    notes = [f"Please pay by {order.due_on:%-d %B %Y}."]
    if correction:
        notes.append(f"It replaces invoice {correction.replaces}.")
    if order.purchase_order:
        notes.append(f"Purchase order {order.purchase_order}.")
    _head(paper, order, title, dated, notes)
    for line in lines:
        paper.row(line.label, written(line.amount, order.currency))
    _totals(paper, order, order.subtotal, order.tax)
    _statement(paper, order, credits)
    if how := order.terms.get("how_to_pay"):
        paper.ln(6)
        paper.words(how)
    return bytes(paper.output())


def credit_note_pdf(credit: Credit) -> bytes:
    order = credit.order
    title = f"Credit note {credit.number}"
    paper = _headed(order, title, credit.at, [credit.reason])
    about = f"On invoice {order.invoice_number} of {order.placed_at:%-d %B %Y}."
    _head(paper, order, title, credit.at, [about])
    paper.row(credit.reason, written(credit.net, order.currency))
    _totals(paper, order, credit.net, credit.tax)
    return bytes(paper.output())


def _headed(order: Order, title: str, dated: datetime, texts: Sequence[str]) -> _Paper:
    names = [*order.terms.values(), *order.buyer.values(), order.purchase_order]
    paper = _Paper(title, " ".join([*map(str, names), *texts]), dated)
    paper.add_page()
    return paper


def _head(paper: _Paper, order: Order, title: str, dated: datetime, notes: Sequence[str]) -> None:
    seller = order.terms
    paper.words(seller.get("seller") or title, 22, "B", face="serif")
    for part in filter(None, _place_and_number(seller)):
        paper.words(part, grey=True)
    paper.ln(8)
    paper.words(title, 15, "B")
    paper.words(" ".join([f"{dated:%-d %B %Y}.", *notes]), grey=True)
    paper.ln(5)
    paper.block("Billed to", [order.buyer["name"], *_place_and_number(order.buyer)])
    paper.rule()


def _place_and_number(of: dict[str, str]) -> list[str]:
    """Address, country and tax number, each on lines of its own."""
    region_and_country = ", ".join(
        filter(None, (of.get("region"), country_name(of.get("country", ""))))
    )
    number = of.get("tax_number")
    return [of.get("address", ""), region_and_country, f"VAT or tax no. {number}" if number else ""]


def _totals(paper: _Paper, order: Order, net: Decimal, tax: Decimal) -> None:
    paper.rule()
    paper.row("Subtotal", written(net, order.currency))
    paper.row(
        f"{order.terms['tax_name']} {order.tax_percent.normalize():f}%",
        written(tax, order.currency),
    )
    currency = Currency(order.currency).label if order.currency in Currency else order.currency
    paper.row(f"Total in {currency}", written(net + tax, order.currency), "B")
    paper.rule(double=True)
    if sentence := order.terms.get("tax_sentence"):
        paper.words(sentence)
        paper.ln(3)


def _statement(paper: _Paper, order: Order, credits: Sequence[Credit]) -> None:
    """Credits, payments and refunds since, and the open balance."""
    currency = order.currency
    moved = [
        *(
            (each.at, f"Credit note {each.number or ''}: {each.reason}", -each.amount)
            for each in credits
        ),
        *(
            (each.at, f"Payment: {each.get_provider_display().lower()}", -each.amount)
            for each in order.receipts.all()
            if not hasattr(each, "reversal")
        ),
        *(
            (
                each.at,
                f"{each.get_kind_display()}: {each.get_provider_display().lower()}",
                each.amount,
            )
            for each in order.refunds.all()
            if not hasattr(each, "reversal")
        ),
    ]
    if not moved:
        return
    for at, text, amount in sorted(moved, key=lambda each: each[0]):
        paper.row(f"{at:%-d %B %Y}. {text}", written(amount, currency))
    balance = order.balance
    paper.row("Refund due" if balance < 0 else "Balance due", written(abs(balance), currency), "B")
