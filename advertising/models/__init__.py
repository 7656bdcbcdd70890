"""Who advertises, what they submitted, which copy of it was approved, and how often it was seen."""

from advertising.models.advertisers import Advertiser, Basis, Invitation, Membership, Product, Rate, Role, https_only
from advertising.models.counts import (
    Action,
    DailyAudience,
    DailyCount,
    DailyReach,
    DailySalt,
    FoldedJournal,
    OddTraffic,
    PageCount,
    SentReport,
    SpentToken,
)
from advertising.models.creatives import Creative, CreativePicture, Payment, creative_path
from advertising.models.history import Decision, Message
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
from advertising.models.placements import Device, Placement

__all__ = [
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
    "Decision",
    "Device",
    "FoldedJournal",
    "Invitation",
    "Membership",
    "Message",
    "NumberRange",
    "OddTraffic",
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
