"""Mails of jobs: what a server’s refusal means, and what is sealed."""

import smtplib

import pytest
from django.core import mail as django_mail

from core import mail, sealed
from core.jobs import PermanentFailure


def refusing(monkeypatch, error):
    def refuse(self, messages):
        raise error

    monkeypatch.setattr(
        "django.core.mail.backends.locmem.EmailBackend.send_messages", refuse, raising=True
    )


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"no such user")}), PermanentFailure),
        (smtplib.SMTPRecipientsRefused({"a@b.example": (451, b"later")}), OSError),
        (smtplib.SMTPDataError(554, b"spam"), PermanentFailure),
        (smtplib.SMTPDataError(421, b"busy"), smtplib.SMTPDataError),
        (smtplib.SMTPServerDisconnected("gone"), smtplib.SMTPServerDisconnected),
        (smtplib.SMTPAuthenticationError(535, b"password"), smtplib.SMTPAuthenticationError),
        (ConnectionRefusedError(), ConnectionRefusedError),
    ],
)
def test_what_is_refused_for_good_ends_and_what_may_pass_does_not(monkeypatch, error, kind):
    refusing(monkeypatch, error)
    with pytest.raises(kind):
        mail.JobMail("Subject", "Body", to=["a@b.example"]).send()


def test_a_mail_that_is_taken_is_sent():
    assert mail.JobMail("Subject", "Body", to=["a@b.example"]).send() == 1
    assert django_mail.outbox[0].subject == "Subject"


def test_what_was_sealed_is_read_after_the_key_was_rotated(settings):
    text = sealed.seal("secret")
    assert "secret" not in text
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another" * 10
    with pytest.raises(sealed.Unreadable):
        sealed.unseal(text)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert sealed.unseal(text) == "secret"
