"""The sheet a picture is engraved on: a plate for the lines, a plate for the spot colour, and their printing."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from PIL import Image, ImageColor, ImageDraw

Point = tuple[float, float]
Field = Callable[[float, float], float]

SCALE = 3  # plates are cut this many times larger than the print, which smooths every edge
INKED = 255
BARE = 0
STEP = 2 * SCALE  # between two samples along a ruled line
THINNEST = 0.2  # half the weight below which a line is not cut
DARKEST = 0.92  # the share of its gap that the heaviest line fills
OFF_GRID = (
    0.25  # lines lie beside the pixels’ middles, so that they thicken by one pixel, not by two
)


@dataclass(frozen=True)
class Palette:
    """The stock, the one ink of the lines and the flat spot colour."""

    stock: str
    line: str
    spot: str

    def inverted(self) -> Self:
        """The same inks on dark stock, the spot a quarter of the way to it."""
        shades = zip(ImageColor.getrgb(self.spot), ImageColor.getrgb(self.line), strict=True)
        spot = "#" + "".join(f"{round(0.75 * light + 0.25 * dark):02x}" for light, dark in shades)
        return type(self)(stock=self.line, line=self.stock, spot=spot)


def clamp(value: float, low: float = 0.0, high: float = 1.0) -> float:
    return min(max(value, low), high)


def even(value: float) -> Field:
    return lambda x, y: value


FLAT = even(0.0)


class Plate:
    """A surface that takes one ink, from BARE to INKED."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.image = Image.new("L", (width, height), BARE)
        self._draw = ImageDraw.Draw(self.image)

    def blank(self) -> Self:
        return type(self)(self.width, self.height)

    def disc(self, centre: Point, radius: float, value: int = INKED) -> None:
        x, y = centre
        self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=value)

    def rectangle(
        self, left: float, top: float, right: float, bottom: float, value: int = INKED
    ) -> None:
        self._draw.rectangle((left, top, right, bottom), fill=value)

    def polygon(self, points: list[Point], value: int = INKED) -> None:
        self._draw.polygon(points, fill=value)

    def path(self, points: list[Point], width: float, value: int = INKED) -> None:
        self._draw.line(points, fill=value, width=max(1, round(width)), joint="curve")

    def wipe(self, within: "Plate") -> None:
        self.image.paste(BARE, mask=within.image)

    def rule(
        self,
        tone: Field,
        *,
        gap: float,
        bend: Field = FLAT,
        angle: float = 0.0,
        within: "Plate | None" = None,
    ) -> None:
        """Rule parallel lines `gap` apart: `tone` (0 to 1) makes them heavier, `bend` lifts them aside.

        `within` is a plate whose inked part is ruled; what was there before is wiped.
        """
        area = within.image.getbbox() if within else (0, 0, self.width, self.height)
        if area is None:
            return
        target = self.blank() if within else self
        across = (math.sin(angle), -math.cos(angle))
        for points in self._lines(area, gap, angle):
            stroke = ((x, y, bend(x, y), gap * DARKEST * clamp(tone(x, y)) / 2) for x, y in points)
            target._cut(stroke, across)
        if within:
            self.image.paste(target.image.crop(area), area, within.image.crop(area))

    def _lines(
        self, area: tuple[int, int, int, int], gap: float, angle: float
    ) -> Iterator[list[Point]]:
        """Sample the lines that cross `area`. All rulings of a plate hang on its centre, so they join."""
        left, top, right, bottom = area
        centre_x, centre_y = self.width / 2, self.height / 2
        cosine, sine = math.cos(angle), math.sin(angle)
        corners = [(x - centre_x, y - centre_y) for x in (left, right) for y in (top, bottom)]
        lengths = [x * cosine + y * sine for x, y in corners]
        heights = [y * cosine - x * sine for x, y in corners]
        slack = self.height / 8
        for line in range(
            math.floor((min(heights) - slack) / gap), math.ceil((max(heights) + slack) / gap) + 1
        ):
            height = line * gap + OFF_GRID
            samples = range(math.floor(min(lengths) / STEP) - 1, math.ceil(max(lengths) / STEP) + 2)
            yield [
                (
                    centre_x + sample * STEP * cosine - height * sine,
                    centre_y + sample * STEP * sine + height * cosine,
                )
                for sample in samples
            ]

    def _cut(self, stroke: Iterable[tuple[float, float, float, float]], across: Point) -> None:
        """Cut a line of (x, y, how far aside, half its weight), lifting the tool where it has no weight."""
        upper: list[Point] = []
        lower: list[Point] = []
        for x, y, aside, half in stroke:
            if half < THINNEST:
                self._fill_between(upper, lower)
                upper, lower = [], []
                continue
            upper.append((x + (aside + half) * across[0], y + (aside + half) * across[1]))
            lower.append((x + (aside - half) * across[0], y + (aside - half) * across[1]))
        self._fill_between(upper, lower)

    def _fill_between(self, upper: list[Point], lower: list[Point]) -> None:
        if len(upper) > 1:
            self.polygon(upper + lower[::-1])


class Sheet:
    """Paper of `size` pixels with its two plates, whose own measures are SCALE times larger."""

    def __init__(self, size: tuple[int, int], finest: float = 8.0) -> None:
        """`finest` is the smallest gap between two ruled lines, in printed pixels."""
        self.size = size
        self.finest = finest * SCALE
        self.width, self.height = size[0] * SCALE, size[1] * SCALE
        self.line = Plate(self.width, self.height)
        self.spot = Plate(self.width, self.height)

    def gap(self, lines: float) -> int:
        """The gap for so many lines on the sheet, in whole printed pixels: equal lines print equally."""
        return SCALE * round(max(self.height / lines, self.finest) / SCALE)

    def erase(self, points: list[Point]) -> None:
        self.line.polygon(points, BARE)
        self.spot.polygon(points, BARE)

    def printed(self, palette: Palette, density: int = 1) -> Image.Image:
        """`density` is the number of pixels for one of the sheet’s: 2 for screens that show that many."""
        size = (self.size[0] * density, self.size[1] * density)
        picture = Image.new("RGB", size, palette.stock)
        picture.paste(palette.spot, mask=reduced(self.spot.image, size))
        picture.paste(palette.line, mask=reduced(self.line.image, size))
        return picture


def reduced(plate: Image.Image, size: tuple[int, int]) -> Image.Image:
    return plate.resize(size, Image.Resampling.BOX)
