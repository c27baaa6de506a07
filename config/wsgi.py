"""The web server's door."""

import os
import signal

from django.core.wsgi import get_wsgi_application

from config.embedded import processes

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

if "SWITCHYARD_SUPERVISED" in os.environ:
    # granian's worker loads this file; a worker whose granian was killed must not go on with the port.
    processes.tie_to_parent(signal.SIGTERM)

application = get_wsgi_application()
