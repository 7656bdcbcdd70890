"""Addresses are told from other words by their checksums. The examples are those of the
specifications.
"""

import pytest

from core.fraud_signs import wallets

# EIP-55, BIP 173, BIP 350 and the first block of Bitcoin; Solana’s token program.
ADDRESSES = [
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbf03b407c01e7cd3cbea99509d93f8dddc8c6fb",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
    "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0",
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
    "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA",
]


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("text", ["{}", "Send to {}.", "(“{}”)", "thanks,{}\nbye"])
def test_an_address_is_found_wherever_it_stands(address, text):
    assert list(wallets.find(text.format(address))) == [address]


@pytest.mark.parametrize(
    "word",
    [
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD",  # one letter of the checksum
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe",  # one digit short
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed0",
        "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5",
        "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb",
        "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLz",
        "Donaudampfschiffahrtsgesellschaftskapitaen",
        "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b",  # a digest
        "https://finality.example/policy/nine-banks-agree-when-a-payment-is-over/",
        "",
    ],
)
def test_what_is_none_is_none(word):
    assert list(wallets.find(word)) == []
