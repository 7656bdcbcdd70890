import django.db.models.deletion
import newsroom.pages.text_files
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='AboutPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=80)),
                ('slug', models.SlugField(unique=True)),
                ('standfirst', models.CharField(blank=True, max_length=240)),
                ('body', models.TextField()),
                ('position', models.PositiveSmallIntegerField(default=100)),
            ],
            options={
                'verbose_name': 'about page',
                'ordering': ['position', 'title'],
            },
        ),
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20, unique=True)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='PeriodicJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=60, unique=True)),
                ('next_run_at', models.DateTimeField()),
                ('last_started_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(default='The Publication', help_text='About 14 characters look best.', max_length=40)),
                ('tagline', models.CharField(blank=True, help_text='One sentence, in the footer and in searches.', max_length=160)),
                ('strip_text', models.CharField(default='Get daily crypto insights in one short newsletter.', max_length=120, verbose_name='announcement bar')),
                ('newsletter_title', models.CharField(default='The day’s stories, in one newsletter', max_length=120, verbose_name='newsletter box headline')),
                ('newsletter_text', models.CharField(default='One newsletter a day. No price predictions, and you can leave with one click.', max_length=300, verbose_name='newsletter box text')),
                ('notice', models.TextField(default='This article reports and explains; it does not recommend buying, selling or holding anything. Prices move, including while you read. Take advice from someone licensed to give it before you act.', max_length=600, verbose_name='disclaimer')),
                ('business_text', models.TextField(default='Put your work in front of people who run desks, write protocols and sign off budgets. Every paid item is labelled and reviewed by an editor before anybody sees it.', max_length=600, verbose_name='text of “For businesses”')),
                ('house_rules', models.TextField(default='Argue with the piece, not the person. Say what you hold if you talk about a price. No links to trading services.', max_length=600)),
                ('legal_owner', models.CharField(blank=True, max_length=160)),
                ('address', models.CharField(blank=True, max_length=200)),
                ('contact_email', models.EmailField(blank=True, max_length=254)),
                ('security_contact', models.CharField(blank=True, help_text='Where to report a vulnerability, in /.well-known/security.txt: an e-mail or https:// address. Empty: the contact e-mail.', max_length=200, validators=[newsroom.pages.text_files.mail_or_https])),
                ('ads_txt', models.TextField(blank=True, help_text='One seller a line: domain, account, DIRECT or RESELLER. Empty says that nobody sells our space.', max_length=20000, validators=[newsroom.pages.text_files.ads_lines], verbose_name='ads.txt')),
                ('robots_txt', models.TextField(blank=True, help_text='Added below our own lines. Sitemaps are named by themselves.', max_length=10000, validators=[newsroom.pages.text_files.robots_lines], verbose_name='more for robots.txt')),
                ('is_demo', models.BooleanField(default=False, editable=False, help_text='This database holds the demo.')),
            ],
            options={
                'verbose_name_plural': 'publication',
            },
        ),
        migrations.CreateModel(
            name='PrivacyRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('export', 'told what is held'), ('erase', 'erased')], max_length=8, verbose_name='what was done')),
                ('digest', models.CharField(db_index=True, help_text='Of the address, with the site’s own key: it shows that it was done.', max_length=64)),
                ('at', models.DateTimeField()),
                ('found', models.JSONField(default=dict, verbose_name='how much of what')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'privacy request',
                'verbose_name_plural': 'privacy requests',
                'ordering': ['-pk'],
            },
        ),
    ]
