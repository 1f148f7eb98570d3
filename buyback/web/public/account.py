"""Signing in, signing out, and setting the first password with an invitation."""

import hmac
from http import HTTPStatus

from flask import Blueprint, Response, flash, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from buyback.errors import Refused
from buyback.people import queries, service, sessions
from buyback.people.errors import InvitationInvalid
from buyback.security.access import Permission
from buyback.security.passwords import DEMONSTRATION, check_password, hash_password, password_matches
from buyback.security.tokens import new_token, token_digest
from buyback.web.public import demo_visitors
from buyback.web.shell import login
from buyback.web.shell.audiences import home_of
from buyback.web.shell.forms import Form
from buyback.web.shell.i18n import _
from buyback.web.shell.pages import page
from buyback.web.shell.permissions import open_to_all, permission
from buyback.web.shell.request import end_reading, keys, now, reading, settings, transacting

account = Blueprint("account", __name__)

NAME_MAX = 64
CODE_MAX = 100


class NameOrPasswordWrong(Refused):
    """The same words whether the name or the password is wrong (OWASP ASVS 5.0, V6.3.8)."""

    sentence = "El usuario o la contraseña no son correctos."


class TriedTooOften(Refused):
    """Too many failures for this account or from this device. Facts: ``minutes``."""

    sentence = "Demasiados intentos fallidos. Espere {minutes} min e inténtelo otra vez."


class PasswordsDiffer(Refused):
    """The second time it was typed differently."""

    sentence = "Las dos contraseñas no son iguales."


@account.get("/entrar")
@open_to_all
def sign_in() -> AnyResponse | str:
    """Ask for name and password."""
    onward = login.safe_next(request.args.get(login.NEXT))
    if login.find_actor() is not None:
        return redirect(onward, 303)
    return _sign_in_page(Form(), onward)


@account.post("/entrar")
@open_to_all
def sign_in_posted() -> AnyResponse:
    """Open a session, or say no in the same words and the same time whatever was wrong."""
    form = Form.posted()
    onward = login.safe_next(form[login.NEXT])
    with form.refusals():
        name, password = form.text("name", limit=NAME_MAX), form.secret("password")
        form.check()
        _open_session(name, password)
        return redirect(_begin(name) if onward == url_for("public.home") else onward, 303)
    answer = make_response(_sign_in_page(form, onward))
    answer.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return answer


@account.post("/salir")
@permission(Permission.ACCOUNT_OWN)
def sign_out() -> AnyResponse:
    """End the session's row, then forget it in the browser."""
    current = login.current_session()
    transacting(lambda session: sessions.sign_out(session, login=current.id, now=now()))
    login.end()
    flash(_("La sesión quedó cerrada."))
    return redirect(url_for("account.sign_in"), 303)


@account.get("/invitacion")
@open_to_all
def invitation() -> str:
    """Ask for the invitation and a password."""
    login.find_actor()
    return page("public/invitation.html", form=Form())


@account.post("/invitacion")
@open_to_all
def invitation_posted() -> AnyResponse:
    """Set the invited person's password; the invitation is used up."""
    form = Form.posted()
    with form.refusals():
        code = form.text("code", limit=CODE_MAX)
        password, again = form.secret("password"), form.secret("again")
        if form.ok and password != again:
            form.refuse("again", PasswordsDiffer())
        form.check()
        _accept(code, password)
        flash(_("Su contraseña quedó creada. Ya puede entrar."))
        return redirect(url_for("account.sign_in"), 303)
    return Response(page("public/invitation.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY)


def _sign_in_page(form: Form, onward: str) -> str:
    """In the demonstration, with everybody whom a visitor may be."""
    groups = demo_visitors.groups(reading()) if settings().demonstration else ()
    return page("public/sign_in.html", form=form, next=onward, groups=groups, password=DEMONSTRATION)


def _begin(name: str) -> str:
    return home_of(queries.actor_by_name(reading(), name))


def _open_session(name: str, password: str) -> None:
    tried = _sign_in_keys(name)
    wait = sessions.throttled(reading(), keys=tried, now=now())
    if wait is not None:
        raise TriedTooOften(minutes=-(-int(wait.total_seconds()) // 60) or 1)
    user = queries.find_user(reading(), name)
    end_reading()  # hashing takes long enough to be in others' way
    matches = password_matches(user.password_hash if user else None, password)
    token = new_token()
    outcome = transacting(
        lambda session: sessions.sign_in(
            session,
            name=name,
            password_matches=matches,
            token_hash=token_digest(token),
            keys=tried,
            now=now(),
        )
    )
    if isinstance(outcome, sessions.SignInRefused):
        raise NameOrPasswordWrong
    login.begin(token)


def _sign_in_keys(name: str) -> sessions.SignInKeys:
    key = keys().session_key
    device = request.remote_addr or ""
    return sessions.SignInKeys(
        account=hmac.digest(key, b"account\0" + name.casefold().encode(), "sha256"),
        device=hmac.digest(key, b"device\0" + device.encode(), "sha256"),
    )


def _accept(code: str, password: str) -> None:
    hashed = token_digest(code)
    name = queries.find_invitation(reading(), hashed, now=now())
    if name is None:
        raise InvitationInvalid(field="code")
    check_password(password, name=name)
    end_reading()
    stored = hash_password(password)
    transacting(
        lambda session: service.accept_invitation(session, invitation_hash=hashed, password_hash=stored, now=now())
    )
