"""`manage.py api_token EMAIL`: a key for a program that acts for this user."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from leads.management import needs
from reps.models import User
from reps.tokens import make_token


class Command(BaseCommand):
    help = "Print a token for the API, this once. It may do what this user may."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the e-mail with which the user signs in")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        needs.database()
        user = User.objects.filter(email=email.strip().lower(), is_active=True).first()
        if user is None:
            raise CommandError(f"email: nobody signs in as {email!r}.", returncode=2)
        self.stdout.write(make_token(user, timezone.now()))
