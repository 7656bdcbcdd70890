import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


DAY = 60 * 24

# Name, kind, action, reason for the writer, number, minutes, on from the start.
RULES = (
    ("Wallet address", "wallet", "hold", "It holds a wallet address, and a moderator reads those first.", None, None, True),
    ("Seed phrase", "seed_phrase", "hold", "It asks for a seed phrase or key. Nobody should; a moderator reads it first.", None, None, True),
    ("Recovery offer", "recovery", "hold", "It offers to recover lost coins, which swindlers do here every day. A moderator reads it first.", None, None, True),
    ("Messenger handle", "messenger", "hold", "It asks readers to go on in a messenger, and a moderator reads those first.", None, None, True),
    ("Name like the newsroom’s", "lookalike", "hold", "The name looks like one of the newsroom’s. A moderator reads it first.", None, None, True),
    ("Many links", "links", "hold", "It holds more than three links, and a moderator reads those first.", 3, None, True),
    ("Very many comments", "speed", "refuse", "That was a lot in a short time. Wait a few minutes and send it again.", 10, 10, True),
    ("Said before", "repeated", "hold", "The same text was posted here already. A moderator reads it first.", None, DAY, True),
    ("Removed often", "rejected", "hold", "Several of your comments were removed lately, so a moderator reads this one first.", 50, 90 * DAY, True),
    ("Newcomer", "newcomer", "hold", "It is your first comment here, and a moderator reads those first.", 1, None, False),
)  # fmt: skip


