"""All settings, read from the environment (the list is in README.md)."""

import re
import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal.lib import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(env.text("VAR", str(BASE_DIR / "var"))).resolve()

# --- what kind of installation -------------------------------------------------------------------

DEBUG = env.flag("DEBUG")
DATABASE_URL = env.text("DATABASE_URL")
REDIS_URL = env.text("REDIS_URL")
# Without a database given the portal runs by itself on one machine, for trying out.
TRIAL = not DATABASE_URL
# Demo staff and sample submissions on the first start of `make run`.
DEMO = env.flag("DEMO", TRIAL)

SITE_URL = env.text("SITE_URL", "http://127.0.0.1:" + env.text("PORT", "8000")).rstrip("/")
if not SITE_URL.startswith(("http://", "https://")):
    raise ImproperlyConfigured("SITE_URL: expected http://… or https://…")
HTTPS = SITE_URL.startswith("https://")


def _secret_key() -> str:
    given = env.text("SECRET_KEY")
    if given:
        if len(given) < 32:
            raise ImproperlyConfigured("SECRET_KEY: expected at least 32 characters")
        return given
    if not TRIAL:
        raise ImproperlyConfigured("SECRET_KEY: required when DATABASE_URL is set")
    kept = VAR / "secret-key"
    if not kept.exists():
        from django.core.management.utils import get_random_secret_key  # noqa: PLC0415 - first start only

        VAR.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(get_random_secret_key())
    return kept.read_text()


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ("127.0.0.1", "localhost", "[::1]") if TRIAL else ())
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", (SITE_URL,))
# How many proxies of ours stand in front: the client address is read that many places from the right.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)

# --- applications --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "procedures",
    "submissions",
    "payments",
    "crispy_forms",
    "axes",
    "csp",
    "portal.apps.StaffSite",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]
MIDDLEWARE = [
    "portal.middleware.page_cache",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context_processors.town",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "portal.templatetags.portal"],
        },
    }
]
CRISPY_TEMPLATE_PACK = "dvc"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["dvc"]
CRISPY_FAIL_SILENTLY = False
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
# An address typed without its scheme is https.
FORMS_URLFIELD_ASSUME_HTTPS = True

# --- data ----------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _database() -> dict[str, Any]:
    if TRIAL:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": VAR / "portal.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    env.url("DATABASE_URL", ("postgres", "postgresql", "sqlite"))
    return {**environ.Env.db_url_config(DATABASE_URL), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


DATABASES = {"default": _database()}
env.url("REDIS_URL", ("redis", "rediss", "unix"))
CACHES = {
    "default": (
        {"BACKEND": "portal.lib.rediscache.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": VAR / "cache"}
    ),
    # Pages drawn as pictures, on disk beside the others so that they never push a session or a count out.
    "previews": (
        {"BACKEND": "portal.lib.rediscache.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "previews"}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.filebased.FileBasedCache", "LOCATION": VAR / "previews"}
    ),
}
SESSION_ENGINE = "django.contrib.sessions.backends." + ("cached_db" if REDIS_URL else "db")
SESSION_COOKIE_AGE = 90 * 24 * 3600
SESSION_COOKIE_SAMESITE = "Lax"

# --- files ---------------------------------------------------------------------------------------

S3_BUCKET = env.text("S3_BUCKET")


def _file_storage() -> dict[str, Any]:
    if not S3_BUCKET:
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": VAR / "media", "base_url": None, "file_permissions_mode": 0o600},
        }
    return {
        "BACKEND": "portal.lib.bucket.Bucket",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.text("S3_ENDPOINT_URL") or None,
            "access_key": env.text("S3_ACCESS_KEY") or None,
            "secret_key": env.text("S3_SECRET_KEY") or None,
            "file_overwrite": False,
            "default_acl": None,
            # Whatever the browser called it: nothing in the bucket opens as a page.
            "object_parameters": {"ContentType": "application/octet-stream"},
            "querystring_auth": True,
            # Above this a download is spooled to disk on its way through.
            "max_memory_size": 1024 * 1024,
        },
    }


