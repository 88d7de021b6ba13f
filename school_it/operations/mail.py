"""Sending a mail through the town's server: over TLS with its certificate checked, or not at all."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from school_it.errors import N_, CannotRead, SettingsError
from school_it.settings import Settings

SECONDS = 10
PORTS = {"starttls": 587, "tls": 465, "none": 25}
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def is_on(settings: Settings) -> bool:
    return bool(settings.SMTP_HOST and settings.ALARM_TO)


def can_send(settings: Settings) -> bool:
    """To whom it may concern: a server and a sender are set."""
    return bool(settings.SMTP_HOST and settings.MAIL_FROM)


def send(settings: Settings, subject: str, text: str, *, to: str | None = None) -> None:
    """Send to `to`, else to `ALARM_TO`.

    Raises SettingsError for what cannot work, CannotRead where the server will not have it.
    """
    check(settings)
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["From"] = settings.MAIL_FROM
    message["To"] = to or ", ".join(receivers(settings))
    message["Date"] = formatdate(localtime=True)
    message["Message-ID"] = make_msgid(domain=settings.MAIL_FROM.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    try:
        _hand_over(settings, message)
    except (smtplib.SMTPException, OSError) as problem:
        # Without its cause: a traceback through smtplib can show the password.
        raise CannotRead(
            N_("Die Nachricht ließ sich nicht über %(host)s senden (%(why)s)."),
            host=settings.SMTP_HOST,
            why=_reason(problem),
        ) from None


def receivers(settings: Settings) -> list[str]:
    return str(settings.ALARM_TO).replace(",", " ").split()


def check(settings: Settings) -> None:
    """Raises SettingsError, before anything is sent."""
    if not settings.MAIL_FROM:
        raise SettingsError(N_("Die Einstellung %(setting)s fehlt."), setting="SCHOOL_IT_MAIL_FROM")
    in_clear = settings.SMTP_SECURITY == "none" and settings.SMTP_HOST not in LOOPBACK
    if settings.SMTP_USER and in_clear:
        raise SettingsError(
            N_(
                "Das Kennwort ginge unverschlüsselt an %(host)s. Bitte SCHOOL_IT_SMTP_SECURITY=starttls setzen."
            ),
            host=settings.SMTP_HOST,
        )


def _hand_over(settings: Settings, message: EmailMessage) -> None:
    security = settings.SMTP_SECURITY
    host, port = settings.SMTP_HOST, settings.SMTP_PORT or PORTS[security]
    trusted = ssl.create_default_context(cafile=settings.SMTP_CA_FILE or None)
    with (
        smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=trusted)
        if security == "tls"
        else smtplib.SMTP(host, port, timeout=SECONDS)
    ) as server:
        if security == "starttls":
            server.starttls(context=trusted)
        if settings.SMTP_USER:
            server.login(settings.SMTP_USER, settings.SMTP_PASSWORD)
        server.send_message(message)


def _reason(problem: Exception) -> str:
    """What the server said, never what was said to it."""
    if isinstance(problem, smtplib.SMTPAuthenticationError):
        return "Anmeldung abgelehnt"
    if isinstance(problem, smtplib.SMTPResponseException):
        return str(problem.smtp_code)
    return (
        f"{type(problem).__name__}: {problem}"[:200]
        if isinstance(problem, OSError)
        else type(problem).__name__
    )
