"""
Settings of the publication: one file, read from the environment.

docs/settings.md explains every variable; a test keeps the two together.
Three ways to run: the demo (./run), production (DEMO=0), development (DEBUG=1).
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ
import structlog
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from audience import outside_analytics
from newsroom import environment
from newsroom.operations.structured_logs import WithoutKeys, add_request_id

# Lets classes such as ModelAdmin[Article] be written at run time as the type checker wants them.
django_stubs_ext.monkeypatch()

environment.read_secret_files()
env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

# --- How it runs -------------------------------------------------------------------

DATA_DIR = environment.writable_folder(
    Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).absolute()
)
DEBUG = env.bool("DEBUG", default=False)
# A folder that once held the demo stays a demo folder, so that manage.py works there as it is.
DEMO = env.bool("DEMO", default=(DATA_DIR / "demo").exists())
PRODUCTION = not (DEBUG or DEMO)
HOST = env.str("HOST", default="127.0.0.1")
PORT = environment.whole_number("PORT", default=8000, most=65535)
# Answer kept pages before gunicorn has made an ASGI request of them; 0: its plain worker serves.
FAST_WORKER = env.bool("FAST_WORKER", default=True)
WEB_WORKERS = environment.whole_number("WEB_WORKERS", default=1, most=64)

if PRODUCTION:
    SECRET_KEY = environment.real_secret_key(environment.required("SECRET_KEY"))
    ALLOWED_HOSTS = [host.strip() for host in environment.required("ALLOWED_HOSTS").split(",")]
    SITE_URL = environment.required("SITE_URL").rstrip("/")
else:
    SECRET_KEY = env.str("SECRET_KEY", default="") or environment.kept_secret_key(
        DATA_DIR / "secret_key"
    )
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
    SITE_URL = env.str("SITE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")

# What was signed or sealed with earlier keys is still read; new things are signed with SECRET_KEY.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])

if not SITE_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured("SITE_URL must begin with http:// or https://.")
if urlsplit(SITE_URL).path or urlsplit(SITE_URL).query:
    raise ImproperlyConfigured(
        "SITE_URL must be a host alone, such as https://news.example: the publication needs one of its own."
    )
# Pages are made under our own name, whoever asks for them first.
ALLOWED_HOSTS.append(environment.host_of(SITE_URL))

HTTPS = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^(live|ready|health)z$"]
# A promise that browsers hold us to: it begins small, and grows when TLS has proved itself.
SECURE_HSTS_SECONDS = (
    environment.whole_number("HSTS_SECONDS", default=3600, least=0, most=63_072_000) if HTTPS else 0
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = HTTPS and env.bool("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # The two above are the operator’s.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "newsroom.pages.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Who asks is the last address that our own proxy wrote down; without one, who connected.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0

# --- Apps ---------------------------------------------------------------------------

INSTALLED_APPS = [
    "newsroom.apps.NewsroomConfig",
    "core",
    "pagecache",
    "newsroom.apps.NewsroomAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sites",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django.forms",  # the templates of its widgets
    "django.contrib.humanize",  # what allauth’s pages of keys are written with
    "django_prose_editor",
    "django_tasks",
    "django_tasks_db",
    "django_comments_xtd",
    "django_comments",
    "ticker",
    "articles",
    # After django_comments_xtd: it replaces receivers that the library connects when it is ready.
    "comments.apps.CommentsConfig",
    "advertising",
    "audience",
    "newsletter",
    "transfer",
    "anymail",
]

MIDDLEWARE = [
    "newsroom.operations.structured_logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "pagecache.middleware.PageCacheMiddleware",
    "newsroom.operations.body_limits.RequestLimitsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "newsroom.pages.errors.ErrorPagesMiddleware",
    "transfer.old_addresses.OldAddressMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "newsroom.staff_guard.StaffGuardMiddleware",
    "newsroom.desk_time_zone.DeskTimeZoneMiddleware",
]

ROOT_URLCONF = "newsroom.urls"
WSGI_APPLICATION = "newsroom.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SITE_ID = 1

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Ours come first: they override those of the libraries.
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

FORM_RENDERER = "core.forms.FormRenderer"

# --- Database, cache, jobs -------------------------------------------------------------

DATABASE_URL = env.str("DATABASE_URL", default="")
DATABASES = {"default": environment.database(DATABASE_URL, DATA_DIR)}

REDIS_URL = env.str("REDIS_URL", default="")
# Nobody waits for long: without Redis things are slower, not broken.
REDIS_OPTIONS = {"socket_timeout": 0.5, "socket_connect_timeout": 0.5}
CACHES = {
    "default": (
        {
            "BACKEND": "newsroom.cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "KEY_PREFIX": "cache",
            "OPTIONS": REDIS_OPTIONS,
        }
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": DATA_DIR / "cache",
        }
    ),
    # Rate limits are counted here, often: files would be too slow.
    "limits": (
        {
            "BACKEND": "newsroom.cache.ForgivingRedisCache",
            "LOCATION": REDIS_URL,
            "OPTIONS": REDIS_OPTIONS,
            "KEY_PREFIX": "limits",
        }
        if REDIS_URL
        else {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "LOCATION": "limits",
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        }
    ),
}

# Memory for whole pages in each web process, in megabytes; 0 turns the page cache off, as DEBUG
# does.
PAGE_CACHE_MB = (
    0 if DEBUG else environment.whole_number("PAGE_CACHE_MB", default=64, least=0, most=100_000)
)
# Pages kept in files may take this many times as much.
PAGE_FILES_PER_MEMORY = 8
# A page that other code made is not shown: where our code and templates are.
CODE_FOLDERS = [
    *(
        path.parent
        for path in sorted(BASE_DIR.glob("*/__init__.py"))
        if path.parent.name != "tests"
    ),
    *(BASE_DIR / name for name in ("templates", "requirements")),
]
# The cache in front of us that we tell what changed: fastly or cloudflare.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
if METRICS_TOKEN:
    # Requests are counted by every web process, in files that whichever is asked adds up.
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(DATA_DIR / "requests"))
    (DATA_DIR / "requests").mkdir(exist_ok=True)
    MIDDLEWARE = [
        "django_prometheus.middleware.PrometheusBeforeMiddleware",
        *MIDDLEWARE,
        "django_prometheus.middleware.PrometheusAfterMiddleware",
    ]
CDN = environment.one_of("CDN", ("fastly", "cloudflare"))
CDN_SITE = environment.required("CDN_SITE") if CDN else ""
CDN_TOKEN = environment.required("CDN_TOKEN") if CDN else ""
CDN_URL = env.str("CDN_URL", default="").rstrip("/")

SENTRY_DSN = env.str("SENTRY_DSN", default="")
if SENTRY_DSN:
    # Its library takes a while to load, and changes those that it follows.
    from newsroom.operations import error_reports

    error_reports.start(SENTRY_DSN, environment="production" if PRODUCTION else "demo")

# Services outside that are asked or told of comments, by the worker; none by default.
AKISMET_KEY = env.str("AKISMET_KEY", default="")
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", default="")
BOUNCE_IMAP_URL = env.str("BOUNCE_IMAP_URL", default="")
CLASSIFIER_URL = env.str("CLASSIFIER_URL", default="")
CLASSIFIER_KEY = env.str("CLASSIFIER_KEY", default="")
CLASSIFIER_MODEL = env.str("CLASSIFIER_MODEL", default="omni-moderation-latest")
CLASSIFIER_THRESHOLD = env.float("CLASSIFIER_THRESHOLD", default=0.7)
AKISMET_URL = env.str("AKISMET_URL", default="https://rest.akismet.com").rstrip("/")
COMMENT_HOOK_URL = env.str("COMMENT_HOOK_URL", default="")
COMMENT_HOOK_SECRET = environment.required("COMMENT_HOOK_SECRET") if COMMENT_HOOK_URL else ""

# Pictures have a queue of their own: a large one must not hold up mails.
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default", "pictures"],
    }
}

# --- Files -----------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "media"
# Pictures in a bucket, where several machines share them; otherwise in DATA_DIR.
MEDIA_STORAGE_URL = env.str("MEDIA_STORAGE_URL", default="")
BACKUP_STORAGE_URL = env.str("BACKUP_STORAGE_URL", default="")
MEDIA_URL, MEDIA_STORAGE = environment.media_storage(MEDIA_STORAGE_URL)
STORAGES = {
    "default": MEDIA_STORAGE,
    **environment.backup_storage(BACKUP_STORAGE_URL),
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "newsroom.stylesheets.BundledManifestStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_MAX_AGE = 3600
# Every page names them by their digest, so the others are not kept or compressed; nor are source
# maps, which are the largest of all and only asked for by those who look into a library.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [
    "avif",
    "webp",
    "jpg",
    "jpeg",
    "png",
    "gif",
    "ico",
    "woff",
    "woff2",
    "zip",
    "gz",
    "br",
    "map",
]
# What browsers may fetch ahead: the story that a reader is about to open. It is named in a header
# of every page.
WHITENOISE_MIMETYPES = {".speculationrules": "application/speculationrules+json"}
SPECULATION_RULES = "newsroom/next.speculationrules"
FILE_UPLOAD_PERMISSIONS = 0o644
# The largest request body, in bytes: of readers; of the desk, where a text may be pasted with its
# pictures in it and comes back cleaned; and of forms with files.
LARGEST_BODY = 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 4_000_000
LARGEST_UPLOAD = 42_000_000  # a picture of 40 MB and the form around it
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
UPLOAD_PATHS = ("/admin/", "/partners/placements/")

# --- Mail -------------------------------------------------------------------------------

EMAIL_URL = env.str("EMAIL_URL", default="")
# A provider’s own interface in place of SMTP: it tells us what came back and what was called spam.
MAIL_PROVIDER = environment.one_of("MAIL_PROVIDER", tuple(environment.MAIL_PROVIDERS))
ANYMAIL: dict[str, str | int] = {}
if MAIL_PROVIDER:
    EMAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
    ANYMAIL = environment.mail_provider(
        MAIL_PROVIDER,
        environment.required("MAIL_PROVIDER_KEY"),
        environment.required("MAIL_WEBHOOK_SECRET"),
        env,
    )
elif EMAIL_URL:
    vars().update(environ.Env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
DEFAULT_FROM_EMAIL = (
    environment.required("FROM_EMAIL")
    if PRODUCTION
    else env.str("FROM_EMAIL", default="desk@finality.example")
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 10
ANYMAIL["REQUESTS_TIMEOUT"] = EMAIL_TIMEOUT

# --- People -----------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["newsroom.demo.accounts.GuardedBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account_home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_FORMS = {"signup": "newsroom.pages.sign_up.SignUpForm"}
ACCOUNT_ADAPTER = "newsroom.accounts.AccountAdapter"
ACCOUNT_SESSION_REMEMBER = None
# By password, by a code in a mail, or with a passkey; and a second factor for whoever wants one.
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = urlsplit(SITE_URL).hostname or "newsroom"
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=False)
ACCOUNT_RATE_LIMITS = {
    "login_failed": "10/m/ip,5/15m/key",
    # Mails to whoever’s address is typed in: by network, and by address.
    "reset_password": "10/h/ip,3/h/key",
    "request_login_code": "20/h/ip,5/h/key",
    "signup": "10/h/ip",
}

# --- Comments ---------------------------------------------------------------------------

COMMENTS_APP = "django_comments_xtd"
COMMENTS_XTD_MODEL = "comments.models.SiteComment"
COMMENTS_XTD_MAX_THREAD_LEVEL = 3  # four levels, counted from nought, as the design draws them
COMMENTS_XTD_APP_MODEL_OPTIONS = {
    "default": {"allow_flagging": False, "allow_feedback": False, "show_feedback": False}
}
COMMENT_MAX_LENGTH = 3000
COMMENTS_TIMEOUT = 2 * 60 * 60

# --- Advertising ------------------------------------------------------------------------

# Card payments on Stripe’s own pages; without a key orders are paid by transfer.
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRET = environment.required("STRIPE_WEBHOOK_SECRET") if STRIPE_SECRET_KEY else ""
STRIPE_URL = env.str("STRIPE_URL", default="https://api.stripe.com").rstrip("/")

# How much a network may tell a web process in a minute of placements shown and seen before it stops
# counting; 0: all.
VIEWS_A_DAY = environment.whole_number("VIEWS_A_DAY", default=40, least=0, most=1_000_000)
SEEN_A_MINUTE = environment.whole_number("SEEN_A_MINUTE", default=240, least=0, most=1_000_000)

# --- The audience -----------------------------------------------------------------------------

# How many views of one page one network adds on a day; 0: all.
VIEWS_OF_A_PAGE_A_DAY = environment.whole_number(
    "VIEWS_OF_A_PAGE_A_DAY", default=100, least=0, most=1_000_000
)
# Browsers that ask not to be tracked are not counted at all.
RESPECT_DO_NOT_TRACK = env.bool("RESPECT_DO_NOT_TRACK", default=True)
# A file in the form of MaxMind’s, such as GeoLite2-Country.mmdb.
COUNTRY_DATABASE = env.str("COUNTRY_DATABASE", default="")
# A service outside that counts as well, if its reader agrees.
OUTSIDE_ANALYTICS = outside_analytics.parse(env.str("OUTSIDE_ANALYTICS", default=""))
WEEKLY_AUDIENCE_MAIL = env.bool("WEEKLY_AUDIENCE_MAIL", default=True)

# --- The newsletter ---------------------------------------------------------------------------

# Sign-ups in ten minutes that nobody confirms, before everybody waits for a minute; 0: nobody does.
SIGN_UPS_IN_TEN_MINUTES = environment.whole_number(
    "SIGN_UPS_IN_TEN_MINUTES", default=200, least=0, most=1_000_000
)

# How many newsletters leave in a second, from all workers together; 0: as many as the mail server
# takes.
MAILS_PER_SECOND = environment.whole_number("MAILS_PER_SECOND", default=50, least=0, most=10_000)

# --- Prices -----------------------------------------------------------------------------

PRICES_COINPAPRIKA_URL = env.str(
    "PRICES_COINPAPRIKA_URL", default="https://api.coinpaprika.com/v1"
).rstrip("/")
PRICES_BINANCE_URL = env.str(
    "PRICES_BINANCE_URL", default="https://data-api.binance.vision/api/v3"
).rstrip("/")
COINGECKO_API_KEY = env.str("COINGECKO_API_KEY", default="")
COINGECKO_PLAN = environment.one_of("COINGECKO_PLAN", ("demo", "pro")) or "demo"
# Paid plans differ; 0: as the plan says.
COINGECKO_MONTHLY_CALLS = environment.whole_number(
    "COINGECKO_MONTHLY_CALLS", default=0, least=0, most=10**9
)
_coingecko = "pro-api" if COINGECKO_API_KEY and COINGECKO_PLAN == "pro" else "api"
PRICES_COINGECKO_URL = env.str(
    "PRICES_COINGECKO_URL", default=f"https://{_coingecko}.coingecko.com/api/v3"
).rstrip("/")

# --- What a browser may do here ------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        # A nonce is only sent with pages that ask for one: the admin's import map.
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", *environment.origins(MEDIA_URL)],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}
if OUTSIDE_ANALYTICS is not None:
    _directives = CONTENT_SECURITY_POLICY["DIRECTIVES"]
    _directives["script-src"].append(OUTSIDE_ANALYTICS.script_origin)
    for _directive in ("connect-src", "img-src"):
        _directives[_directive].extend(OUTSIDE_ANALYTICS.talks_to)
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "autoplay",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "usb",
    )
}
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"

# --- Words and logs --------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = "newsroom.formats"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processor": (
                structlog.dev.ConsoleRenderer() if DEBUG else structlog.processors.JSONRenderer()
            ),
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.stdlib.ExtraAdder(),
                add_request_id,
                structlog.processors.format_exc_info,
            ],
        }
    },
    "filters": {"without_keys": {"()": WithoutKeys}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Every request is logged once, by us.
        "django.request": {"level": "ERROR", "filters": ["without_keys"]},
        # Probes of strangers, whose answer is a page like any other.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "django.security.SuspiciousFileOperation": {"level": "CRITICAL"},
        "django_tasks": {"handlers": [], "level": "INFO"},
        "django_tasks_db": {"level": "WARNING"},
        # Hundreds of lines for each invoice.
        "fontTools": {"level": "WARNING"},
        "fpdf": {"level": "WARNING"},
    },
}