STORAGES = {
    "default": _file_storage(),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# The paper fonts are read by the PDF renderer, hardly ever sent: compressing them is most of a first start.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["ttf", "png", "jpg", "webp", "gz", "br", "woff2", "zip"]

# Uploads: limits in bytes and files; a request body is spooled to disk above FILE_UPLOAD_MAX_MEMORY_SIZE.
UPLOAD_FILE_BYTES = env.number("UPLOAD_FILE_MB", 20, least=1) * 1024 * 1024
UPLOAD_FILING_BYTES = env.number("UPLOAD_FILING_MB", 100, least=1) * 1024 * 1024
UPLOAD_FILES_PER_PAPER = env.number("UPLOAD_FILES_PER_PAPER", 20, least=1)
UPLOAD_PDF_PAGES = env.number("UPLOAD_PDF_PAGES", 200, least=1)
# Photos that people are asked to look at again: sharpest edges in percent of the contrast (crisp letters have about
# 70), mean brightness from 0 to 255. Measured in portal/lib/photo_worker.py.
PHOTO_BLURRED_BELOW = env.number("PHOTO_BLURRED_BELOW", 20)
PHOTO_DARK_BELOW = env.number("PHOTO_DARK_BELOW", 60)
# Days after the decision until the photos go whose combined PDF is kept: 90 to complain (Luật Khiếu nại 2011 art. 9).
PHOTO_ORIGINAL_DAYS = env.number("PHOTO_ORIGINAL_DAYS", 90)
# Previews of papers whose name or key has one of these carry the code of the submission, however they are written.
IDENTITY_PAPERS = ("căn cước", "hộ chiếu", "tùy thân", "chứng minh nhân dân", "identity", "passport")
PREVIEW_CACHE_SECONDS, PREVIEW_CACHE_BYTES = 30 * 60, 512 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
DATA_UPLOAD_MAX_NUMBER_FILES = 100

# Root and intermediate certificates (*.pem, *.crt) that digital signatures of results are checked against; none by
# default, and then no issuer is known.
SIGNATURE_ROOTS = env.folder("SIGNATURE_ROOTS")

# --- language and time ---------------------------------------------------------------------------

LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["portal.formats"]
USE_I18N = True
USE_THOUSAND_SEPARATOR = False
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

# --- people and safety ---------------------------------------------------------------------------

AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "admin:login"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "portal/locked_out.html"
AXES_CLIENT_IP_CALLABLE = "portal.lib.http.client_address"
AXES_VERBOSE = False
AXES_ENABLE_ADMIN = False

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS and env.flag("SECURE_SSL_REDIRECT", True)
# Load balancers ask over plain HTTP from inside.
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 31_536_000) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# How many wrong guesses or sent forms one address may make in a window; 0 switches a limit off. Mobile carriers put
# whole districts behind one address, so what honest people do is limited far above a busy day.
THROTTLES = {
    # name: (times, seconds)
    "lookup": (env.number("THROTTLE_LOOKUP", 10), 15 * 60),
    "filing": (env.number("THROTTLE_FILING", 2000), 3600),
    # Each declaration that is filled in to be printed costs a process of its own for a second.
    "declaration": (env.number("THROTTLE_DECLARATION", 2000), 3600),
    "upload": (env.number("THROTTLE_UPLOAD", 10_000), 3600),
    "verify": (env.number("THROTTLE_VERIFY", 60), 15 * 60),
    "feedback": (env.number("THROTTLE_FEEDBACK", 100), 3600),
    "payment": (env.number("THROTTLE_PAYMENT", 500), 3600),
}

# Kept public pages: bytes (compressed) that one process keeps, 0 switches it off; how long in seconds a look at the
# catalogue's number and the notices is good for.
PAGE_CACHE_BYTES = 0 if DEBUG else env.number("PAGE_CACHE_KB", 6 * 1024) * 1024
SITE_STATE_SECONDS = 1

