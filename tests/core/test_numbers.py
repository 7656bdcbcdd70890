import pytest

from core.numbers import LARGEST_KEY, KeyConverter, whole_number


@pytest.mark.parametrize("text", ["0", "7", "007", str(LARGEST_KEY)])
def test_plain_digits_are_a_number(text):
    assert whole_number(text) == int(text)
    assert KeyConverter().to_python(text) == int(text)


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "1.0", "1e3", " 1", "١", "²", str(LARGEST_KEY + 1), "9" * 40, "0x1"]
)
def test_anything_else_is_none(text):
    assert whole_number(text) is None
    with pytest.raises(ValueError, match="no key"):
        KeyConverter().to_python(text)


def test_a_bound_of_its_own():
    assert whole_number("12", most=12) == 12
    assert whole_number("13", most=12) is None
