"""The product's settings on data that are thrown away: tests never touch an installation's own.

The process that pytest starts first makes the folder; xdist's workers and the programs that tests start inherit it.
"""

import atexit
import os
import shutil
import tempfile

if "SWITCHYARD_TEST_DATA" not in os.environ:
    os.environ["SWITCHYARD_TEST_DATA"] = tempfile.mkdtemp(prefix="switchyard-test-", dir="/tmp")
    atexit.register(shutil.rmtree, os.environ["SWITCHYARD_TEST_DATA"], ignore_errors=True)
os.environ["SWITCHYARD_DATA"] = os.environ["SWITCHYARD_TEST_DATA"]
for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "DEBUG"):
    os.environ.pop(name, None)

from config.settings import *
from config.settings import DATABASES, STATIC_ROOT

# A test is one long transaction, on a machine that may be busy with others: it must not be ended as if it were stuck.
_limits = (
    DATABASES["default"]["OPTIONS"]["options"]
    .replace("transaction_session_timeout=10s", "transaction_session_timeout=300s")
    .replace("statement_timeout=5s", "statement_timeout=120s")  # of which the last looks at all that it wrote
)
DATABASES["default"]["OPTIONS"]["options"] = _limits

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns of one that is missing
