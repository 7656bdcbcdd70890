"""An order’s invoice as a PDF, in our own faces."""

from collections.abc import Sequence
from decimal import Decimal
from typing import cast

from fpdf import FPDF

from advertising.billing.fonts import face
from advertising.billing.rates import dollars
from advertising.models import Order

REGULAR, BOLD = 400, 650
MARGIN = 20  # millimetres
INK, GREY = (15, 22, 18), (86, 97, 89)
NUMBERS = 34  # millimetres for a column of amounts


class _Paper(FPDF):
    def __init__(self, order: Order) -> None:
        super().__init__(format="A4")
        self.order = order
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, MARGIN + 8)
        self.set_title(f"Invoice {order.number}")
        self.set_lang("en-GB")
        # The same bytes for the same order, however often it is asked for.
        self.set_creation_date(order.placed_at)
        for name in ("sans", "sans-latin1", "sans-ext", "serif"):
            for style, weight in (("", REGULAR), ("B", BOLD)):
                self.add_font(name, style, face(name, weight))
        self.set_fallback_fonts(["sans-latin1", "sans-ext"], exact_match=False)

    def footer(self) -> None:
        self.set_y(-MARGIN)
        self.set_font("sans", size=8)
        self.set_text_color(*GREY)
        self.cell(text=f"Invoice {self.order.number}, page {self.page_no()}")

    def words(
        self, text: str, size: float = 10, style: str = "", grey: bool = False, face: str = "sans"
    ) -> None:
        self.set_font(face, style, size)
        self.set_text_color(*(GREY if grey else INK))
        self.multi_cell(0, None, _shown(text), new_x="LMARGIN", new_y="NEXT", align="L")

    def row(self, label: str, amount: str, style: str = "") -> None:
        self.set_font("sans", style, 10)
        self.set_text_color(*INK)
        width = self.epw - NUMBERS
        lines = cast(
            list[str], self.multi_cell(width, None, _shown(label), dry_run=True, output="LINES")
        )
        height = 5.2 * max(len(lines), 1) + 2
        if self.will_page_break(height):
            self.add_page()
        top = self.get_y()
        self.multi_cell(width, 5.2, _shown(label), align="L")
        self.set_xy(self.l_margin + width, top)
        self.cell(NUMBERS, 5.2, amount, align="R")
        self.set_xy(self.l_margin, top + height)

    def rule(self, double: bool = False) -> None:
        for offset in (0, 0.8) if double else (0,):
            self.line(
                self.l_margin, self.get_y() + offset, self.w - self.r_margin, self.get_y() + offset
            )
        self.ln(3)


def _shown(text: str) -> str:
    """A newsletter that none of our faces has would be a box: a question mark is read as one that
    is missing.
    """
    return "".join(letter if ord(letter) < 0x2500 or letter in "−–—" else "?" for letter in text)


def pdf(order: Order) -> bytes:
    paper = _Paper(order)
    paper.add_page()
    terms, billed_to = order.terms, order.billed_to
    paper.words(terms.get("seller") or "Invoice", 22, "B", face="serif")
    _block(paper, [terms.get("address", ""), _tax_number(terms)], grey=True)
    paper.ln(8)
    paper.words(f"Invoice {order.number}", 15, "B")
    paper.words(f"{order.placed_at:%-d %B %Y}. Please pay by {order.due_on:%-d %B %Y}.", grey=True)
    paper.ln(5)
    paper.words("To", 9, grey=True)
    _block(paper, [billed_to["name"], billed_to.get("address", ""), _tax_number(billed_to)])
    paper.ln(8)
    paper.rule()
    for line in order.lines.all():
        paper.row(line.label, dollars(line.amount))
    paper.rule()
    paper.row("Before tax", dollars(order.subtotal))
    paper.row(
        f"{terms['tax_name']} {Decimal(terms['tax_percent']).normalize():f}%", dollars(order.tax)
    )
    paper.row("Total in US dollars", dollars(order.total), "B")
    paper.rule(double=True)
    for each in order.credits.all().order_by("at"):
        paper.row(f"Credit of {each.at:%-d %B %Y}: {each.reason}", dollars(-each.amount))
    for receipt in order.receipts.all().order_by("at"):
        paper.row(
            f"Paid on {receipt.at:%-d %B %Y}: {receipt.get_provider_display().lower()}",
            dollars(-receipt.amount),
        )
    if order.credited or order.paid:
        paper.row("Still to be paid", dollars(order.balance), "B")
    if how := terms.get("how_to_pay"):
        paper.ln(6)
        paper.words(how)
    return bytes(paper.output())


def _block(paper: _Paper, parts: Sequence[str], grey: bool = False) -> None:
    for part in filter(None, parts):
        paper.words(part, grey=grey)


def _tax_number(of: dict[str, str]) -> str:
    return f"Tax number {of['tax_number']}" if of.get("tax_number") else ""
