"""
The books of an order by double entry: every amount is debited to one account and credited to
another.

The documents (invoice, credit note, payment, refund, reversal) are the only thing that is stored:
they are added, and neither changed nor deleted. The entries follow from them alone, so no entry can
lack its opposite, and none can differ from its document.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import models

from advertising.models import Credit, Order, Payment, Refund


class Account(models.TextChoices):
    RECEIVABLE = "receivable", "Receivable"
    ADVERTISING = "advertising", "Advertising"
    TAX = "tax", "Tax"
    BANK = "bank", "Bank"
    CARDS = "cards", "Cards"


@dataclass(frozen=True)
class Entry:
    at: datetime
    document: str
    text: str
    debit: Account
    credit: Account
    amount: Decimal

    def reversed(self, at: datetime, reason: str) -> "Entry":
        return Entry(at, self.document, f"Reversed: {reason}", self.credit, self.debit, self.amount)


def entries(order: Order) -> list[Entry]:
    """Of one order, oldest first. Four queries, fewer where they are prefetched."""
    found = list(_all(order))
    return sorted((entry for entry in found if entry.amount), key=lambda entry: entry.at)


def balances(of: list[Entry]) -> dict[Account, Decimal]:
    """The balance of each account: debits less credits. Together they are nothing."""
    sums: dict[Account, Decimal] = defaultdict(Decimal)
    for entry in of:
        sums[entry.debit] += entry.amount
        sums[entry.credit] -= entry.amount
    return dict(sums)


@dataclass(frozen=True)
class StatementLine:
    at: datetime
    text: str
    amount: Decimal  # what it adds to the balance
    balance: Decimal  # after it
    document: Credit | None = None  # one that can be opened


def statement(order: Order) -> list[StatementLine]:
    """The balance of an order, and the effect of each document on it, oldest first."""
    moves: list[tuple[datetime, str, Decimal, Credit | None]] = [
        (order.placed_at, f"Invoice {order.number}", order.total, None)
    ]
    for document in _documents(order):
        amount = sum((_effect(entry) for entry in _of(document)), Decimal(0))
        text = _of(document)[0].text
        if isinstance(document, Credit):
            text = f"Credit note {document.number or ''}: {document.reason}"
        moves.append(
            (document.at, text, amount, document if isinstance(document, Credit) else None)
        )
        if reversal := getattr(document, "reversal", None):
            moves.append((reversal.at, f"Reversed: {reversal.reason}", -amount, None))
    lines, balance = [], Decimal(0)
    for at, text, amount, credit in sorted(moves, key=lambda move: move[0]):
        balance += amount
        lines.append(StatementLine(at, text, amount, balance, credit))
    return lines


def _effect(entry: Entry) -> Decimal:
    """The effect of an entry on the balance owed."""
    return entry.amount if entry.debit == Account.RECEIVABLE else -entry.amount


def _documents(order: Order) -> list[Credit | Payment | Refund]:
    return [*order.credits.all(), *order.receipts.all(), *order.refunds.all()]  # type: ignore[list-item]


def _all(order: Order) -> Iterator[Entry]:
    invoice = (order.placed_at, order.number, f"Invoice {order.number}", Account.RECEIVABLE)
    yield Entry(*invoice, Account.ADVERTISING, order.subtotal)
    yield Entry(*invoice, Account.TAX, order.tax)
    for document in _documents(order):
        made = _of(document)
        yield from made
        if reversal := getattr(document, "reversal", None):
            yield from (entry.reversed(reversal.at, reversal.reason) for entry in made)


def _of(document: Credit | Payment | Refund) -> list[Entry]:
    if isinstance(document, Credit):
        note = (document.at, document.number or "", document.reason)
        return [
            Entry(*note, Account.ADVERTISING, Account.RECEIVABLE, document.net),
            Entry(*note, Account.TAX, Account.RECEIVABLE, document.tax),
        ]
    way = Account.CARDS if document.provider == "stripe" else Account.BANK
    if isinstance(document, Payment):
        text = f"Payment by {document.get_provider_display().lower()}"
        return [
            Entry(document.at, document.reference, text, way, Account.RECEIVABLE, document.amount)
        ]
    text = f"{document.get_kind_display()} by {document.get_provider_display().lower()}"
    return [Entry(document.at, document.reference, text, Account.RECEIVABLE, way, document.amount)]
