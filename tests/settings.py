"""The portal's own settings with what tests need otherwise."""

import atexit
import os
import shutil
import tempfile

# Every test process has its own folder for media, queue and mail; a child process of a test shares its parent's.
if "TESTS_VAR" not in os.environ:
    _folder = tempfile.mkdtemp(prefix="portal-tests-")
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    os.environ["VAR"] = _folder
else:
    os.environ["VAR"] = os.environ["TESTS_VAR"]
os.environ.setdefault("SECRET_KEY", "only-for-tests-0123456789-abcdefghij-klmnop")
os.environ.setdefault("SITE_URL", "http://testserver")

from portal.settings import *  # noqa: F403 - the lines above must come first
from portal.settings import CACHES, DATABASES, STORAGES, VAR

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_AUTOREFRESH = True
CELERY_TASK_ALWAYS_EAGER = not os.environ.get("TESTS_REAL_QUEUE")
CELERY_TASK_EAGER_PROPAGATES = True
# Each test sees an empty cache although test processes share one Redis (tests/cache.py).
CACHES = {name: {**cache, "KEY_FUNCTION": "tests.cache.key"} for name, cache in CACHES.items()}
# A test sees its changes at once; tests/portal/test_page_cache.py switches the kept pages on.
PAGE_CACHE_BYTES = 0
SITE_STATE_SECONDS = 0
# Playwright's synchronous driver runs an event loop of its own in the test's thread.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
if "sqlite" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"] = {"NAME": VAR / "test.sqlite3"}
