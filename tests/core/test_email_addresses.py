"""One inbox, however it is spelled."""

import pytest

from core.email_addresses import inbox


@pytest.mark.parametrize(
    ("address", "same"),
    [
        ("ada@readers.example", "ada@readers.example"),
        ("Ada+news@Readers.example", "ada@readers.example"),
        ("+@readers.example", "+@readers.example"),
        ("t.r.oll+7@gmail.com", "troll@gmail.com"),
        ("Troll@GoogleMail.com", "troll@gmail.com"),
        ("a.b@readers.example", "a.b@readers.example"),
        ("...@gmail.com", "...@gmail.com"),
    ],
)
def test_an_inbox_is_one_however_it_is_written(address, same):
    assert inbox(address) == same
