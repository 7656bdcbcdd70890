"""Signing in without a password: by a code in a mail, and with a passkey."""

import re
import time

import pytest
from playwright.sync_api import expect

from .conftest import sign_in
from .test_freshness import Elsewhere

pytestmark = pytest.mark.xdist_group("journeys")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_code_in_a_mail_signs_in(open_context, site, javascript):
    page = open_context(java_script_enabled=javascript).new_page()
    page.goto("/accounts/login/")
    page.get_by_role("link", name="Mail me a code").click()
    page.locator("#id_email").fill("advertiser@finality.example")
    asked_at = time.time()
    page.get_by_role("button", name="Mail me a code").click()
    mail = site.mail_to("advertiser@finality.example", since=asked_at, says="code")
    code = re.search(r"^  (\S+)$", mail, re.MULTILINE)[1]
    page.locator("#id_code").fill(code)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your placements")


KEYHOLDER = """
from django.contrib.auth import get_user_model
from advertising.models import Advertiser
from newsroom.accounts import confirm_address
user = get_user_model().objects.create_user("keyholder", "keyholder@palisade.example", "keyholder-demo")
confirm_address(user)
Advertiser.objects.get(name="Larkspur Markets").members.add(user)
"""


def test_a_passkey_is_added_and_signs_in(open_context, site):
    elsewhere = Elsewhere(site)
    elsewhere.do(KEYHOLDER)
    elsewhere.stop()
    page = open_context().new_page()
    # A passkey belongs to a name, not to a number.
    page.goto(site.url.replace("127.0.0.1", "localhost") + "/accounts/login/")
    keys = page.context.new_cdp_session(page)
    keys.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
    }
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    keys.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.get_by_label("User name or e-mail").fill("keyholder")
    page.get_by_label("Password").fill("keyholder-demo")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/partners/placements/"))
    page.goto(page.url.split("/partners/")[0] + "/accounts/2fa/webauthn/add/")
    if page.get_by_label("Password").count():
        page.get_by_label("Password").fill("keyholder-demo")
        page.get_by_role("button").last.click()
    page.locator("#id_name").fill("The desk’s laptop")
    page.locator("#id_passwordless").check()
    page.get_by_role("button", name=re.compile("Add")).click()
    page.wait_for_url(lambda url: not url.endswith("/add/"))
    page.context.clear_cookies()
    page.goto(page.url.split("/accounts/")[0] + "/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your placements")


def test_the_pages_of_keys_are_plain_to_read(open_context):
    page = open_context(viewport={"width": 320, "height": 700}).new_page()
    sign_in(page, "advertiser")
    page.goto("/accounts/2fa/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
