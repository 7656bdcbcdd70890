"""The state of mailboxes that we write to."""

from django.db import models


class Mailbox(models.Model):
    """A mailbox that refused a mail, or whose owner called one spam. Known by a digest: no address
    is kept.
    """

    class State(models.TextChoices):
        GOOD = "", "Is written to"
        BOUNCED = "bounced", "Its server says that there is no such address"
        FULL = "full", "Refused several mails in a row"
        COMPLAINED = "complained", "Its owner called a mail spam"

    digest = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=12, choices=State.choices, blank=True)
    soft_bounces = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField(db_index=True)
    # When somebody who asked for a mail was last sent one in spite of the state.
    tried_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "mailboxes"

    def __str__(self) -> str:
        return self.get_state_display()