# --- queue ---------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL or "filesystem://"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_TIME_LIMIT = 15 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 5 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR / "celerybeat-schedule")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {"visibility_timeout": 30 * 60}
    if REDIS_URL
    else {
        "data_folder_in": str(VAR / "queue"),
        "data_folder_out": str(VAR / "queue"),
        "processed_folder": str(VAR / "queue-done"),
        "control_folder": str(VAR / "queue-control"),
    }
)

# --- money and post ------------------------------------------------------------------------------


def _sandbox_url() -> str:
    """Of the environment, or where `make run` of this trial has said that its sandbox is."""
    kept = VAR / "sandbox-url"
    if TRIAL and not env.text("SANDBOX_URL") and not env.text("VNPAY_TMN_CODE") and kept.exists():
        return kept.read_text().strip()
    return env.text("SANDBOX_URL").rstrip("/")


# The make-believe gateway and carrier that a trial installation runs beside itself (python -m payments.sandbox).
SANDBOX_URL = _sandbox_url()
env.url("SANDBOX_URL", ("http",))
if SANDBOX_URL and not (TRIAL or DEMO):
    raise ImproperlyConfigured("SANDBOX_URL: only for trials (DEMO); nobody may pay with make-believe money")

# VNPAY 2.1.0 by contract; without one a trial uses the sandbox, and any other installation does without.
VNPAY_TMN_CODE = env.text("VNPAY_TMN_CODE")
VNPAY_HASH_SECRET = env.text("VNPAY_HASH_SECRET")
VNPAY_URL = env.text("VNPAY_URL", "https://sandbox.vnpayment.vn/paymentv2/vpcpay.html" if VNPAY_TMN_CODE else "")
VNPAY_API_URL = env.text("VNPAY_API_URL", "https://sandbox.vnpayment.vn/merchant_webapi/api/transaction")
if bool(VNPAY_TMN_CODE) != bool(VNPAY_HASH_SECRET):
    raise ImproperlyConfigured("VNPAY_HASH_SECRET: required with VNPAY_TMN_CODE, and only with it")
VNPAY_IS_TEST = "sandbox" in VNPAY_URL
if SANDBOX_URL and not VNPAY_TMN_CODE:
    VNPAY_TMN_CODE, VNPAY_HASH_SECRET, VNPAY_IS_TEST = "HLSAND01", "SANDBOX-SECRET-NOT-A-SECRET", True
    VNPAY_URL, VNPAY_API_URL = f"{SANDBOX_URL}/vnpay/pay", f"{SANDBOX_URL}/vnpay/api"
env.url("VNPAY_URL", ("http", "https"))
env.url("VNPAY_API_URL", ("http", "https"))
if VNPAY_URL:
    # Browsers hold a redirect after a sent form to the same rule as the form itself.
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"].append("/".join(VNPAY_URL.split("/")[:3]))

# Bank transfer by VietQR: the treasury account that the code names. NAPAS bank number (6 digits), account, its name.
VIETQR_BANK_BIN = env.text("VIETQR_BANK_BIN", "970436" if SANDBOX_URL else "")
VIETQR_ACCOUNT = env.text("VIETQR_ACCOUNT", "0000000000" if SANDBOX_URL else "")
VIETQR_NAME = env.text("VIETQR_NAME", "TAI KHOAN THU NGHIEM" if SANDBOX_URL else "")
VIETQR_IS_TEST = bool(SANDBOX_URL) and not env.text("VIETQR_ACCOUNT")
if bool(VIETQR_BANK_BIN) != bool(VIETQR_ACCOUNT):
    raise ImproperlyConfigured("VIETQR_ACCOUNT: required with VIETQR_BANK_BIN, and only with it")
if VIETQR_BANK_BIN and not re.fullmatch(r"[0-9]{6}", VIETQR_BANK_BIN):
    raise ImproperlyConfigured("VIETQR_BANK_BIN: six figures, such as 970436")
if VIETQR_ACCOUNT and not re.fullmatch(r"[0-9A-Za-z]{1,19}", VIETQR_ACCOUNT):
    raise ImproperlyConfigured("VIETQR_ACCOUNT: up to 19 figures or letters, without blanks")

