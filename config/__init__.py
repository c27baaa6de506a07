"""Where the parts are put together: settings, URLs, Celery, the embedded servers and `manage.py up`.

May import every other app; nobody imports it.
"""
