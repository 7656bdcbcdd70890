"""Rows of money, counts and decisions stay, whichever way somebody tries to delete them."""

from datetime import date

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import models, transaction
from django.utils import timezone

from advertising.models import (
    Credit,
    DailyCount,
    Order,
    OrderLine,
    Payment,
    ProviderEvent,
    ReviewDecision,
)
from comments.models import ModerationDecision, SiteComment
from comments.moderation import decisions
from core.undeletable import Undeletable, UndeletableModel, UndeletableQuerySet

from ..factories import PublishedArticleFactory, comment_on, running_banner

pytestmark = pytest.mark.django_db
KEPT = [model for model in apps.get_models() if issubclass(model, UndeletableModel)]


@pytest.fixture
def rows():
    """A row of money, of counts and of decisions each."""
    placement = running_banner()
    order = Order.objects.create(
        advertiser=placement.advertiser,
        number="2026-0001",
        subtotal=10,
        tax=0,
        billed_to={},
        terms={},
        placed_at=timezone.now(),
        due_on=date(2026, 12, 1),
    )
    count = DailyCount.objects.create(
        placement=placement, slot="rectangle", day=date(2026, 11, 22), action="rendered", number=3
    )
    decision = ReviewDecision.objects.filter(placement=placement).first()
    comment = comment_on(PublishedArticleFactory())
    decisions.approve(SiteComment.objects.filter(pk=comment.pk), None)
    decisions.remove(SiteComment.objects.filter(pk=comment.pk), None)
    moderated = ModerationDecision.objects.first()
    return [order, count, decision, moderated]


def test_money_counts_and_decisions_are_kept():
    assert {Order, OrderLine, Payment, Credit, ProviderEvent, DailyCount} <= set(KEPT)
    assert {ReviewDecision, ModerationDecision} <= set(KEPT)


def test_no_row_is_deleted_by_itself_by_its_queryset_or_in_bulk(rows):
    for row in rows:
        model = type(row)
        with pytest.raises(Undeletable):
            row.delete()
        with pytest.raises(Undeletable):
            model.objects.all().delete()
        with pytest.raises(Undeletable):
            model.objects.filter(pk=row.pk)._raw_delete("default")
        for delete in ("delete", "_raw_delete"):
            bulk = model._base_manager.filter(pk=row.pk)
            with pytest.raises(Undeletable):
                getattr(bulk, delete)(*(["default"] if delete == "_raw_delete" else []))
        assert model.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("model", KEPT)
def test_every_such_model_has_no_other_way_in(model):
    for manager in (model._default_manager, model._base_manager):
        assert isinstance(manager.all(), UndeletableQuerySet)


def test_no_row_goes_with_what_it_belongs_to(rows):
    """By a cascade, or because the other row is protected by it."""
    for row in rows:
        for field in row._meta.get_fields():
            parent = (
                getattr(row, field.name, None) if isinstance(field, models.ForeignKey) else None
            )
            if parent is None or field.remote_field.on_delete is models.SET_NULL:
                continue
            with pytest.raises((Undeletable, models.ProtectedError)), transaction.atomic():
                parent.delete()
        assert type(row).objects.filter(pk=row.pk).exists()


def test_the_desk_offers_no_deletion(rf, admin_user):
    request = rf.get("/admin/")
    request.user = admin_user
    for model in KEPT:
        if model in admin.site._registry:
            page = admin.site._registry[model]
            assert not page.has_delete_permission(request), model
            assert "delete_selected" not in page.get_actions(request), model
