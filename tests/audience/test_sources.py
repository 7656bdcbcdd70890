"""Where readers come from, by what their browsers name."""

import pytest

from audience.sources import source_of

HERE = "finality.example"


@pytest.mark.parametrize(
    ("referrer", "query", "group", "host", "campaign"),
    [
        ("", "", "direct", "", ""),
        ("https://www.google.co.uk/search?q=x", "", "search", "google.co.uk", ""),
        ("https://duckduckgo.com/", "", "search", "duckduckgo.com", ""),
        ("https://t.co/abc", "", "social", "X", ""),
        ("https://old.reddit.com/r/x", "", "social", "Reddit", ""),
        ("https://out.facebook.com/", "", "social", "Facebook", ""),
        ("android-app://org.telegram.messenger/", "", "site", "org.telegram.messenger", ""),
        ("https://mail.google.com/", "", "newsletter", "mail.google.com", ""),
        ("https://notgoogle.com/", "", "site", "notgoogle.com", ""),
        ("https://finality.example/markets/", "", "inside", "", ""),
        ("https://www.finality.example/", "", "inside", "", ""),
        ("https://blog.example:8443/x", "", "site", "blog.example", ""),
        ("https://[broken", "", "direct", "", ""),
        ("javascript:x", "", "direct", "", ""),
        ("", "utm_source=Daily&utm_medium=email", "newsletter", "", "daily / email"),
        ("", "utm_source=newsletter", "newsletter", "", "newsletter"),
        ("", "utm_source=acme&utm_medium=cpc&utm_campaign=May", "site", "", "acme / cpc / may"),
        ("https://t.co/a", "utm_source=x", "social", "X", "x"),
        ("", "utm_source=dee%40mail.example", "direct", "", ""),
        ("", "%&=&&utm_source=%ff%00a", "site", "", "� a"),
    ],
)
def test_a_referrer_and_a_campaign(referrer, query, group, host, campaign):
    found = source_of(referrer, query, HERE)
    assert (found.group, found.host, found.campaign) == (group, host, campaign)


def test_words_are_never_longer_than_a_line():
    found = source_of("https://" + "a" * 3000 + ".example/", "utm_source=" + "b" * 5000, HERE)
    assert max(len(found.host), len(found.campaign)) <= 80
