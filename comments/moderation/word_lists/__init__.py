"""Word lists to begin a rule with, one text file for each language and kind of abuse: `en-threats.txt`.

They hold comments for a moderator and refuse none: words alone do not say who is meant.
"""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
LANGUAGES = {
    "en": "English",
    "de": "German",
    "es": "Spanish",
    "fr": "French",
    "pt": "Portuguese",
    "tr": "Turkish",
    "ar": "Arabic",
}
KINDS = {"threats": "Threats", "slurs": "Slurs", "insults": "Insults", "abuse": "Abuse"}
REASONS = {
    "threats": "It reads like a threat, and a moderator reads those first.",
    "slurs": "It holds a word that insults a group of people. A moderator reads it first.",
    "insults": "It holds an insult, and a moderator reads those first.",
    "abuse": "It holds an insult or a threat, and a moderator reads those first.",
}


@dataclass(frozen=True)
class WordList:
    key: str  # "en-threats"

    @property
    def language(self) -> str:
        return self.key.partition("-")[0]

    @property
    def kind(self) -> str:
        return self.key.partition("-")[2]

    @property
    def name(self) -> str:
        return f"{KINDS[self.kind]} ({LANGUAGES[self.language]})"

    @property
    def reason(self) -> str:
        return REASONS[self.kind]

    @property
    def words(self) -> str:
        return (FOLDER / f"{self.key}.txt").read_text(encoding="utf-8").strip()

    def as_rule(self, position: int) -> dict[str, object]:
        """The fields of a rule that holds what the list names."""
        return {
            "name": self.name,
            "kind": "words",
            "action": "hold",
            "reason": self.reason,
            "words": self.words,
            "position": position,
        }


def shipped() -> list[WordList]:
    """All lists, English first, then by the name of the language."""
    lists = [WordList(path.stem) for path in FOLDER.glob("*.txt")]
    kinds = list(KINDS)
    return sorted(
        lists,
        key=lambda each: (
            each.language != "en",
            LANGUAGES[each.language],
            kinds.index(each.kind),
        ),
    )
