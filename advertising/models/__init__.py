"""Advertisers, placements, creatives, orders and counts."""

from advertising.models.advertisers import (
    PAID_STORIES,
    Advertiser,
    Basis,
    Invitation,
    Membership,
    Product,
    Rate,
    Role,
    https_only,
)
from advertising.models.billing import (
    Checkout,
    Credit,
    InvoiceSequence,
    Order,
    OrderedPlacement,
    OrderLine,
    Payment,
    ProviderEvent,
    SalesTerms,
    Shortfall,
)
from advertising.models.counts import (
    Action,
    DailyAudience,
    DailyCount,
    DailyReach,
    DailySalt,
    PageCount,
    SentReport,
    TrafficAnomaly,
    UsedToken,
)
from advertising.models.creatives import Creative, CreativePicture, PaymentDisclosure, creative_path
from advertising.models.placements import Device, Placement
from advertising.models.reviews import Message, ReviewDecision

__all__ = [
    "PAID_STORIES",
    "Action",
    "Advertiser",
    "Basis",
    "Checkout",
    "Creative",
    "CreativePicture",
    "Credit",
    "DailyAudience",
    "DailyCount",
    "DailyReach",
    "DailySalt",
    "Device",
    "Invitation",
    "InvoiceSequence",
    "Membership",
    "Message",
    "Order",
    "OrderLine",
    "OrderedPlacement",
    "PageCount",
    "Payment",
    "PaymentDisclosure",
    "Placement",
    "Product",
    "ProviderEvent",
    "Rate",
    "ReviewDecision",
    "Role",
    "SalesTerms",
    "SentReport",
    "Shortfall",
    "TrafficAnomaly",
    "UsedToken",
    "creative_path",  # named by the first migration
    "https_only",
]
