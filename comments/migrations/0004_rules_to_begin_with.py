"""Rules that every publication of this trade needs, and the indexes that rules and the queue walk."""

from django.db import migrations

DAY = 60 * 24

# Name, kind, action, reason for the writer, number, minutes, on from the start.
RULES = (
    ("Wallet address", "wallet", "hold", "It holds a wallet address, and a moderator looks at those first.", None, None, True),
    ("Seed phrase", "seed_phrase", "hold", "It speaks of handing over a seed phrase or key. Nobody should; a moderator looks at it first.", None, None, True),
    ("Recovery offer", "recovery", "hold", "It speaks of recovering lost coins, which swindlers offer here every day. A moderator looks at it first.", None, None, True),
    ("Messenger handle", "messenger", "hold", "It asks readers to go on in a messenger, and a moderator looks at those first.", None, None, True),
    ("Name like the newsroom’s", "lookalike", "hold", "The name looks like one of the newsroom’s. A moderator looks at it first.", None, None, True),
    ("Many links", "links", "hold", "It holds more than three links, and a moderator looks at those first.", 3, None, True),
    ("Very many thoughts", "speed", "refuse", "That was a lot in a short time. Wait a few minutes and send it again.", 10, 10, True),
    ("Said before", "repeated", "hold", "The same text was posted here already. A moderator looks at it first.", None, DAY, True),
    ("Removed often", "rejected", "hold", "Several of your thoughts were removed lately, so a moderator looks at this one first.", 50, 90 * DAY, True),
    ("Newcomer", "newcomer", "hold", "It is your first thought here, and a moderator looks at those first.", 1, None, False),
)  # fmt: skip


def begin(apps, schema_editor):
    Rule = apps.get_model("comments", "Rule")
    for position, (name, kind, action, reason, number, period, is_on) in enumerate(RULES, start=1):
        values = {"kind": kind, "action": action, "reason": reason, "number": number, "period": period, "is_on": is_on}
        Rule.objects.get_or_create(name=name, defaults=values | {"position": position * 10})


class Migration(migrations.Migration):
    dependencies = [
        ("comments", "0003_rules_and_decisions"),
        ("django_comments", "0004_add_object_pk_is_removed_index"),
    ]

    operations = [
        migrations.RunPython(begin, migrations.RunPython.noop),
        migrations.RunSQL(
            "CREATE INDEX comment_by_address ON django_comments (lower(user_email), submit_date)",
            "DROP INDEX comment_by_address",
        ),
        migrations.RunSQL(
            "CREATE INDEX comment_by_network ON django_comments (ip_address, submit_date)",
            "DROP INDEX comment_by_network",
        ),
    ]
