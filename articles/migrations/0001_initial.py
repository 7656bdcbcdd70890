import articles.media.images
import articles.models.subjects
import articles.validators
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '__first__'),
        ('ticker', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('story', 'Story'), ('brief', 'Brief'), ('sponsored', 'Sponsored article'), ('press_release', 'Press release')], default='story', max_length=20)),
                ('title', models.CharField(help_text='Sentence case, no full stop.', max_length=140, verbose_name='headline')),
                ('slug', models.SlugField(max_length=120, unique=True)),
                ('standfirst', models.CharField(blank=True, help_text='One or two sentences under the headline.', max_length=300)),
                ('body', models.TextField(blank=True, help_text='Write [[BTC]] to show a coin with its live price.')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('published', 'Published'), ('withdrawn', 'Unpublished')], default='draft', editable=False, max_length=20)),
                ('published_at', models.DateTimeField(blank=True, editable=False, help_text='A time in the future schedules the story.', null=True, verbose_name='published')),
                ('expires_at', models.DateTimeField(blank=True, help_text='From then on the story is gone from every page, and its address says so (UTC). Empty: never.', null=True, verbose_name='unpublish at')),
                ('embargoed_until', models.DateTimeField(blank=True, help_text='The story cannot come out before this time, whoever presses the button (UTC).', null=True, verbose_name='embargo')),
                ('updated_at', models.DateTimeField(blank=True, help_text='Shown to readers. Set it when the story says something new.', null=True, verbose_name='updated')),
                ('paid_by', models.CharField(blank=True, help_text='Who paid. With this the piece is labelled, on every page, as paid.', max_length=120)),
                ('disclosure', models.CharField(blank=True, help_text='What was paid, and for what.', max_length=300)),
                ('risk_warning', models.TextField(blank=True, help_text='Paid work about a token: what its readers must be told. It cannot be published without.', max_length=2000)),
                ('comments_open', models.BooleanField(default=True)),
                ('comment_count', models.PositiveIntegerField(default=0, editable=False)),
                ('byline', models.CharField(blank=True, editable=False, help_text='The names, for cards.', max_length=300)),
                ('word_count', models.PositiveIntegerField(default=0, editable=False)),
                ('search_text', models.TextField(blank=True, editable=False)),
                ('revision', models.PositiveIntegerField(default=0, editable=False, help_text='The number of its newest version.')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['-published_at', '-pk'],
                'permissions': [('publish_article', 'Can publish, schedule and withdraw'), ('merge_article', 'Can merge two stories into one')],
                'indexes': [models.Index(fields=['-published_at', '-id'], name='article_by_time'), models.Index(fields=['status', '-published_at', '-id'], name='article_latest'), models.Index(fields=['kind', '-published_at', '-id'], name='article_kind_by_time'), models.Index(condition=models.Q(('expires_at__isnull', False)), fields=['expires_at'], name='article_expires'), models.Index(fields=['status', '-comment_count', '-published_at', '-id'], name='article_most_discussed_2')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('status', 'published'), _negated=True), ('embargoed_until__isnull', True), ('published_at__gte', models.F('embargoed_until')), _connector='OR'), name='article_not_before_its_embargo'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'published'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='article_published_has_a_time'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['sponsored', 'press_release']), models.Q(('paid_by', ''), _negated=True)), models.Q(('kind__in', ['story', 'brief']), ('paid_by', '')), _connector='OR'), name='article_paid_kinds_name_the_payer', violation_error_message='Sponsored articles and press releases name who paid; nothing else may.')],
            },
        ),
        migrations.CreateModel(
            name='Image',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.ImageField(height_field='height', help_text='JPEG, PNG or WebP, at least 600 pixels wide, 10 MB at most.', upload_to=articles.media.images.library_path, validators=[articles.media.images.validate_library_picture], width_field='width')),
                ('alt', models.CharField(help_text='What a reader who cannot see the picture should know.', max_length=300, validators=[django.core.validators.MinLengthValidator(3)], verbose_name='description')),
                ('caption', models.CharField(blank=True, max_length=300)),
                ('credit', models.CharField(blank=True, help_text='Such as: Photograph: Ada Quill.', max_length=120)),
                ('focal_x', models.PositiveSmallIntegerField(default=50, help_text='In per cent. What stands here is never cut off.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='focal point, from the left')),
                ('focal_y', models.PositiveSmallIntegerField(default=50, help_text='In per cent.', validators=[django.core.validators.MaxValueValidator(100)], verbose_name='focal point, from the top')),
                ('width', models.PositiveIntegerField(default=0, editable=False)),
                ('height', models.PositiveIntegerField(default=0, editable=False)),
                ('renditions', models.JSONField(default=dict, editable=False, help_text='Width in pixels: file name.')),
                ('uploaded_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['-uploaded_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='Redirect',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('old_path', models.CharField(help_text='Such as /2019/06/an-old-page/.', max_length=300, unique=True, validators=[articles.validators.own_path])),
                ('new_path', models.CharField(blank=True, help_text='Landing page. Empty: the page is gone, and says so.', max_length=300, validators=[articles.validators.own_path])),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['old_path'],
            },
        ),
        migrations.CreateModel(
            name='Section',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, unique=True)),
                ('slug', models.SlugField(help_text='The section’s address: /markets/.', unique=True, validators=[articles.models.subjects.not_reserved])),
                ('standfirst', models.CharField(blank=True, help_text='One or two sentences under the name.', max_length=240)),
                ('position', models.PositiveSmallIntegerField(default=100, help_text='Lower numbers come first in the menu.')),
                ('is_opinion', models.BooleanField(default=False, help_text='Columns are shown with their writers.', verbose_name='opinion')),
            ],
            options={
                'ordering': ['position', 'name'],
            },
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True)),
                ('slug', models.SlugField(unique=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='ArticleCoin',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('price_at_publication', models.DecimalField(blank=True, decimal_places=12, editable=False, max_digits=30, null=True)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='article_coins', to='articles.article')),
                ('coin', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='article_coins', to='ticker.coin')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('article', 'coin'), name='article_coin_once')],
            },
        ),
        migrations.AddField(
            model_name='article',
            name='coins',
            field=models.ManyToManyField(related_name='articles', through='articles.ArticleCoin', to='ticker.coin'),
        ),
        migrations.CreateModel(
            name='Author',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=80)),
                ('slug', models.SlugField(unique=True)),
                ('role', models.CharField(blank=True, help_text='Such as: Policy editor.', max_length=80)),
                ('bio', models.TextField(blank=True, max_length=800)),
                ('email', models.EmailField(blank=True, help_text='Shown on the author’s page.', max_length=254)),
                ('holdings', models.CharField(blank=True, help_text='For the author’s page, such as: Holds no coins. Empty, it names the coins below.', max_length=300)),
                ('joined_on', models.DateField(blank=True, null=True, verbose_name='writing here since')),
                ('user', models.OneToOneField(blank=True, help_text='Comments from this account carry the badge “Author” under the author’s own stories.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='author', to=settings.AUTH_USER_MODEL)),
                ('portrait', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='portrayed', to='articles.image')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Autosave',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seen_revision', models.PositiveIntegerField(default=0)),
                ('fields', models.JSONField(help_text='The form’s fields as text.')),
                ('at', models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ('article', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='working_copies', to='articles.article')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'autosaves',
                'constraints': [models.UniqueConstraint(condition=models.Q(('article__isnull', False)), fields=('article', 'user'), name='working_copy_once'), models.UniqueConstraint(condition=models.Q(('article__isnull', True)), fields=('user',), name='working_copy_of_a_new_story_once')],
            },
        ),
        migrations.CreateModel(
            name='Byline',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('held_at_publication', models.CharField(blank=True, editable=False, help_text='Coins of the story that the author held then.', max_length=300)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='bylines', to='articles.article')),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bylines', to='articles.author')),
            ],
            options={
                'ordering': ['position', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('article', 'author'), name='byline_once')],
            },
        ),
        migrations.AddField(
            model_name='article',
            name='authors',
            field=models.ManyToManyField(related_name='articles', through='articles.Byline', to='articles.author'),
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('correction', 'Correction'), ('clarification', 'Clarification'), ('update', 'Update'), ('retraction', 'Retraction')], default='correction', max_length=20)),
                ('text', models.TextField(help_text='What the story said, and what is right. It is shown on the story for good.', max_length=1000)),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='on')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='articles.article')),
                ('by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-at', '-pk'],
                'indexes': [models.Index(fields=['-at', '-id'], name='correction_by_time')],
            },
        ),
        migrations.CreateModel(
            name='FormerSlug',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=120, unique=True)),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_slugs', to='articles.article')),
            ],
            options={
                'ordering': ['-changed_at'],
            },
        ),
        migrations.CreateModel(
            name='FrontPick',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(default=1, help_text='1 leads, 2 to 4 stand beside it, 5 to 8 below.')),
                ('until', models.DateTimeField(blank=True, help_text='Empty: until you take it off.', null=True)),
                ('article', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='front_pick', to='articles.article')),
            ],
            options={
                'verbose_name': 'front page place',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Holding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('declared_on', models.DateField(auto_now_add=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='held', to='articles.author')),
                ('coin', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='ticker.coin')),
            ],
            options={
                'ordering': ['coin__position'],
                'constraints': [models.UniqueConstraint(fields=('author', 'coin'), name='holding_once')],
            },
        ),
        migrations.AddField(
            model_name='article',
            name='hero',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='led_stories', to='articles.image', verbose_name='picture'),
        ),
        migrations.CreateModel(
            name='Listing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(help_text='Such as tag:7.', max_length=40)),
                ('published_at', models.DateTimeField()),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='listings', to='articles.article')),
            ],
            options={
                'indexes': [models.Index(fields=['subject', '-published_at', '-article'], name='listing_by_time')],
                'constraints': [models.UniqueConstraint(fields=('article', 'subject'), name='listing_once')],
            },
        ),
        migrations.CreateModel(
            name='PreviewLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('expires_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='preview_links', to='articles.article')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('origin', models.CharField(choices=[('saved', 'Saved'), ('restored', 'Restored'), ('published', 'Published'), ('scheduled', 'To come'), ('replaced', 'Cancelled')], default='saved', max_length=20)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('content', models.JSONField(help_text='Every field that an editor can change, as articles/publishing/revisions.py writes it.')),
                ('name', models.CharField(blank=True, max_length=80)),
                ('is_starred', models.BooleanField(default=False, verbose_name='star')),
                ('goes_live_at', models.DateTimeField(blank=True, help_text='Set for a version that is to come.', null=True)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='articles.article')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-number'],
                'indexes': [models.Index(condition=models.Q(('origin', 'scheduled')), fields=['goes_live_at'], name='revision_to_come')],
                'constraints': [models.UniqueConstraint(fields=('article', 'number'), name='revision_number_once'), models.UniqueConstraint(condition=models.Q(('origin', 'scheduled')), fields=('article',), name='revision_one_to_come_a_story'), models.CheckConstraint(condition=models.Q(models.Q(('origin', 'scheduled'), _negated=True), ('goes_live_at__isnull', False), _connector='OR'), name='revision_to_come_has_a_time')],
            },
        ),
        migrations.AddField(
            model_name='article',
            name='section',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='articles', to='articles.section'),
        ),
        migrations.CreateModel(
            name='StatusChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('old_status', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('published', 'Published'), ('withdrawn', 'Unpublished')], max_length=20)),
                ('new_status', models.CharField(choices=[('draft', 'Draft'), ('in_review', 'In review'), ('published', 'Published'), ('withdrawn', 'Unpublished')], max_length=20)),
                ('at', models.DateTimeField()),
                ('note', models.CharField(blank=True, max_length=300)),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='status_changes', to='articles.article')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.AddField(
            model_name='article',
            name='tags',
            field=models.ManyToManyField(blank=True, related_name='articles', to='articles.tag'),
        ),
        migrations.AddIndex(
            model_name='article',
            index=models.Index(fields=['section', '-published_at', '-id'], name='article_section_by_time'),
        ),
    ]
