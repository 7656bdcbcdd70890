"""The addresses of those on the desk who are told of something, by what they may do."""

from django.contrib.auth import get_user_model

from core.mail import is_mailbox

AD_OPERATIONS = "advertising.review_placement"
FINANCE = "advertising.add_payment"
MODEL_BACKEND = "django.contrib.auth.backends.ModelBackend"


def addresses_of(permission: str) -> list[str]:
    """Of active people who hold a permission by their group. Superusers hold all, and asked for
    none.
    """
    holders = get_user_model().objects.with_perm(
        permission, is_active=True, include_superusers=False, backend=MODEL_BACKEND
    )
    found = holders.filter(is_staff=True).values_list("email", flat=True)
    return sorted({address for address in found if is_mailbox(address)})