def add_rules(apps, schema_editor):
    """The rules that every publication of this trade needs; moderators edit them in the admin."""
    Rule = apps.get_model("comments", "Rule")
    for position, (name, kind, action, reason, number, period, is_on) in enumerate(RULES, start=1):
        values = {"kind": kind, "action": action, "reason": reason, "number": number, "period": period, "is_on": is_on}
        Rule.objects.create(name=name, position=position * 10, **values)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('django_comments', '0004_add_object_pk_is_removed_index'),
        ('articles', '0001_initial'),
        ('auth', '__first__'),
        ('django_comments_xtd', '0008_auto_20200920_2037'),
    ]

    operations = [
        migrations.CreateModel(
            name='SiteComment',
            fields=[
            ],
            options={
                'verbose_name': 'comment',
                'proxy': True,
                'default_manager_name': 'objects',
                'indexes': [],
                'constraints': [],
            },
            bases=('django_comments_xtd.xtdcomment',),
        ),
        migrations.CreateModel(
            name='ConversationSettings',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_open', models.BooleanField(default=True, help_text='Off: nothing new can be said anywhere. What stands, stays.', verbose_name='conversations are open')),
                ('closed_note', models.CharField(blank=True, help_text='While conversations are closed. Empty: that they are closed for now.', max_length=200, verbose_name='what readers are told')),
                ('closes_after_days', models.PositiveIntegerField(blank=True, help_text='Counted from when its story was published. Empty: it stays open.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(3650)], verbose_name='days until a conversation closes')),
                ('opens_at', models.TimeField(blank=True, help_text='UTC. With the time below: open between the two only.', null=True, verbose_name='opens every day at')),
                ('closes_at', models.TimeField(blank=True, help_text='UTC. It may be past midnight.', null=True, verbose_name='closes every day at')),
                ('known_at_once', models.BooleanField(default=True, help_text='Who asked to be remembered and confirmed an address needs no mail for the next comment.', verbose_name='verified commenters publish at once')),
            ],
            options={
                'verbose_name': 'conversation settings',
                'verbose_name_plural': 'conversation settings',
            },
        ),
        migrations.CreateModel(
            name='IpAnonymisationRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('shortened', models.PositiveIntegerField(verbose_name='addresses anonymised')),
                ('through', models.PositiveBigIntegerField(help_text='Comments up to this number were looked at.')),
            ],
            options={
                'verbose_name': 'run of IP anonymisation',
                'verbose_name_plural': 'IP anonymisation log',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Rule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='Shown in the queue, such as: Wallet address.', max_length=60, unique=True)),
                ('kind', models.CharField(choices=[('newcomer', 'The first comments of somebody new'), ('links', 'More links than a number'), ('words', 'Words and phrases'), ('domains', 'Links to certain sites'), ('repeated', 'The same text as another comment'), ('speed', 'Many comments in a short time'), ('rejected', 'Writers whose comments were removed lately'), ('wallet', 'A wallet address'), ('seed_phrase', 'Asking for a seed phrase or key'), ('recovery', 'Offers to recover lost coins'), ('messenger', 'Messenger handles'), ('lookalike', 'Names that look like the newsroom’s')], max_length=16, verbose_name='what it looks for')),
                ('action', models.CharField(choices=[('refuse', 'Refuse it'), ('hold', 'Hold it for a moderator'), ('flag', 'Publish it and show it to a moderator')], default='hold', max_length=8, verbose_name='what it does')),
                ('reason', models.CharField(help_text='Said to whoever wrote it. Such as: It holds a wallet address, and a moderator looks at those first.', max_length=200, verbose_name='reason for the writer')),
                ('number', models.PositiveIntegerField(blank=True, help_text='How many first comments, links, or comments in the period; for removed comments, how many per cent.', null=True, validators=[django.core.validators.MaxValueValidator(10000)])),
                ('period', models.PositiveIntegerField(blank=True, help_text='How far it looks back: for the same text, many comments, and removed ones.', null=True, validators=[django.core.validators.MaxValueValidator(525600)], verbose_name='period in minutes')),
                ('words', models.TextField(blank=True, help_text='One word, phrase or site a line. A * at the end of a word stands for any ending. Letters that only look alike, capitals and what stands between words make no difference.', max_length=20000, verbose_name='words or sites')),
                ('is_on', models.BooleanField(default=True, verbose_name='on')),
                ('position', models.PositiveIntegerField(default=0, help_text='Of several, the first that fits is named.', verbose_name='order')),
            ],
            options={
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='VerifiedCommenter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('name', models.CharField(max_length=50)),
                ('email', models.EmailField(max_length=254)),
                ('url', models.URLField(blank=True)),
                ('confirmed_at', models.DateTimeField(help_text='When the address was confirmed from this browser: from then on comments need no mail.', null=True)),
                ('seen_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name='CommentStats',
            fields=[
                ('comment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='stats', serialize=False, to='comments.sitecomment')),
                ('agreed', models.PositiveIntegerField(default=0)),
                ('disagreed', models.PositiveIntegerField(default=0)),
                ('edited_at', models.DateTimeField(null=True)),
                ('deleted_at', models.DateTimeField(help_text='By its writer.', null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Edit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='edits', to='comments.sitecomment')),
            ],
        ),
        migrations.CreateModel(
            name='FeaturedComment',
            fields=[
                ('article', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='articles.article')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('comment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='featured', to='comments.sitecomment')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Flag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule_name', models.CharField(max_length=60)),
                ('found', models.CharField(blank=True, help_text='What the rule saw.', max_length=200)),
                ('action', models.CharField(choices=[('refuse', 'Refuse it'), ('hold', 'Hold it for a moderator'), ('flag', 'Publish it and show it to a moderator')], max_length=8)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('settled_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('approved', 'approved'), ('removed', 'removed'), ('spam', 'spam')], max_length=8)),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='moderation_flags', to='comments.sitecomment')),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('rule', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='moderation_flags', to='comments.rule')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['id'], name='flag_open'), models.Index(fields=['made_at'], name='flag_by_time')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('settled_at__isnull', True)), fields=('comment',), name='flag_open_once')],
            },
        ),
        migrations.CreateModel(
            name='ModerationDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('action', models.CharField(choices=[('approve', 'approved'), ('remove', 'removed'), ('spam', 'removed as spam')], max_length=8)),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('was_public', models.BooleanField()),
                ('was_removed', models.BooleanField()),
                ('undone_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='comments.sitecomment')),
                ('flag', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='comments.flag')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Ban',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('account', 'An account'), ('address', 'An e-mail address'), ('network', 'A network address or network')], max_length=8)),
                ('value', models.CharField(help_text='User name, e-mail address, or an address such as 203.0.113.9 or 203.0.113.0/24.', max_length=254)),
                ('until', models.DateTimeField(blank=True, help_text='UTC. Empty: for good.', null=True)),
                ('note', models.CharField(blank=True, help_text='For moderators only.', max_length=200)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('made_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(fields=('kind', 'value'), name='ban_once')],
            },
        ),
        migrations.CreateModel(
            name='ReplyNotification',
            fields=[
                ('reply', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='notice', serialize=False, to='comments.sitecomment')),
                ('to', models.CharField(help_text='A digest of the address: so many mails an hour go to one.', max_length=64)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('claimed_at', models.DateTimeField(help_text='When a worker began to mail it.', null=True)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('answered', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='comments.sitecomment')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('mailed_at__isnull', True)), fields=['made_at'], name='notice_waiting'), models.Index(fields=['to', 'mailed_at'], name='notice_mailed')],
            },
        ),
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True)),
                ('reply_to', models.PositiveIntegerField(null=True)),
                ('name', models.CharField(max_length=50)),
                ('email', models.EmailField(max_length=254)),
                ('url', models.URLField(blank=True)),
                ('comment', models.TextField(max_length=3000)),
                ('followup', models.BooleanField(default=False)),
                ('remember', models.BooleanField(default=False, help_text='The reader wants to be known the next time.')),
                ('ip_address', models.GenericIPAddressField(null=True)),
                ('fingerprint', models.CharField(help_text='Of article, address and words: the same comment sent twice is asked about once.', max_length=64)),
                ('created_at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('comment_id', models.PositiveIntegerField(help_text='Set once, when it was published.', null=True, unique=True)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='articles.article')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('comment_id__isnull', True)), fields=('fingerprint',), name='confirmation_pending_once')],
            },
        ),
        migrations.CreateModel(
            name='Reaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('voter', models.CharField(help_text='An account, or a digest that is different for every comment.', max_length=64)),
                ('agrees', models.BooleanField()),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reactions', to='comments.sitecomment')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('comment', 'voter'), name='reaction_once')],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reporter', models.CharField(help_text='An account, or a digest that is different for every comment.', max_length=64)),
                ('reason', models.CharField(choices=[('scam', 'It is a swindle or leads to one'), ('spam', 'It advertises something'), ('abuse', 'It attacks somebody'), ('private', 'It gives away somebody’s private details'), ('off_topic', 'It has nothing to do with the story'), ('other', 'Something else')], max_length=12)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='comments.sitecomment')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('comment', 'reporter'), name='report_once')],
            },
        ),
        migrations.RunPython(add_rules, migrations.RunPython.noop),
        # Indexes on the libraries' tables: removed comments are few among many, rules ask by address and network,
        # and a thread is read from its beginning.
        migrations.RunSQL(
            "CREATE INDEX comment_removed_by_time ON django_comments (submit_date, id) WHERE is_removed",
            "DROP INDEX comment_removed_by_time",
        ),
        migrations.RunSQL(
            "CREATE INDEX comment_by_address ON django_comments (lower(user_email), submit_date)",
            "DROP INDEX comment_by_address",
        ),
        migrations.RunSQL(
            "CREATE INDEX comment_by_network ON django_comments (ip_address, submit_date)",
            "DROP INDEX comment_by_network",
        ),
        migrations.RunSQL(
            'CREATE INDEX comment_in_thread ON django_comments_xtd_xtdcomment (thread_id, "order")',
            "DROP INDEX comment_in_thread",
        ),
    ]
