"""The records that a domain lacks, read from records as they are pasted."""

import base64

import pytest
from Crypto.PublicKey import RSA

from newsletter.sending import sender_check
from newsletter.sending.sender_check import Weight

DOMAIN = "finality.example"
SPF = "v=spf1 include:_spf.mail.example -all"
DMARC = "v=DMARC1; p=quarantine; rua=mailto:dmarc@finality.example"


def key(bits: int) -> str:
    public = RSA.generate(bits).public_key().export_key("DER")
    return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


GOOD_KEY = key(2048)


def found(spf=SPF, dkim=GOOD_KEY, dkim_domain="", dmarc=DMARC) -> dict[str, Weight]:
    """The worst of what is said about each."""
    order = list(Weight)
    worst: dict[str, Weight] = {}
    for each in sender_check.check(DOMAIN, spf, dkim, dkim_domain, dmarc):
        worst[each.about] = max(worst.get(each.about, Weight.GOOD), each.weight, key=order.index)
    return worst


def test_a_domain_that_has_it_all():
    assert set(found().values()) == {Weight.GOOD}
    assert set(found()) == {"SPF", "DKIM", "Alignment", "DMARC"}


@pytest.mark.parametrize(
    ("record", "weight"),
    [
        ("", Weight.MISSING),
        ("google-site-verification=abc", Weight.MISSING),
        ("v=spf1 -all\nv=spf1 ~all", Weight.MISSING),
        ("v=spf1 +all", Weight.MISSING),
        ("v=spf1 all", Weight.MISSING),
        ("v=spf1 " + " ".join(f"include:{n}.example" for n in range(11)) + " -all", Weight.MISSING),
        ("v=spf1 a mx", Weight.ADVICE),
        ("v=spf1 ptr -all", Weight.ADVICE),
        ("v=spf1 redirect=_spf.mail.example", Weight.GOOD),
        ('"v=spf1 include:a.example" " ~all"', Weight.GOOD),
        ("other text\nv=spf1 ip4:192.0.2.0/24 -all", Weight.GOOD),
    ],
)
def test_spf(record, weight):
    assert found(spf=record)["SPF"] == weight


@pytest.mark.parametrize(
    ("record", "weight"),
    [
        ("", Weight.MISSING),
        ("v=DKIM1; k=rsa; p=", Weight.MISSING),
        ("v=DKIM1; p=not base64!", Weight.MISSING),
        ("v=DKIM1; p=aGVsbG8=", Weight.MISSING),
        (key(1024), Weight.ADVICE),
        (GOOD_KEY + "; t=y", Weight.ADVICE),
        ("v=DKIM1; k=ed25519; p=" + base64.b64encode(b"x" * 32).decode(), Weight.GOOD),
        ("v=DKIM1; k=ed25519; p=" + base64.b64encode(b"x" * 31).decode(), Weight.MISSING),
        ('"' + GOOD_KEY[:200] + '" "' + GOOD_KEY[200:] + '"', Weight.GOOD),
    ],
    # Keys differ from run to run.
    ids=(
        "none",
        "revoked",
        "not base64",
        "no key",
        "short",
        "testing",
        "ed25519",
        "short ed25519",
        "in two strings",
    ),
)
def test_dkim(record, weight):
    assert found(dkim=record)["DKIM"] == weight


@pytest.mark.parametrize(
    ("sender", "signature", "dmarc", "weight"),
    [
        ("finality.example", "finality.example", "", Weight.GOOD),
        ("finality.example", "mail.finality.example", "", Weight.GOOD),
        ("finality.example", "FINALITY.example.", "", Weight.GOOD),
        ("news.finality.example", "mail.finality.example", "", Weight.GOOD),
        ("finality.example", "provider.example", "", Weight.MISSING),
        ("finality.example", "notfinality.example", "", Weight.MISSING),
        # Two firms under one suffix are not one organisation.
        ("finality.co.uk", "provider.co.uk", "", Weight.MISSING),
        ("news.finality.co.uk", "finality.co.uk", "", Weight.GOOD),
        ("finality.example", "finality.example", "v=DMARC1; p=none; adkim=s", Weight.GOOD),
        ("finality.example", "mail.finality.example", "v=DMARC1; p=none; adkim=s", Weight.MISSING),
    ],
)
def test_alignment(sender, signature, dmarc, weight):
    findings = sender_check.check(sender, "", "", signature, dmarc)
    assert {each.about: each.weight for each in findings}["Alignment"] == weight


@pytest.mark.parametrize(
    ("record", "weight"),
    [
        ("", Weight.MISSING),
        ("v=spf1 -all", Weight.MISSING),
        ("v=DMARC1", Weight.MISSING),
        ("v=DMARC1; p=perhaps", Weight.MISSING),
        ("v=DMARC1; p=none; rua=mailto:a@b.example", Weight.ADVICE),
        ("v=DMARC1; p=reject", Weight.ADVICE),
        ('"v=DMARC1; p=reject; rua=mailto:a@b.example"', Weight.GOOD),
    ],
)
def test_dmarc(record, weight):
    assert found(dmarc=record)["DMARC"] == weight
