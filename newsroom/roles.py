"""Roles: the groups of the desk and their permissions, kept up to date at every migration."""

from collections.abc import Iterator
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.management import create_permissions

VIEW_ADD_CHANGE = ("view", "add", "change")
ALL = (*VIEW_ADD_CHANGE, "delete")

VIEW = ("view",)

WRITING = {
    "articles.article": VIEW_ADD_CHANGE,
    "articles.image": VIEW_ADD_CHANGE,
    "articles.byline": ALL,
    "articles.articlecoin": ALL,
    "articles.relatedpick": ALL,
    "articles.author": VIEW,
    "articles.section": VIEW,
    "articles.tag": ("view", "add"),
    "articles.correction": VIEW,
    "ticker.coin": VIEW,
    "audience.dailyvisitors": VIEW,
}
EDITING = {
    "articles.article": (*VIEW_ADD_CHANGE, "publish"),
    "articles.image": ALL,
    "articles.byline": ALL,
    "articles.articlecoin": ALL,
    "articles.relatedpick": ALL,
    "articles.author": VIEW_ADD_CHANGE,
    "articles.holding": ALL,
    "articles.section": VIEW_ADD_CHANGE,
    "articles.tag": ALL,
    "articles.statuschange": VIEW,
    "articles.correction": VIEW_ADD_CHANGE,
    "articles.frontpick": ALL,
    "articles.formerslug": VIEW,
    "articles.redirect": VIEW,
    "comments.sitecomment": ("view", "change"),
    "comments.rule": VIEW,
    "comments.ban": VIEW_ADD_CHANGE,
    "comments.removalreason": VIEW,
    "comments.conversationsettings": VIEW,
    "ticker.coin": (*VIEW_ADD_CHANGE, "retire"),
    "ticker.quote": VIEW,
    "ticker.pricesource": VIEW,
    "newsletter.subscriber": VIEW_ADD_CHANGE,
    "newsletter.subscribertag": VIEW_ADD_CHANGE,
    "newsletter.newsletter": VIEW_ADD_CHANGE,
    "newsletter.issue": (*VIEW_ADD_CHANGE, "send"),
    "newsletter.item": ALL,
    "newsroom.publication": ("view", "change"),
    "newsroom.aboutpage": ALL,
    "audience.dailyvisitors": VIEW,
}
SELLING = {
    "advertising.advertiser": VIEW_ADD_CHANGE,
    "advertising.membership": ALL,
    "advertising.placement": (*VIEW_ADD_CHANGE, "review"),
    "advertising.creative": ("view", "add"),
    "advertising.creativepicture": ("view", "add"),
    "advertising.reviewdecision": VIEW,
    "advertising.message": VIEW,
    "advertising.rate": VIEW_ADD_CHANGE,
    "advertising.ratecardtext": VIEW_ADD_CHANGE,
    "advertising.order": ("view", "add"),
    "advertising.shortfall": VIEW,
    "advertising.dailycount": VIEW,
    "advertising.salesterms": VIEW,
    "audience.dailyvisitors": VIEW,
    "articles.article": VIEW,
    "articles.section": VIEW,
}
# Sells nothing, decides on no campaign; money, invoices and tax.
FINANCE = {
    "advertising.advertiser": ("view", "change"),
    "advertising.placement": VIEW,
    "advertising.rate": VIEW,
    "advertising.order": ("view", "change"),
    "advertising.credit": ("view", "add"),
    "advertising.payment": ("view", "add"),
    "advertising.refund": ("view", "add"),
    "advertising.reversal": ("view", "add"),
    "advertising.correctedinvoice": ("view", "add"),
    "advertising.shortfall": VIEW,
    "advertising.providerevent": VIEW,
    "advertising.salesterms": VIEW_ADD_CHANGE,
}
# Chief editors read what is sold and may stop it; they see no money.
ADVERTISING_REVIEW = {
    "advertising.advertiser": VIEW,
    "advertising.placement": ("view", "review"),
    "advertising.creative": VIEW,
    "advertising.reviewdecision": VIEW,
    "advertising.message": VIEW,
}

# Group: model (app.model) → actions.
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "Authors": WRITING,
    "Editors": EDITING,
    "Chief editors": {
        **ADVERTISING_REVIEW,
        **EDITING,
        "articles.article": (*ALL, "publish", "merge"),
        "articles.author": ALL,
        "articles.section": ALL,
        "articles.redirect": ALL,
        "comments.rule": ALL,
        "comments.removalreason": ALL,
        "comments.ban": ALL,
        "comments.conversationsettings": VIEW_ADD_CHANGE,
        "comments.ipanonymisationrun": VIEW,
        "transfer.import": ("view", "add"),
        "newsroom.privacyrequest": ("view", "add"),
        "newsroom.periodicjob": VIEW,
        "newsroom.heartbeat": VIEW,
        "newsroom.job": ("view", "change"),
        "newsroom.login": VIEW,
        "admin.logentry": VIEW,
    },
    "Moderators": {
        "comments.sitecomment": ("view", "change"),
        "comments.rule": ALL,
        "comments.removalreason": ALL,
        "comments.ban": ALL,
        "comments.conversationsettings": VIEW_ADD_CHANGE,
        "articles.article": VIEW,
    },
    "Ad desk": SELLING,
    "Finance": FINANCE,
}


def ensure(sender: AppConfig, **kwargs: Any) -> None:
    """Create the groups and give them what the table says.

    What was added to a group by hand stays; what was taken away by hand comes back with the next
    migration.
    """
    from django.contrib.auth.models import Group, Permission

    # Django makes those of the last app after this, which it heard of first.
    create_permissions(sender, verbosity=0)
    known = {
        (f"{app_label}.{model}", codename): pk
        for pk, app_label, model, codename in Permission.objects.values_list(
            "pk", "content_type__app_label", "content_type__model", "codename"
        )
    }
    for name, models in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        # Where only some apps are migrated, the models of the others have no permissions yet.
        group.permissions.add(*(known[each] for each in codenames(models) if each in known))


def codenames(models: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """The model of each permission, as `app.model`, with its codename."""
    for label, actions in models.items():
        for action in actions:
            yield label, f"{action}_{label.partition('.')[2]}"
