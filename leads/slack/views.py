"""`POST /slack/actions/`: Slack says that somebody pressed a button. Proved by Slack's signature, or not heard at all.

Slack waits three seconds for a 200. What became of the click is told at the address that Slack gives for it, from a
thread of its own, so that a slow Slack keeps nobody here waiting.
"""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from leads.slack import clicks
from leads.slack.deeds import Answer, act
from leads.webhook import problem
from notifications.channels import slack
from notifications.channels.posting import post
from notifications.channels.protocol import NotSent
from outgoing.addresses import Refused, target_of

log = logging.getLogger(__name__)

SECRET = "SWITCHYARD_SECRET_SLACK_SIGNING"
LARGEST_BODY = 256 * 1024  # bytes
LONGEST_LABEL = 75

ANSWERS = ThreadPoolExecutor(2, thread_name_prefix="slack")


@csrf_exempt  # Slack's signature proves more than a form's token would.
@require_POST
def actions(request: HttpRequest) -> HttpResponse:
    response = _heard(request)
    add_never_cache_headers(response)
    return response


def _heard(request: HttpRequest) -> HttpResponse:
    secrets = os.environ.get(SECRET, "").split()
    if not secrets:
        log.error("a click in Slack was refused: set %s", SECRET)
        return problem(401, "No secret", "This site is not ready for Slack's buttons: it has no signing secret.")
    try:
        body = request.read(LARGEST_BODY + 1)
    except UnreadablePostError:
        return problem(400, "Body cut off", "The connection ended before the whole body had arrived.")
    if len(body) > LARGEST_BODY:
        return problem(413, "Too large", "A click may have at most 256 KiB.")
    try:
        clicks.verify(secrets, request.headers, body)
        click = clicks.read(body)
    except clicks.NotFromSlack:
        return problem(401, "Not signed by Slack", "The signature or its time does not fit.")
    except clicks.Unreadable:
        return problem(400, "Not readable", "The body is no click as Slack sends it.")
    if click is None:
        return HttpResponse()
    answer = as_message(act(click, now=timezone.now()))
    if not _is_slack(click.answer_to):
        return JsonResponse(answer)
    ANSWERS.submit(_tell, click.answer_to, answer)
    return HttpResponse()


def as_message(answer: Answer) -> dict[str, object]:
    """The answer as Slack wants it: in place of the message, or beside it for whoever clicked."""
    blocks: list[dict[str, object]] = [{"type": "section", "text": slack.plain(answer.text, slack.LONGEST_SECTION)}]
    if answer.link:
        button = {"type": "button", "action_id": "open", "text": slack.plain("Open", LONGEST_LABEL), "url": answer.link}
        blocks.append({"type": "actions", "elements": [button]})
    if answer.instead:
        how: dict[str, object] = {"replace_original": True}
    else:
        how = {"response_type": "ephemeral", "replace_original": False}
    return {**how, "text": slack.escaped(answer.text), "blocks": blocks}


def _is_slack(url: str) -> bool:
    """Answers go to Slack alone, whatever the click says."""
    try:
        target = target_of(url, settings.OUTGOING_ALLOW)
    except Refused:
        return False
    return target.believed or target.host == slack.HOOKS


def _tell(url: str, answer: dict[str, object]) -> None:
    try:
        post(url, answer, headers={})
    except NotSent as failure:
        log.warning("what became of a click could not be told: %s", failure.problem)
