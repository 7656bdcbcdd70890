"""Things on a ruled ground: a ball, a chain, a guilloche rosette, a keyhole."""

import math
from dataclasses import dataclass
from random import Random

from newsroom.demo.engraving.sheet import BARE, INKED, Plate, Point, Sheet, clamp, even

LIGHT = (-0.55, -0.58, 0.62)  # towards the lamp: left, up, out of the sheet


def lit(x: float, y: float, height: float) -> float:
    """How much light falls on a surface that faces (x, y, height)."""
    return clamp(x * LIGHT[0] + y * LIGHT[1] + height * LIGHT[2])


def orb(sheet: Sheet, chance: Random) -> None:
    """A ball, its shadow on the ground and a disc behind it."""
    height = sheet.height
    radius = height * chance.uniform(0.33, 0.39)
    centre_x, centre_y = (
        sheet.width * chance.uniform(0.40, 0.62),
        height * chance.uniform(0.48, 0.54),
    )
    disc_x = centre_x + radius * chance.choice((-0.75, 0.70))
    sheet.spot.disc((disc_x, centre_y - radius * 0.55), radius * 0.62)

    def depth(x: float, y: float) -> float:
        return math.sqrt(max(0.0, 1 - ((x - centre_x) ** 2 + (y - centre_y) ** 2) / radius**2))

    def ground(x: float, y: float) -> float:
        sideways, down = (
            (x - centre_x - radius * 0.45) / 1.35,
            (y - centre_y - radius * 1.04) / 0.16,
        )
        shadow = clamp(2 - 2 * math.hypot(sideways, down) / radius)
        return 0.07 + 0.09 * y / height + 0.8 * shadow

    def shade(x: float, y: float) -> float:
        out = depth(x, y)
        right, down = (x - centre_x) / radius, (y - centre_y) / radius
        from_ground = 0.5 * clamp(down - 0.5 - 0.4 * right)
        return 0.98 - 0.86 * lit(right, down, out) + 0.10 * clamp(0.7 - 1.2 * out) - from_ground

    ball = sheet.line.blank()
    ball.disc((centre_x, centre_y), radius)
    gap = sheet.gap(80)
    sheet.line.rule(ground, gap=gap)
    sheet.line.rule(shade, gap=gap, bend=lambda x, y: depth(x, y) ** 2 * radius * 0.20, within=ball)


@dataclass(frozen=True)
class Ring:
    """A link of the chain: a torus seen from above."""

    x: float
    y: float
    radius: float
    thickness: float

    def section(self, x: float, y: float) -> float:
        """Where a point is across the ring: -1 on its inner edge, 0 on its crest, 1 on its outer edge."""
        return clamp((math.hypot(x - self.x, y - self.y) - self.radius) / self.thickness, -1, 1)

    def shade(self, x: float, y: float) -> float:
        out = math.hypot(x - self.x, y - self.y) or 1.0
        section = self.section(x, y)
        light = lit(
            (x - self.x) / out * section, (y - self.y) / out * section, math.sqrt(1 - section**2)
        )
        return 0.98 - 0.95 * light

    def bend(self, x: float, y: float) -> float:
        return (1 - self.section(x, y) ** 2) * self.thickness * 0.42

    def outline(self, plate: Plate, margin: float = 0.0) -> Plate:
        ring = plate.blank()
        ring.disc((self.x, self.y), self.radius + self.thickness + margin)
        ring.disc((self.x, self.y), self.radius - self.thickness - margin, BARE)
        return ring


def chain(sheet: Sheet, chance: Random) -> None:
    """Three linked rings half in a flat field of colour."""
    radius = min(sheet.height * 0.285, sheet.width * 0.17)
    drop = radius * chance.choice((-0.18, 0.18))
    rings = [
        Ring(
            sheet.width / 2 + place * radius * 1.38,
            sheet.height / 2 + side * drop,
            radius,
            radius * 0.22,
        )
        for place, side in ((-1, -1), (0, 1), (1, -1))
    ]
    level = sheet.height * chance.uniform(0.56, 0.66)
    sheet.spot.rectangle(0, level, sheet.width, sheet.height)
    sheet.line.rule(even(0.09), gap=sheet.gap(80))
    left, middle, right = rings
    for ring in (middle, left, right):
        _lay(sheet, ring)
    _lay(sheet, middle, bottom=sheet.height / 2)


