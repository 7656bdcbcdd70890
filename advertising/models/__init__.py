"""Who advertises, what they submitted, which copy of it was approved, and how often it was seen."""

from advertising.models.advertisers import Advertiser, Product, Rate, https_only
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
from advertising.models.placements import Creative, CreativePicture, Decision, Device, Placement, creative_path

__all__ = [
    "Action",
    "Advertiser",
    "Creative",
    "CreativePicture",
    "DailyCount",
    "DailyReach",
    "DailySalt",
    "Decision",
    "Device",
    "FoldedJournal",
    "PageCount",
    "Placement",
    "Product",
    "Rate",
    "SentReport",
    "SpentToken",
    "creative_path",  # named by the first migration
    "https_only",
]
