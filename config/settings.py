"""Django's settings. Each can be left alone; what an installation may want to say comes from the environment.

SWITCHYARD_DATA  DATABASE_URL  REDIS_URL  SECRET_KEY  ALLOWED_HOSTS  SITE_URL  PROXIES  LOG_LEVEL  DEBUG
ENRICH_WITHIN_MS  ENRICH_CALLS_PER_HOUR  OUTGOING_ALLOW  HEARTBEAT_URL  SWITCHYARD_SECRET_…
EMAIL_HOST  EMAIL_PORT  EMAIL_TLS  EMAIL_USER  EMAIL_PASSWORD  EMAIL_FROM
"""

import os
from datetime import timedelta

from config import addresses, places

BASE_DIR = places.PROJECT
DATA_DIR = places.DATA
SECRET_KEY = places.secret_key(DATA_DIR, os.environ)
DEBUG = os.environ.get("DEBUG", "") in ("1", "true", "yes", "on")

# Where people reach this site: with https here, cookies are marked Secure and the proxy in front must speak TLS.
SITE_URL = os.environ.get("SITE_URL", "").rstrip("/")
SPEAKS_HTTPS = SITE_URL.startswith("https://")
ALLOWED_HOSTS = addresses.allowed_hosts(os.environ)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "reps",
    "routing",
    "notifications",
    "leads",
    "config",
]

MIDDLEWARE = [
    "config.edge.edge",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

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
                "notifications.context.bell",
            ],
        },
    },
]

_patience = int(os.environ.get("DATABASE_PATIENCE", "0")) or None
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", **addresses.database(os.environ, places.SOCKETS)}}
DATABASES["default"]["OPTIONS"] = {**addresses.database_options(_patience), **DATABASES["default"]["OPTIONS"]}
DATABASES["default"]["CONN_MAX_AGE"] = None
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Nothing speaks to Redis inside a request: sessions are rows, the cache is each process's own.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SPEAKS_HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL else []

AUTH_USER_MODEL = "reps.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Ten wrong passwords for one account, or from one address, close that door for a quarter of an hour.
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = timedelta(minutes=15)
# Success would forgive every attempt from that address, also those on other accounts.
AXES_RESET_ON_SUCCESS = False
AXES_CLIENT_IP_CALLABLE = "config.clients.address"
AXES_USERNAME_CALLABLE = "config.clients.account"
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "reps/locked.html"
# How many proxies of ours stand in front and each append to X-Forwarded-For; 0: the connection's own address counts.
PROXIES = int(os.environ.get("PROXIES", "0"))
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static_files.NamedByContent"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    },
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# Only a proxy of ours may say that the outer connection was https. Nothing is redirected to https here: a webhook's
# sender counts a redirect as a failure.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
SECURE_HSTS_SECONDS = int(timedelta(days=365).total_seconds()) if SPEAKS_HTTPS else 0
# A webhook's view reads its body itself and answers 413; this is for forms.
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "reps.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["leads.api.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "leads.api.problems.answer",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Switchyard",
    "DESCRIPTION": (
        "Leads, who got them, and why. Sign in here, or send `Authorization: Bearer` with a token of `manage.py "
        "api_token EMAIL`: it may do what its user may. Lists are read by following `next`. What goes wrong is told as "
        "`application/problem+json`, with a sentence for each field. Requests are not counted here but at the proxy."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "ENUM_NAME_OVERRIDES": {
        "LeadStatus": "leads.models.lead.Lead.Status",
        "ClosingStatus": "leads.api.lead_forms.CLOSINGS",
        "EventStatus": "leads.models.capture.InboundEvent.Status",
        "VersionStatus": "routing.models.Version.Status",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "config.log.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL", "WARNING").upper()},
    "loggers": {
        # Django's own handlers would write tracebacks with values.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        # A wrong address or an expired form is no news; a 500 is.
        "django.request": {"level": "ERROR"},
    },
}

CELERY_BROKER_URL = addresses.broker(os.environ, places.SOCKETS)
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Every client of one Redis must say the same, "the shortest value will be used". With these, the work of a killed
# worker is handed out again a minute later; the sweeper has long done it by then.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 60,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 3,
    "health_check_interval": 5,
}
CELERY_TASK_DEFAULT_QUEUE = "switchyard"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_TIME_LIMIT = 30
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TIMEZONE = "UTC"
# A bell that was not heard within its period is of no use any more: the next one rings.
CELERY_BEAT_SCHEDULE = {
    "route what waits": {"task": "leads.tasks.route_waiting", "schedule": 5.0, "options": {"expires": 5}},
    "enforce promises": {"task": "leads.tasks.enforce_slas", "schedule": 5.0, "options": {"expires": 5}},
    "audit promises": {"task": "leads.tasks.audit_promises", "schedule": 30.0, "options": {"expires": 30}},
}

# Deliveries of one source in one web process: a second's steady flow, and how many may come at once before that holds.
WEBHOOK_RATE_PER_S = int(os.environ.get("WEBHOOK_RATE_PER_S", "200"))
WEBHOOK_BURST = int(os.environ.get("WEBHOOK_BURST", "20000"))

# How long a lead may wait for providers before it is routed without them, where its source does not say.
ENRICH_WITHIN_MS = int(os.environ.get("ENRICH_WITHIN_MS", "3000"))
# How often one provider is asked in an hour at most: what leads cost when somebody floods a form.
ENRICH_CALLS_PER_HOUR = int(os.environ.get("ENRICH_CALLS_PER_HOUR", "10000"))
# Asked with GET after each look at all promises that found them kept: whoever watches from outside misses it otherwise.
HEARTBEAT_URL = os.environ.get("HEARTBEAT_URL", "")
# Origins on the operator's own network that may be asked although they are not on the public internet, such as
# http://crm.internal:8080, separated by spaces.
OUTGOING_ALLOW = tuple(os.environ.get("OUTGOING_ALLOW", "").split())

# The mail server. Without EMAIL_HOST nothing is sent by e-mail. EMAIL_TLS: `starttls` (usual), `ssl`, or `none` for a
# server on this machine.
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
_tls = os.environ.get("EMAIL_TLS", "starttls").lower()
EMAIL_USE_TLS, EMAIL_USE_SSL = _tls == "starttls", _tls == "ssl"
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "") or {"starttls": 587, "ssl": 465}.get(_tls, 25))
EMAIL_HOST_USER = os.environ.get("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_PASSWORD", "")
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "Switchyard <switchyard@localhost>")
