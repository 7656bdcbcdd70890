import datetime
import django.core.validators
import django.db.models.deletion
import newsletter.models.issues
import newsletter.models.newsletters
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('advertising', '0001_initial'),
        ('articles', '0001_initial'),
        ('auth', '__first__'),
        ('ticker', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SendRate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('next_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='SignupThrottle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=32, unique=True)),
                ('mailed_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='Issue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(editable=False, help_text='Counted within its newsletter, when it begins to go out.', null=True)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('scheduled', 'Scheduled'), ('sending', 'Being sent'), ('paused', 'Paused'), ('sent', 'Sent'), ('cancelled', 'Cancelled'), ('skipped', 'Skipped')], default='draft', editable=False, max_length=10)),
                ('day', models.DateField(default=newsletter.models.issues.today, help_text='Printed at the top. The paid place of this day stands in it.')),
                ('subject', models.CharField(blank=True, help_text='What the inbox shows. Empty: the headline of the lead.', max_length=140)),
                ('preheader', models.CharField(blank=True, help_text='What inboxes show beside it. Empty: how many stories there are, and the first price.', max_length=150, verbose_name='preview text')),
                ('intro', models.TextField(blank=True, help_text='Stands above the stories. Plain text.', max_length=1500, verbose_name='introduction')),
                ('send_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='send at')),
                ('since', models.DateTimeField(blank=True, editable=False, help_text='From when stories were taken.', null=True, verbose_name='stories since')),
                ('filled_at', models.DateTimeField(editable=False, help_text='Until when: there the next issue begins.', null=True)),
                ('turn_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('note', models.CharField(blank=True, editable=False, help_text='Why it was skipped or stopped.', max_length=300)),
                ('prices', models.JSONField(default=list, editable=False)),
                ('started_at', models.DateTimeField(editable=False, null=True)),
                ('finished_at', models.DateTimeField(editable=False, null=True)),
                ('recipients', models.PositiveIntegerField(default=0, editable=False)),
                ('sent_count', models.PositiveIntegerField(default=0, editable=False)),
                ('next_batch_at', models.DateTimeField(editable=False, help_text='The set rate: no mail before this.', null=True)),
                ('failures', models.PositiveSmallIntegerField(default=0, editable=False, help_text='In a row, of the mail server.')),
                ('refused_in_a_row', models.PositiveIntegerField(default=0, editable=False, help_text='“No” for no reason of the reader’s own, since a mail was last taken.')),
                ('later_in_a_row', models.PositiveIntegerField(default=0, editable=False, help_text='“Later”, in the same way.')),
                ('trouble', models.CharField(blank=True, editable=False, help_text='What the mail server said last.', max_length=300)),
                ('offered_count', models.PositiveIntegerField(default=0, editable=False, help_text='Mails that were told to the advertiser as offered.')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('creative', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='advertising.creative')),
                ('placement', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='issues', to='advertising.placement')),
                ('subject_of', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='articles.article')),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
                'permissions': [('send_issue', 'Can send, pause and cancel newsletters')],
                'indexes': [models.Index(condition=models.Q(('status', 'scheduled')), fields=['send_at'], name='issue_scheduled'), models.Index(condition=models.Q(('status', 'sending')), fields=['next_batch_at'], name='issue_sending'), models.Index(fields=['-started_at', '-id'], name='issue_by_time')],
                'constraints': [models.UniqueConstraint(fields=('placement',), name='issue_placement_once'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'scheduled'), _negated=True), ('send_at__isnull', False), _connector='OR'), name='issue_scheduled_has_a_time')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('queued', 'Queued'), ('sending', 'Sending'), ('sent', 'Accepted by the mail server'), ('unconfirmed', 'Delivery unconfirmed'), ('refused', 'Refused for good'), ('failed', 'Given up after several tries'), ('unsubscribed', 'Unsubscribed before it was sent'), ('bounced', 'Came back')], default='queued', max_length=12)),
                ('claim', models.CharField(blank=True, help_text='The worker’s turn that reserved it.', max_length=22)),
                ('claimed_at', models.DateTimeField(null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField(help_text='Not before, where a server asked for patience.', null=True)),
                ('has_placement', models.BooleanField(default=False, help_text='The sold place stood in it.')),
                ('sent_at', models.DateTimeField(null=True)),
                ('answer', models.CharField(blank=True, help_text='What the mail server said, without the address.', max_length=200)),
                ('provider_id', models.CharField(help_text='By which a mail provider speaks of it.', max_length=120, null=True)),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='newsletter.issue')),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'indexes': [models.Index(condition=models.Q(('status', 'queued')), fields=['issue', 'id'], name='delivery_waiting'), models.Index(condition=models.Q(('status', 'sending')), fields=['claimed_at'], name='delivery_sending'), models.Index(fields=['issue', 'status'], name='delivery_by_status'), models.Index(condition=models.Q(('provider_id__isnull', False)), fields=['provider_id'], name='delivery_of_provider')],
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('story', 'Story'), ('placement', 'Sponsor slot'), ('other', 'Other page'), ('trap', 'Trap that no person sees')], max_length=10)),
                ('url', models.CharField(max_length=600)),
                ('label', models.CharField(blank=True, max_length=140)),
                ('people', models.PositiveIntegerField(default=0, help_text='Recipients who followed it.')),
                ('machines', models.PositiveIntegerField(default=0, help_text='Clicks that were no person’s.')),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='newsletter.issue')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('issue', 'kind', 'url'), name='link_once')],
            },
        ),
        migrations.CreateModel(
            name='Click',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, help_text='Why it was no person’s, as far as the click shows.', max_length=20)),
                ('sender', models.CharField(help_text='A digest that nobody can trace once its day is over.', max_length=22)),
                ('settled_at', models.DateTimeField(null=True)),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='clicks', to='newsletter.delivery')),
                ('link', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='clicks', to='newsletter.link')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['at'], name='click_unsettled'), models.Index(fields=['at'], name='click_by_time'), models.Index(fields=['delivery', 'link'], name='click_of_delivery')],
            },
        ),
        migrations.CreateModel(
            name='Newsletter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='As readers see it, such as: The daily newsletter.', max_length=60, unique=True)),
                ('slug', models.SlugField(help_text='Its archive’s address: /newsletter/daily/.', unique=True, validators=[newsletter.models.newsletters.not_reserved])),
                ('description', models.CharField(help_text='One sentence: what is in it, and when it comes.', max_length=200)),
                ('rhythm', models.CharField(choices=[('daily', 'Every day'), ('weekdays', 'Monday to Friday'), ('weekly', 'Once a week')], default='weekdays', max_length=10)),
                ('weekday', models.PositiveSmallIntegerField(choices=[(0, 'Monday'), (1, 'Tuesday'), (2, 'Wednesday'), (3, 'Thursday'), (4, 'Friday'), (5, 'Saturday'), (6, 'Sunday')], default=4, help_text='Of a weekly newsletter.')),
                ('send_at', models.TimeField(default=datetime.time(6, 30), help_text='When it goes out (UTC).', verbose_name='hour')),
                ('planned_at', models.DateTimeField(editable=False, help_text='When its days and hour were set: no turn before that is made up for.', null=True)),
                ('is_automatic', models.BooleanField(default=False, help_text='At its hour the newest stories are sent without an editor. Otherwise a draft with them waits on the desk from two hours before.', verbose_name='sent by itself')),
                ('carries_placement', models.BooleanField(default=False, help_text='The newsletter that advertisers book a day of. Only one newsletter can.', verbose_name='has sponsor slot')),
                ('most_stories', models.PositiveSmallIntegerField(default=7, help_text='In one issue, at most.', validators=[django.core.validators.MinValueValidator(1)], verbose_name='stories')),
                ('is_offered', models.BooleanField(default=True, help_text='Readers can choose it.', verbose_name='offered')),
                ('position', models.PositiveSmallIntegerField(default=100, help_text='Lower numbers come first.')),
                ('coin', models.ForeignKey(blank=True, help_text='Only stories about it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ticker.coin')),
                ('section', models.ForeignKey(blank=True, help_text='Only its stories.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='articles.section')),
            ],
            options={
                'ordering': ['position', 'name'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('carries_placement', True)), fields=('carries_placement',), name='newsletter_one_carries_the_placement', violation_error_message='Another newsletter has the sponsor slot.'), models.CheckConstraint(condition=models.Q(('section__isnull', True), ('coin__isnull', True), _connector='OR'), name='newsletter_about_a_section_or_a_coin', violation_error_message='Choose a section or a coin, not both.')],
            },
        ),
        migrations.AddField(
            model_name='issue',
            name='newsletter',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='issues', to='newsletter.newsletter'),
        ),
        migrations.CreateModel(
            name='Subscriber',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('key', models.CharField(help_text='Names the reader in signed links; no address does.', max_length=64, unique=True)),
                ('asked_at', models.DateTimeField(help_text='When somebody last asked for a newsletter with this address.')),
                ('mailed_at', models.DateTimeField(blank=True, help_text='When we last answered a form with a mail.', null=True)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('counts_clicks', models.BooleanField(default=True, help_text='Readers turn this off themselves: their links lead straight.', verbose_name='clicks are counted')),
                ('suppressed_because', models.CharField(blank=True, choices=[('', 'Is written to'), ('bounced', 'Its server says that there is no such address'), ('full', 'Refused several newsletters in a row'), ('complained', 'Called a newsletter spam')], default='', max_length=12, verbose_name='not written to')),
                ('suppressed_at', models.DateTimeField(blank=True, null=True)),
                ('soft_bounces', models.PositiveSmallIntegerField(default=0, help_text='Newsletters in a row that did not get through.')),
            ],
            options={
                'ordering': ['-asked_at'],
                'indexes': [models.Index(fields=['confirmed_at', 'asked_at'], name='subscriber_unconfirmed')],
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(help_text='Names reader and newsletter in the link to leave.', max_length=64, unique=True)),
                ('status', models.CharField(choices=[('pending', 'Waiting for confirmation'), ('confirmed', 'Confirmed'), ('unsubscribed', 'Unsubscribed')], default='pending', max_length=20)),
                ('source', models.CharField(help_text='Which form asked.', max_length=40)),
                ('consent_text', models.CharField(help_text='What the form said.', max_length=300)),
                ('asked_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('unsubscribed_at', models.DateTimeField(blank=True, null=True)),
                ('unsubscribed_by', models.CharField(blank=True, choices=[('link', 'The link in a newsletter'), ('one_click', 'The mail program’s own button'), ('preferences', 'The preferences'), ('complaint', 'Calling it spam')], max_length=12)),
                ('former', models.JSONField(default=list, editable=False, help_text='What was agreed to before, and had until when.')),
                ('newsletter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='newsletter.newsletter')),
                ('subscriber', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='subscriptions', to='newsletter.subscriber')),
            ],
            options={
                'ordering': ['-asked_at', '-pk'],
                'indexes': [models.Index(fields=['newsletter', 'status'], name='subscription_of_newsletter')],
                'constraints': [models.UniqueConstraint(fields=('subscriber', 'newsletter'), name='subscription_once'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'confirmed'), _negated=True), ('confirmed_at__isnull', False), _connector='OR'), name='subscription_confirmed_has_time')],
            },
        ),
        migrations.AddField(
            model_name='delivery',
            name='subscription',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='newsletter.subscription'),
        ),
        migrations.CreateModel(
            name='Item',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('story', 'Story'), ('discussed', 'Most discussed'), ('correction', 'Correction')], default='story', max_length=12)),
                ('headline', models.CharField(blank=True, help_text='Empty: the story’s own.', max_length=140)),
                ('text', models.CharField(blank=True, help_text='Empty: the story’s standfirst.', max_length=1000)),
                ('position', models.PositiveSmallIntegerField(default=100, help_text='Lower numbers come first; the first story leads.', validators=[django.core.validators.MinValueValidator(0)])),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='articles.article', verbose_name='story')),
                ('correction', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='articles.correction')),
                ('issue', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='items', to='newsletter.issue')),
            ],
            options={
                'verbose_name_plural': 'content',
                'ordering': ['position', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('correction__isnull', True)), fields=('issue', 'article', 'kind'), name='item_once', violation_error_message='This story stands in the issue already.'), models.UniqueConstraint(fields=('issue', 'correction'), name='item_correction_once')],
            },
        ),
        migrations.AddIndex(
            model_name='issue',
            index=models.Index(fields=['newsletter', '-started_at', '-id'], name='issue_of_newsletter_by_time'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.UniqueConstraint(fields=('newsletter', 'number'), name='issue_number_once'),
        ),
        migrations.AddConstraint(
            model_name='issue',
            constraint=models.UniqueConstraint(fields=('newsletter', 'turn_at'), name='issue_one_a_turn'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('issue', 'subscription'), name='delivery_once'),
        ),
    ]
