"""What the API refuses that the framework has no exception for."""

from rest_framework.exceptions import APIException

BODY = "body"  # the path of a problem that is not with one field


class Conflict(APIException):
    """Somebody was quicker, or the act does not fit the lead as it is now."""

    status_code = 409


class LengthRequired(APIException):
    status_code = 411


class TooLarge(APIException):
    status_code = 413


class NotNow(APIException):
    """The database does not answer, or not in time; nothing was changed. Asking again is right."""

    status_code = 503
    wait = 5
