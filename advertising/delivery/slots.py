"""The named positions on our pages, and the picture sizes each needs (IAB fixed sizes, with their
weights).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    width: int
    height: int
    largest_kb: int

    @property
    def name(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def label(self) -> str:
        return f"{self.width}\u00a0×\u00a0{self.height}"


# IAB New Ad Portfolio 2017, initial load.
BILLBOARD = Size(970, 250, 250)
LEADERBOARD = Size(728, 90, 150)
RECTANGLE = Size(300, 250, 150)
PHONE_STRIP = Size(320, 50, 50)
# The picture of a sponsored article or press release.
STORY = Size(1280, 720, 1000)

SIZES = {size.name: size for size in (BILLBOARD, LEADERBOARD, RECTANGLE, PHONE_STRIP, STORY)}
SIZE_CHOICES = [(size.name, size.label) for size in SIZES.values()]


@dataclass(frozen=True)
class Slot:
    name: str
    label: str
    css_class: str
    # From the widest screen down: the last one is for phones.
    sizes: tuple[Size, ...]
    min_widths: tuple[str, ...]

    @property
    def smallest(self) -> Size:
        return self.sizes[-1]


TOP = Slot("top", "Top of the page", "ad--top", (LEADERBOARD, PHONE_STRIP), ("48rem",))
BILLBOARD_SLOT = Slot(
    "billboard", "Billboard", "ad--bill", (BILLBOARD, LEADERBOARD, RECTANGLE), ("64rem", "48rem")
)
RECTANGLE_SLOT = Slot("rectangle", "Rectangle, in and beside stories", "ad--mpu", (RECTANGLE,), ())

# A sponsored article or press release on its own page: nothing is chosen, everything is counted.
STORY_SLOT = "story"
# The paid place of a newsletter: its mails and the clicks in them are counted by the newsletter.
NEWSLETTER_SLOT = "newsletter"

SLOTS = {slot.name: slot for slot in (TOP, BILLBOARD_SLOT, RECTANGLE_SLOT)}
CHOICES = [(slot.name, slot.label) for slot in SLOTS.values()]


def label_of(name: str) -> str:
    """Return a position’s name in reports; that of a paid story is the story itself."""
    return SLOTS[name].label if name in SLOTS else name.capitalize()
