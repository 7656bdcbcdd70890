"""Roles: the groups of the desk and their permissions, kept up to date at every migration."""

from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions

VIEW_ADD_CHANGE = ("view", "add", "change")
ALL = (*VIEW_ADD_CHANGE, "delete")

VIEW = ("view",)

WRITING = {
    "articles.article": VIEW_ADD_CHANGE,
    "articles.image": VIEW_ADD_CHANGE,
    "articles.byline": ALL,
    "articles.articlecoin": ALL,
    "articles.author": VIEW,
    "articles.section": VIEW,
    "articles.tag": ("view", "add"),
    "articles.correction": VIEW,
    "ticker.coin": VIEW,
}
EDITING = {
    "articles.article": (*VIEW_ADD_CHANGE, "publish"),
    "articles.image": ALL,
    "articles.byline": ALL,
    "articles.articlecoin": ALL,
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
    "comments.conversationsettings": VIEW,
    "ticker.coin": (*VIEW_ADD_CHANGE, "retire"),
    "ticker.quote": VIEW,
    "ticker.pricesource": VIEW,
    "newsletter.subscriber": VIEW,
    "newsletter.newsletter": VIEW_ADD_CHANGE,
    "newsletter.issue": (*VIEW_ADD_CHANGE, "send"),
    "newsletter.item": ALL,
    "newsroom.publication": ("view", "change"),
    "newsroom.aboutpage": ALL,
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
    "advertising.order": VIEW_ADD_CHANGE,
    "advertising.credit": ("view", "add"),
    "advertising.payment": ("view", "add"),
    "advertising.shortfall": VIEW,
    "advertising.dailycount": VIEW,
    "advertising.providerevent": VIEW,
    "advertising.salesterms": VIEW_ADD_CHANGE,
    "articles.article": VIEW,
    "articles.section": VIEW,
}

# Group: model (app.model) → actions.
GROUPS: dict[str, dict[str, tuple[str, ...]]] = {
    "Authors": WRITING,
    "Editors": SELLING | EDITING,
    "Chief editors": {
        **SELLING,
        **EDITING,
        "articles.article": (*ALL, "publish", "merge"),
        "articles.author": ALL,
        "articles.section": ALL,
        "articles.redirect": ALL,
        "comments.rule": ALL,
        "comments.ban": ALL,
        "comments.conversationsettings": VIEW_ADD_CHANGE,
        "comments.ipanonymisationrun": VIEW,
        "newsroom.privacyrequest": ("view", "add"),
        "newsroom.periodicjob": VIEW,
        "newsroom.heartbeat": VIEW,
    },
    "Moderators": {
        "comments.sitecomment": ("view", "change"),
        "comments.rule": ALL,
        "comments.ban": ALL,
        "comments.conversationsettings": VIEW_ADD_CHANGE,
        "articles.article": VIEW,
    },
    "Ad desk": SELLING,
}


def ensure(**kwargs: Any) -> None:
    """Create the groups and give them what the table says.

    What was added to a group by hand stays; what was taken away by hand comes back with the next
    migration.
    """
    from django.contrib.auth.models import Group, Permission
    from django.contrib.contenttypes.models import ContentType

    # The permissions of later apps do not exist yet when the first app’s post_migrate runs.
    for config in apps.get_app_configs():
        create_permissions(config, verbosity=0)
    for name, models in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        for label, actions in models.items():
            app_label, model = label.split(".")
            content_type = ContentType.objects.get(app_label=app_label, model=model)
            codenames = [f"{action}_{model}" for action in actions]
            group.permissions.add(
                *Permission.objects.filter(content_type=content_type, codename__in=codenames)
            )