# Who else takes cash: reception officers never, where an agency has no cashier (absent), or always.
CASH_BY_RECEPTION = env.choice("CASH_BY_RECEPTION", ("never", "absent", "always"), "absent")
# How long a started payment at a gateway is open, and when a silent one is asked about (minutes).
PAYMENT_MINUTES = env.number("PAYMENT_MINUTES", 15, least=5)
RECONCILE_AFTER_MINUTES = env.number("RECONCILE_AFTER_MINUTES", 5, least=1)
RECONCILE_DAYS = env.number("RECONCILE_DAYS", 3, least=1)
# Seconds for each step of a call to a gateway; the whole answer has twice as long.
GATEWAY_TIMEOUT_SECONDS = env.number("GATEWAY_TIMEOUT_SECONDS", 10, least=1)

# Who carries parcels: manual (tracking numbers are typed) or ems (booked over its merchant interface).
CARRIER = env.choice("CARRIER", ("manual", "ems"), "ems" if SANDBOX_URL else "manual")
EMS_URL = env.text("EMS_URL", f"{SANDBOX_URL}/ems" if SANDBOX_URL else "https://ws.ems.com.vn").rstrip("/")
env.url("EMS_URL", ("http", "https"))
EMS_TOKEN = env.text("EMS_TOKEN", "SANDBOX-TOKEN" if SANDBOX_URL else "")
# Part of the webhook's address, which carries no signature: long and random.
EMS_WEBHOOK_TOKEN = env.text("EMS_WEBHOOK_TOKEN", "sandbox-webhook-not-a-secret" if SANDBOX_URL else "")
EMS_IS_TEST = bool(SANDBOX_URL) and not env.text("EMS_TOKEN")
EMS_WEIGHT = env.number("EMS_WEIGHT", 100, least=1)  # grams: an envelope with papers
if CARRIER == "ems" and not (EMS_TOKEN and len(EMS_WEBHOOK_TOKEN) >= 20):
    raise ImproperlyConfigured("CARRIER: ems needs EMS_TOKEN, and EMS_WEBHOOK_TOKEN of at least 20 characters")
# Postage of a result: collected by the postman on delivery, charged in advance (PostageRate), or paid by the town.
POSTAGE_PAYER = env.choice("POSTAGE_PAYER", ("recipient", "charge", "town"), "recipient")

