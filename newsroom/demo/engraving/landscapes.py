"""Land, sea and sky: hills, a tide, an eclipse."""

import itertools
import math
from dataclasses import dataclass
from random import Random

from newsroom.demo.engraving.sheet import BARE, STEP, Point, Sheet, clamp, even


@dataclass(frozen=True)
class Swell:
    """One of the sine waves that hills are made of."""

    waves: float
    phase: float
    height: float
    drift: float

    def at(self, across: float, near: float) -> float:
        return self.height * math.sin(
            self.waves * across * math.tau + self.phase + near * self.drift
        )


def terrain(sheet: Sheet, chance: Random) -> None:
    """Hills in profile, row before row, under a low sun."""
    height = sheet.height
    sheet.spot.disc((sheet.width * chance.uniform(0.25, 0.75), height * 0.32), height * 0.2)
    swells = [
        Swell(
            chance.uniform(0.5, 3.2),
            chance.uniform(0, math.tau),
            chance.uniform(0.3, 1),
            2.2 * (index + 1),
        )
        for index in range(5)
    ]
    rows = min(40, round(height / (2 * sheet.finest)))
    for row in range(round(rows * 1.3)):
        near = row / rows
        ridge = _ridge(sheet, swells, near)
        sheet.erase([*ridge, (sheet.width + STEP, height * 2), (-STEP, height * 2)])
        sheet.line.polygon(ridge + _underside(ridge, height / 700 * (1.2 + 5.4 * near) * 40 / rows))


def _ridge(sheet: Sheet, swells: list[Swell], near: float) -> list[Point]:
    """The skyline of a row: the nearer, the lower on the sheet and the steeper."""
    base, relief = sheet.height * (0.34 + 0.72 * near**1.35), sheet.height * (0.05 + 0.15 * near)
    points: list[Point] = []
    for x in range(-2 * STEP, sheet.width + 3 * STEP, STEP):
        rise = sum(swell.at(x / sheet.width, near) for swell in swells) / 2.4
        points.append((x, base - relief * (rise + 0.5)))
    return points


def _underside(ridge: list[Point], weight: float) -> list[Point]:
    """The lower edge of a ridge line, backwards: heavy where the ground falls, thin where it rises."""
    lower: list[Point] = []
    for (x, y), (next_x, next_y) in itertools.pairwise(ridge):
        slope = (next_y - y) / (next_x - x)
        lower.append((x, y + weight * clamp(0.42 + slope * 1.5, 0.08, 1.5)))
    return lower[::-1]


def tide(sheet: Sheet, chance: Random) -> None:
    """A heavy sea under a flat sky."""
    width, height = sheet.width, sheet.height
    phase = chance.uniform(0, math.tau)
    horizon = height * chance.uniform(0.42, 0.48)
    shore = horizon - height * 0.03

    def heave(x: float, y: float) -> float:
        near = clamp((y - shore) / (height * 0.6))
        long_wave = math.sin(x / width * 9 + phase + near * 7)
        short_wave = math.sin(x / width * 21 + near * 13)
        rise = clamp((y - shore) / (height * 0.03))
        return rise * height * (0.012 + 0.066 * near) * (long_wave + 0.35 * short_wave)

    def shade(x: float, y: float) -> float:
        if y < horizon:
            return 0.05 + 0.16 * y / height
        near = (y - horizon) / (height - horizon)
        crest = 0.5 + 0.5 * math.sin(x / width * 9 + phase + near * 7 + 1.1)
        return 0.30 + 0.48 * crest * (0.6 + 0.4 * near)

    skyline = [(x, horizon - heave(x, horizon)) for x in range(0, width + STEP, STEP)]
    sheet.spot.polygon([(0, 0), *skyline, (width, 0)])
    sheet.line.rule(shade, gap=sheet.gap(72), bend=heave)


def eclipse(sheet: Sheet, chance: Random) -> None:
    """A sun more than half covered, its rays heavier and lighter around it."""
    centre = (sheet.width * chance.uniform(0.36, 0.64), sheet.height * 0.5)
    radius = sheet.height * 0.27
    turn = chance.uniform(0, math.tau)
    rays = round(min(150.0, sheet.width / sheet.finest))
    for ray in range(rays):
        angle = ray / rays * math.tau
        spread = 150 / rays * 0.0165 * (0.55 + 0.45 * math.sin(angle * 5 + turn))
        near = [_polar(centre, radius * 1.12, angle + side * 0.004) for side in (-1, 1)]
        far = [_polar(centre, sheet.width * 1.1, angle + side * spread) for side in (1, -1)]
        sheet.line.polygon(near + far)
    sheet.spot.disc(centre, radius)
    crescent = sheet.line.blank()
    crescent.disc(centre, radius)
    crescent.disc((centre[0] - radius * 0.72, centre[1] - radius * 0.42), radius * 0.98, BARE)
    sheet.line.rule(even(0.86), gap=sheet.gap(90), within=crescent)


def _polar(centre: Point, distance: float, angle: float) -> Point:
    return centre[0] + distance * math.cos(angle), centre[1] + distance * math.sin(angle)
