"""Who advertises, what they submitted, which copy of it was approved, and how often it was seen."""

from advertising.models.advertisers import Advertiser, Basis, Invitation, Membership, Product, Rate, Role, https_only
from advertising.models.counts import (
    Action,
    DailyCount,
    DailyReach,
    DailySalt,
    FoldedJournal,
    PageCount,
    SentReport,
    SpentToken,
)
from advertising.models.money import (
    Checkout,
    Credit,
    NumberRange,
    Order,
    OrderedPlacement,
    OrderLine,
    ProviderEvent,
    Receipt,
    SalesTerms,
    Shortfall,
)
from advertising.models.placements import Creative, CreativePicture, Decision, Device, Payment, Placement, creative_path

__all__ = [
    "Action",
    "Advertiser",
    "Basis",
    "Checkout",
    "Creative",
    "CreativePicture",
    "Credit",
    "DailyCount",
    "DailyReach",
    "DailySalt",
    "Decision",
    "Device",
    "FoldedJournal",
    "Invitation",
    "Membership",
    "NumberRange",
    "Order",
    "OrderLine",
    "OrderedPlacement",
    "PageCount",
    "Payment",
    "Placement",
    "Product",
    "ProviderEvent",
    "Rate",
    "Receipt",
    "Role",
    "SalesTerms",
    "SentReport",
    "Shortfall",
    "SpentToken",
    "creative_path",  # named by the first migration
    "https_only",
]
