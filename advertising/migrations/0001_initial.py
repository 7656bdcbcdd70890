import advertising.campaigns.landing_pages
import advertising.models.creatives
import articles.media.images
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('articles', '0001_initial'),
        ('auth', '__first__'),
        ('ticker', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Advertiser',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='As readers see it: Paid for by …', max_length=120, unique=True)),
                ('website', models.URLField(blank=True, validators=[django.core.validators.URLValidator(message='Use an address that starts with https://.', schemes=['https'])])),
                ('contact_email', models.EmailField(blank=True, max_length=254)),
                ('is_house', models.BooleanField(default=False, help_text='Our own: fills slots that nobody booked, never labelled as paid.', verbose_name='house')),
                ('billing_address', models.TextField(blank=True, help_text='As it stands on invoices.', max_length=400)),
                ('tax_number', models.CharField(blank=True, help_text='As it stands on invoices.', max_length=60)),
                ('wants_weekly_report', models.BooleanField(default=True, help_text='A mail on Mondays with the figures of the week, while something runs.', verbose_name='weekly report')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Creative',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveSmallIntegerField()),
                ('headline', models.CharField(blank=True, max_length=60)),
                ('text', models.TextField(blank=True, help_text='Banners: up to 140 characters. Articles: the whole text.')),
                ('html', models.TextField(blank=True, editable=False)),
                ('target_url', models.URLField(blank=True, validators=[django.core.validators.URLValidator(message='Use an address that starts with https://.', schemes=['https']), advertising.campaigns.landing_pages.check_target], verbose_name='landing page')),
                ('alt', models.CharField(blank=True, max_length=200, verbose_name='picture description')),
                ('payer', models.CharField(blank=True, max_length=120, verbose_name='who pays')),
                ('payment', models.CharField(blank=True, choices=[('money', 'Money'), ('tokens', 'Tokens or coins'), ('none', 'No payment')], max_length=10)),
                ('amount', models.CharField(blank=True, help_text='As readers are told, such as $1,800.', max_length=40)),
                ('disclosure', models.CharField(blank=True, help_text='One sentence, printed under the label.', max_length=300, verbose_name='who pays what')),
                ('about_token', models.CharField(blank=True, help_text='Empty: it is not about one.', max_length=60, verbose_name='token or coin')),
                ('markets', models.JSONField(blank=True, default=list, help_text='Whose readers it is for, when about a token.')),
                ('approver', models.CharField(blank=True, help_text='For the UK.', max_length=120, verbose_name='approved by')),
                ('white_paper_url', models.URLField(blank=True, help_text='For the EU.', validators=[django.core.validators.URLValidator(message='Use an address that starts with https://.', schemes=['https'])], verbose_name='white paper')),
                ('issuer_phone', models.CharField(blank=True, help_text='For the EU.', max_length=40)),
                ('issuer_email', models.EmailField(blank=True, help_text='For the EU.', max_length=254)),
                ('findings', models.JSONField(blank=True, default=list, editable=False)),
                ('digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('submitted_at', models.DateTimeField(editable=False, help_text='From then on it never changes.', null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['placement', 'version'],
            },
        ),
        migrations.CreateModel(
            name='DailyAudience',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('browsers', models.PositiveIntegerField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='DailySalt',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('salt', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='InvoiceSequence',
            fields=[
                ('year', models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ('last', models.PositiveIntegerField(default=0)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Rate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('product', models.CharField(choices=[('sponsored', 'Sponsored article'), ('press_release', 'Press release'), ('banner', 'Banner'), ('newsletter', 'Newsletter placement')], max_length=20, unique=True)),
                ('price', models.DecimalField(decimal_places=2, max_digits=10, verbose_name='price in dollars')),
                ('basis', models.CharField(choices=[('flat', 'Each'), ('thousand', '1,000 viewable impressions')], default='flat', max_length=10, verbose_name='price is for')),
                ('section_surcharge', models.PositiveSmallIntegerField(default=0, help_text='Added for banners that run in one section alone.', verbose_name='one section only, per cent more')),
                ('unit', models.CharField(help_text='What the price buys, in words, such as: for 30 days.', max_length=40)),
                ('details', models.TextField(help_text='One line for each thing that is included.')),
                ('position', models.PositiveSmallIntegerField(default=100)),
            ],
            options={
                'verbose_name': 'rate',
                'ordering': ['position', 'product'],
            },
        ),
        migrations.CreateModel(
            name='RateCardText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('headline', models.CharField(default='Reach the people who read the contract', max_length=80)),
                ('steps', models.TextField(default='Submit: Choose a product, add your text and pictures, and pick dates. Save a draft whenever you like.\nReview: An editor reads it within one working day and approves it or tells you what to change.\nRun: It starts on the day you chose, labelled as paid, exactly as it was approved.\nReport: What was shown, viewable and clicked, by day and page, with everything that was filtered and why, on screen and as CSV.', help_text='One step a line: its name, a colon, and a sentence.', max_length=1000, verbose_name='how it works')),
                ('labelling', models.TextField(default='Paid items sit on manila paper with the word Sponsored, Press release or Advertisement and the name of whoever paid. They never borrow a reporter’s byline or a comment thread.', max_length=600, verbose_name='what paid work looks like')),
                ('refusals', models.TextField(default='Promised returns, countdown offers, leverage over 5×, unnamed teams, and anything that needs the reader to connect a wallet before reading who you are.', max_length=600, verbose_name='what is turned down')),
            ],
            options={
                'verbose_name': 'rate card text',
                'verbose_name_plural': 'rate card text',
            },
        ),
        migrations.CreateModel(
            name='SalesTerms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seller', models.CharField(blank=True, help_text='The legal name on invoices.', max_length=160)),
                ('address', models.TextField(blank=True, max_length=400)),
                ('tax_number', models.CharField(blank=True, max_length=60)),
                ('tax_name', models.CharField(default='VAT', max_length=20)),
                ('tax_percent', models.DecimalField(decimal_places=2, default=0, max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(100)])),
                ('days_to_pay', models.PositiveSmallIntegerField(default=14, validators=[django.core.validators.MaxValueValidator(365)])),
                ('how_to_pay', models.TextField(blank=True, help_text='Such as the bank account, printed under the total.', max_length=600)),
            ],
            options={
                'verbose_name': 'terms of sale',
                'verbose_name_plural': 'terms of sale',
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('role', models.CharField(choices=[('owner', 'Owner: people, orders and all below'), ('member', 'Member: submits and changes placements'), ('reader', 'Reader: sees placements and reports')], default='member', max_length=10)),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('advertiser', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='advertising.advertiser')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('owner', 'Owner: people, orders and all below'), ('member', 'Member: submits and changes placements'), ('reader', 'Reader: sees placements and reports')], default='member', max_length=10)),
                ('advertiser', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='advertising.advertiser')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('advertiser', 'user'), name='one_membership_each')],
            },
        ),
        migrations.AddField(
            model_name='advertiser',
            name='members',
            field=models.ManyToManyField(blank=True, related_name='advertisers', through='advertising.Membership', through_fields=('advertiser', 'user'), to=settings.AUTH_USER_MODEL),
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True)),
                ('placed_at', models.DateTimeField()),
                ('due_on', models.DateField()),
                ('currency', models.CharField(default='USD', editable=False, max_length=3)),
                ('billed_to', models.JSONField(help_text='Name, address and tax number of the advertiser on that day.')),
                ('terms', models.JSONField(help_text='The terms of sale of that day.')),
                ('subtotal', models.DecimalField(decimal_places=2, max_digits=12)),
                ('tax', models.DecimalField(decimal_places=2, max_digits=12)),
                ('advertiser', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='advertising.advertiser')),
                ('placed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-placed_at', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('subtotal__gte', 0), ('tax__gte', 0)), name='order_is_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Checkout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12)),
                ('url', models.URLField(blank=True, max_length=2000)),
                ('problem', models.CharField(blank=True, max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checkouts', to='advertising.order')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(choices=[('transfer', 'Bank transfer'), ('stripe', 'Card')], default='transfer', max_length=10)),
                ('reference', models.CharField(help_text='Such as the number on the bank statement.', max_length=120)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, validators=[django.core.validators.MinValueValidator(Decimal('0.01'))])),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='advertising.order')),
            ],
            options={
                'ordering': ['-at'],
                'constraints': [models.UniqueConstraint(fields=('provider', 'reference'), name='one_receipt_of_a_reference'), models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='receipt_is_of_something')],
            },
        ),
        migrations.CreateModel(
            name='Placement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('product', models.CharField(choices=[('sponsored', 'Sponsored article'), ('press_release', 'Press release'), ('banner', 'Banner'), ('newsletter', 'Newsletter placement')], max_length=20)),
                ('title', models.CharField(help_text='For you and the desk; readers do not see it on banners.', max_length=120)),
                ('slot', models.CharField(blank=True, choices=[('top', 'Top of the page'), ('billboard', 'Billboard'), ('rectangle', 'Rectangle, in and beside stories')], max_length=20)),
                ('device', models.CharField(choices=[('any', 'Any screen'), ('phone', 'Phones only'), ('desktop', 'Larger screens only')], default='any', help_text='For banners.', max_length=10)),
                ('starts_on', models.DateField(blank=True, null=True, verbose_name='start date')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='end date')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'In review'), ('changes', 'Changes requested'), ('approved', 'Approved'), ('rejected', 'Rejected')], default='draft', editable=False, max_length=20)),
                ('goal', models.PositiveIntegerField(blank=True, help_text='Banners: how many were bought. They are spread evenly over the days. Empty: no limit.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='viewable impressions')),
                ('daily_cap', models.PositiveIntegerField(blank=True, help_text='Banners: no more viewable impressions than this on one day. Empty: no limit.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='most a day')),
                ('weight', models.PositiveSmallIntegerField(default=1, help_text='Banners: one with 2 is chosen twice as often as one with 1 that may stand in the same place.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)])),
                ('price_lines', models.JSONField(blank=True, default=list, editable=False)),
                ('approved_digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('awaits_answer', models.BooleanField(default=False, editable=False)),
                ('desk_note', models.TextField(blank=True, max_length=1000, verbose_name='note to the advertiser')),
                ('submitted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('advertiser', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='placements', to='advertising.advertiser')),
                ('approved_creative', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='advertising.creative')),
                ('article', models.OneToOneField(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='placement', to='articles.article')),
                ('coins', models.ManyToManyField(blank=True, help_text='Banners: only on pages about one of these. Empty: everywhere.', related_name='+', to='ticker.coin')),
                ('section', models.ForeignKey(blank=True, help_text='Empty: everywhere.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='articles.section')),
            ],
            options={
                'ordering': ['-created_at', '-pk'],
                'permissions': [('review_placement', 'Can approve and reject placements')],
                'indexes': [models.Index(fields=['product', 'ends_on', 'starts_on'], name='placement_running')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='placement_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'approved'), _negated=True), ('approved_creative__isnull', False), _connector='OR'), name='placement_approved_has_a_creative'), models.CheckConstraint(condition=models.Q(models.Q(('product', 'banner'), _negated=True), models.Q(('slot', ''), _negated=True), ('status', 'draft'), _connector='OR'), name='placement_banner_has_a_slot', violation_error_message='A banner needs its position.'), models.CheckConstraint(condition=models.Q(('status', 'draft'), models.Q(('ends_on__isnull', False), ('starts_on__isnull', False)), _connector='OR'), name='placement_has_dates', violation_error_message='Only a draft may have no days.'), models.UniqueConstraint(condition=models.Q(('approved_creative__isnull', False), ('product', 'newsletter'), models.Q(('status', 'rejected'), _negated=True)), fields=('starts_on',), name='placement_newsletter_once_a_day', violation_error_message='Another placement stands in the newsletter of that day.')],
            },
        ),
        migrations.CreateModel(
            name='PageCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('page', models.CharField(max_length=300)),
                ('action', models.CharField(choices=[('offered', 'Served'), ('rendered', 'Impressions'), ('viewable', 'Viewable impressions'), ('clicked', 'Clicks')], max_length=10)),
                ('number', models.PositiveBigIntegerField()),
                ('placement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='page_counts', to='advertising.placement')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('placement', 'page', 'action'), name='one_count_of_page_and_action')],
            },
        ),
        migrations.CreateModel(
            name='OrderLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('label', models.CharField(max_length=200)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='advertising.order')),
                ('placement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='advertising.placement')),
            ],
            options={
                'ordering': ['order', 'position'],
                'constraints': [models.UniqueConstraint(fields=('order', 'position'), name='one_line_at_each_place')],
            },
        ),
        migrations.CreateModel(
            name='OrderedPlacement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('goal', models.PositiveIntegerField(help_text='Viewable impressions, as they were bought.', null=True)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ordered', to='advertising.order')),
                ('placement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='ordered', to='advertising.placement')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='order',
            name='placements',
            field=models.ManyToManyField(related_name='+', through='advertising.OrderedPlacement', to='advertising.placement'),
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_from_desk', models.BooleanField()),
                ('text', models.TextField(max_length=2000)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('placement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='advertising.placement')),
            ],
            options={
                'ordering': ['at', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='DailyReach',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('people', models.PositiveIntegerField()),
                ('placement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reach', to='advertising.placement')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('placement', 'day'), name='one_reach_of_placement_and_day')],
            },
        ),
        migrations.CreateModel(
            name='DailyCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slot', models.CharField(max_length=20)),
                ('day', models.DateField()),
                ('action', models.CharField(choices=[('offered', 'Served'), ('rendered', 'Impressions'), ('viewable', 'Viewable impressions'), ('clicked', 'Clicks')], max_length=10)),
                ('reason', models.CharField(blank=True, help_text='Why it does not count; empty: it does.', max_length=20)),
                ('number', models.PositiveBigIntegerField()),
                ('placement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counts', to='advertising.placement')),
            ],
            options={
                'ordering': ['-day', 'placement', 'slot', 'action', 'reason'],
                'indexes': [models.Index(fields=['day', 'placement'], name='daily_counts_by_day')],
                'constraints': [models.UniqueConstraint(fields=('placement', 'day', 'slot', 'action', 'reason'), name='one_line_of_the_ledger')],
            },
        ),
        migrations.CreateModel(
            name='Credit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('shortfall', 'Not delivered in full'), ('rejected', 'Not run'), ('goodwill', 'Goodwill')], default='goodwill', max_length=10)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, validators=[django.core.validators.MinValueValidator(Decimal('0.01'))])),
                ('reason', models.CharField(help_text='Printed on the invoice.', max_length=300)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='credits', to='advertising.order')),
                ('placement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='advertising.placement')),
            ],
            options={
                'ordering': ['-at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='credit_gives_something'), models.UniqueConstraint(condition=models.Q(('kind__in', ['shortfall', 'rejected'])), fields=('placement',), name='one_credit_of_a_placement')],
            },
        ),
        migrations.AddField(
            model_name='creative',
            name='placement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='creatives', to='advertising.placement'),
        ),
        migrations.CreateModel(
            name='ProviderEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(max_length=10)),
                ('key', models.CharField(max_length=120)),
                ('kind', models.CharField(max_length=80)),
                ('outcome', models.CharField(max_length=200)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['-at'],
                'constraints': [models.UniqueConstraint(fields=('provider', 'key'), name='one_event_of_a_key')],
            },
        ),
        migrations.CreateModel(
            name='ReviewDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('old_status', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'In review'), ('changes', 'Changes requested'), ('approved', 'Approved'), ('rejected', 'Rejected')], max_length=20)),
                ('new_status', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'In review'), ('changes', 'Changes requested'), ('approved', 'Approved'), ('rejected', 'Rejected')], max_length=20)),
                ('note', models.TextField(blank=True)),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('placement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='advertising.placement')),
            ],
            options={
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='SentReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('until', models.DateField(help_text='The last day that was reported.')),
                ('sent_at', models.DateTimeField(auto_now_add=True)),
                ('advertiser', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='advertising.advertiser')),
                ('placement', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='advertising.placement')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('placement', None)), fields=('advertiser', 'until'), name='one_report_of_a_week'), models.UniqueConstraint(condition=models.Q(('placement__isnull', False)), fields=('placement',), name='one_report_of_a_run')],
            },
        ),
        migrations.CreateModel(
            name='Shortfall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('delivered', models.PositiveIntegerField()),
                ('bought', models.PositiveIntegerField()),
                ('answer', models.CharField(blank=True, choices=[('', 'Waits for the desk'), ('credit', 'Credited'), ('make_good', 'Runs on'), ('delivered', 'Delivered in the end')], max_length=10)),
                ('found_at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('placement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='shortfall', to='advertising.placement')),
            ],
            options={
                'ordering': ['answer', '-found_at'],
            },
        ),
        migrations.CreateModel(
            name='TrafficAnomaly',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(db_index=True)),
                ('kind', models.CharField(max_length=20)),
                ('sentence', models.CharField(max_length=300)),
                ('found_at', models.DateTimeField(auto_now_add=True)),
                ('placement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='advertising.placement')),
            ],
            options={
                'verbose_name_plural': 'odd traffic',
                'ordering': ['-day', 'placement'],
                'constraints': [models.UniqueConstraint(fields=('placement', 'day', 'kind'), name='one_alarm_of_a_kind_and_day')],
            },
        ),
        migrations.CreateModel(
            name='UsedToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('nonce', models.CharField(max_length=16)),
                ('action', models.CharField(choices=[('offered', 'Served'), ('rendered', 'Impressions'), ('viewable', 'Viewable impressions'), ('clicked', 'Clicks')], max_length=10)),
                ('day', models.DateField(db_index=True)),
                ('person', models.CharField(help_text='A digest that nobody can trace once its day is over.', max_length=22)),
                ('placement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='advertising.placement')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('nonce', 'action'), name='a_token_counts_once')],
            },
        ),
        migrations.CreateModel(
            name='CreativePicture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('size', models.CharField(choices=[('970x250', '970\xa0×\xa0250'), ('728x90', '728\xa0×\xa090'), ('300x250', '300\xa0×\xa0250'), ('320x50', '320\xa0×\xa050'), ('1280x720', '1280\xa0×\xa0720')], max_length=10)),
                ('file', models.ImageField(upload_to=advertising.models.creatives.creative_path, validators=[articles.media.images.validate_picture])),
                ('digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('creative', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='advertising.creative')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('creative', 'size'), name='creative_picture_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='creative',
            constraint=models.UniqueConstraint(fields=('placement', 'version'), name='creative_version_once'),
        ),
    ]
