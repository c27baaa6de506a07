"""The doors (signing in and out, passwords) and the reader's own page."""

from __future__ import annotations

from axes.utils import reset
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.contrib.auth.views import LoginView
from django.http import HttpResponse
from django.shortcuts import redirect, render

from reps import navigation
from reps.access import Request, signed_in
from reps.forms import SignInForm


class SignIn(LoginView):
    """Django's own view; a right password forgives the wrong ones of that account, and of no other."""

    template_name = "reps/login.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        reset(username=form.get_user().get_username())
        return super().form_valid(form)


@signed_in
def home(request: Request) -> HttpResponse:
    return redirect(navigation.home(request.user, request.rep))


@signed_in
def account(request: Request) -> HttpResponse:
    return render(request, "reps/account.html")


@signed_in
def password(request: Request) -> HttpResponse:
    form = PasswordChangeForm(request.user, request.POST or None)
    if not form.is_valid():
        return render(request, "reps/password.html", {"form": form}, status=422 if form.is_bound else 200)
    # Every other session of this user ends here; this one goes on.
    update_session_auth_hash(request, form.save())
    messages.success(request, "Your password is changed. Other devices have to sign in again.")
    return redirect("account")