# --- e-mail and SMS ------------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Dịch vụ công Hồng Lĩnh <khong-tra-loi@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_TIMEOUT = 20
if env.url("EMAIL_URL", ("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "dummymail")):
    vars().update(environ.Env.email_url_config(env.text("EMAIL_URL")))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR / "mail"

# console prints and writes VAR/sms; esms sends over HTTP with the keys below.
SMS_BACKEND = env.choice("SMS_BACKEND", ("console", "esms", "none"), "console")
ESMS_URL = env.text("ESMS_URL", "https://rest.esms.vn/MainService.svc/json/SendMultipleMessage_V4_post_json/")
ESMS_API_KEY = env.text("ESMS_API_KEY")
ESMS_SECRET_KEY = env.text("ESMS_SECRET_KEY")
ESMS_BRANDNAME = env.text("ESMS_BRANDNAME")
if SMS_BACKEND == "esms" and not (ESMS_API_KEY and ESMS_SECRET_KEY and ESMS_BRANDNAME):
    raise ImproperlyConfigured("SMS_BACKEND: esms needs ESMS_API_KEY, ESMS_SECRET_KEY and ESMS_BRANDNAME")

# --- the town ------------------------------------------------------------------------------------

CATALOGUE = Path(env.text("CATALOGUE", str(BASE_DIR / "procedures" / "catalogue" / "hong-linh")))
# The set of one-stop papers: the six forms of TT 01/2018/TT-VPCP or the seven of TT 03/2025/TT-VPCP.
PAPER_SET = env.choice("PAPER_SET", ("2018", "2025"), "2025")
TOWN_NAME = env.text("TOWN_NAME", "Thị xã Hồng Lĩnh")
TOWN_PROVINCE = env.text("TOWN_PROVINCE", "Tỉnh Hà Tĩnh")
RESPONSIBLE_PERSON = env.text("RESPONSIBLE_PERSON", "Chánh Văn phòng HĐND - UBND thị xã")
CONTACT_EMAIL = env.text("CONTACT_EMAIL")
# Working blocks of a day, Monday to Friday; sample until the town confirms its own (no national clock exists).
OFFICE_HOURS = (("07:30", "11:30"), ("13:30", "17:00"))
DUE_SOON_WORKING_DAYS = env.number("DUE_SOON_WORKING_DAYS", 2)
# Answer to an online filing, in working hours (NĐ 45/2020/NĐ-CP).
REPLY_WORKING_HOURS = env.number("REPLY_WORKING_HOURS", 8)
# A supplement during examination: "restart" counts the time limit anew (NĐ 61/2018 art. 19.4), "pause" goes on.
SUPPLEMENT_CLOCK = env.choice("SUPPLEMENT_CLOCK", ("restart", "pause"), "restart")
SUPPLEMENT_DAYS = env.number("SUPPLEMENT_DAYS", 30, least=1)
DRAFT_DAYS = env.number("DRAFT_DAYS", 90, least=1)
# Messages inside a submission: how many a citizen may write in an hour, and for how many days after the end.
MESSAGES_AN_HOUR = env.number("MESSAGES_AN_HOUR", 10, least=1)
MESSAGE_DAYS = env.number("MESSAGE_DAYS", 30)
# How many days after the hand-over somebody may still say how content he or she was.
RATING_DAYS = env.number("RATING_DAYS", 60, least=1)
# Feedback, by kind and step: how many days and of which unit. Remarks and questions: the text of the national
# indicator (QĐ 766/QĐ-TTg). Complaints: Luật Khiếu nại 2011 art. 27 and 28 (answer counted from acceptance), a sample
# to be confirmed by the town, as is whether its wards need the longer times of art. 28.
_REMARKS = {
    "decide": (2, "working_day"),
    "ask": (5, "working_day"),
    "answer": (15, "working_day"),
    "publish": (2, "working_day"),
}
_COMPLAINTS = {
    "decide": (10, "calendar_day"),
    "ask": (10, "calendar_day"),
    "answer": (30, "calendar_day"),
    "publish": (2, "working_day"),
}
FEEDBACK_LIMITS = {"remark": _REMARKS, "question": _REMARKS, "complaint": _COMPLAINTS}
# Acts on many submissions: how many at most, and up to how many are done at once, without waiting for a worker.
BATCH_ROWS = env.number("BATCH_ROWS", 1000, least=1)
BATCH_AT_ONCE = env.number("BATCH_AT_ONCE", 20)
# Notices that were sent, or given up, hold addresses: they go after so many days.
NOTICE_DAYS = env.number("NOTICE_DAYS", 365, least=1)
# What gateways and carriers said, word by word: complaints and disputes with banks come late.
MONEY_MESSAGE_DAYS = env.number("MONEY_MESSAGE_DAYS", 730, least=RECONCILE_DAYS + 1)
# A declaration that was filled in to be printed, kept for the counter when the person asks for it.
KEPT_FORM_DAYS = env.number("KEPT_FORM_DAYS", 7, least=1)

# --- logs ----------------------------------------------------------------------------------------

LOG_LEVEL = env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"class": "portal.lib.masked.Formatter", "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "axes": {"level": "WARNING"},
        "fontTools": {"level": "ERROR"},
        "pikepdf": {"level": "WARNING"},
        "weasyprint": {"level": "ERROR"},
    },
}
if TRIAL and "pytest" not in sys.modules:
    for folder in ("media", "mail", "sms", "queue", "queue-done", "queue-control", "cache"):
        (VAR / folder).mkdir(parents=True, exist_ok=True)