def _lay(sheet: Sheet, ring: Ring, bottom: float | None = None) -> None:
    """Engrave a ring over what is there, with a hairline of bare stock around it; only down to `bottom` if given."""
    masks = [ring.outline(sheet.line, margin) for margin in (sheet.height / 240, 0.0)]
    for mask in masks:
        if bottom is not None:
            mask.rectangle(0, bottom, mask.width, mask.height, BARE)
    halo, body = masks
    sheet.line.wipe(halo)
    sheet.line.rule(ring.shade, gap=sheet.gap(80), bend=ring.bend, within=body)


@dataclass(frozen=True)
class Band:
    """One ring of a rosette, its measures in sheet heights."""

    radius: float
    swing: float
    petals: int
    strands: int
    value: int = INKED


BANDS = (
    Band(0.92, 0.10, 40, 8, 90),
    Band(0.66, 0.10, 30, 8, 140),
    Band(0.43, 0.085, 18, 9),
    Band(0.30, 0.075, 12, 9),
    Band(0.17, 0.06, 9, 8),
)


def rosette(sheet: Sheet, chance: Random) -> None:
    """A guilloche, as on the back of a banknote."""
    guilloche(sheet, (sheet.width * chance.uniform(0.42, 0.58), sheet.height / 2), chance)


def guilloche(sheet: Sheet, centre: Point, chance: Random) -> None:
    lobes = chance.choice((3, 3, 4, 5))
    turn, twist = chance.uniform(0, math.tau), chance.uniform(-1.5, 1.5)
    sheet.spot.disc(centre, sheet.height * 0.2)
    for index, band in enumerate(BANDS):
        for strand in range(band.strands):
            phase = strand / band.strands * math.tau
            points = _strand(band, phase, lobes, turn + index * twist)
            curve = [
                (centre[0] + x * sheet.height, centre[1] + y * sheet.height) for x, y in points
            ]
            sheet.line.path(curve, max(sheet.height / 600, sheet.finest / 7), band.value)


def _strand(band: Band, phase: float, lobes: int, turn: float) -> list[Point]:
    """A circle whose radius swings `petals` times a round, in `lobes` larger and smaller swells."""
    points: list[Point] = []
    for degree in range(721):
        angle = math.radians(degree / 2)
        swell = 0.65 + 0.35 * math.sin(lobes * angle + turn)
        radius = band.radius + band.swing * math.sin(band.petals * angle + phase) * swell
        points.append((radius * math.cos(angle), radius * math.sin(angle)))
    return points


def keyhole(sheet: Sheet, chance: Random) -> None:
    """A keyhole at the middle of rings like those on water."""
    height = sheet.height
    centre_x, centre_y = sheet.width * chance.uniform(0.42, 0.58), height * 0.43
    waves = chance.uniform(30, 38)

    def shade(x: float, y: float) -> float:
        out = math.hypot(x - centre_x, y - centre_y - height * 0.08) / height
        return 0.32 + 0.5 * (0.5 + 0.5 * math.sin(out * waves - 1.2)) * clamp(1.25 - out)

    def ripple(x: float, y: float) -> float:
        return height * 0.018 * math.sin(math.hypot(x - centre_x, y - centre_y) / height * waves)

    gap = sheet.gap(80)
    sheet.line.rule(shade, gap=gap, bend=ripple)
    hole = sheet.line.blank()
    for plate in (hole, sheet.spot):
        _keyhole_shape(plate, (centre_x, centre_y), height * 0.15)
    sheet.line.rule(even(0.08), gap=gap, within=hole)


def _keyhole_shape(plate: Plate, centre: Point, radius: float) -> None:
    x, y = centre
    foot, neck, bottom = radius * 0.95, radius * 0.42, y + radius * 2.67
    plate.disc(centre, radius)
    plate.polygon([(x - neck, y), (x + neck, y), (x + foot, bottom), (x - foot, bottom)])
