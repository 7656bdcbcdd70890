"""What people put up: a colonnade, stacked blocks, the bars of a chart."""

import math
from dataclasses import dataclass
from random import Random

from newsroom.demo.engraving.sheet import BARE, INKED, Field, Plate, Point, Sheet, clamp, even


def columns(sheet: Sheet, chance: Random) -> None:
    """The front of a temple, or of a court, before a disc."""
    height = sheet.height
    count = chance.choice((5, 6, 7))
    front = min(sheet.width * 0.62, height * 1.15)
    left = (sheet.width - front) / 2
    disc_x = left + front * chance.uniform(0.25, 0.75)
    sheet.spot.disc((disc_x, height * 0.32), height * 0.26)
    sheet.line.rule(lambda x, y: 0.07 + 0.08 * y / height, gap=sheet.gap(80))
    _colonnade(sheet, left, front / count, count)
    _steps(sheet, left, front)
    _pediment(sheet, left, front, overhang=front / count * 0.4)


def _colonnade(sheet: Sheet, left: float, bay: float, count: int) -> None:
    top, bottom = sheet.height * 0.34, sheet.height * 0.80
    right = left + bay * count
    sheet.erase([(left, top), (right, top), (right, bottom), (left, bottom)])

    def shade(x: float, y: float) -> float:
        """Round columns lit from the left."""
        across = ((x - left) / bay % 1 - 0.5) / 0.38
        return 0.08 + 0.80 * math.pow(clamp(abs(across + 0.30) / 1.3), 1.5)

    porch, shafts = sheet.line.blank(), sheet.line.blank()
    porch.rectangle(left, top, right, bottom)
    for index in range(count):
        shafts.rectangle(left + bay * (index + 0.12), top, left + bay * (index + 0.88), bottom)
    sheet.line.rule(even(1.0), gap=sheet.gap(90), within=porch)
    sheet.line.rule(shade, gap=sheet.gap(90), within=shafts)
    thickness = sheet.height * 0.022
    for index in range(count):
        for y in (top + thickness, bottom - thickness):
            x = left + bay * (index + 0.06)
            _slab(sheet, x, y, x + bay * 0.88, y + thickness)


def _slab(sheet: Sheet, left: float, top: float, right: float, bottom: float) -> None:
    """A bare stone with an outline."""
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    sheet.erase(corners)
    sheet.line.path([*corners, corners[0], corners[1]], sheet.height / 300)


def _steps(sheet: Sheet, left: float, front: float) -> None:
    for step in range(3):
        top = sheet.height * (0.80 + 0.033 * step)
        overhang = sheet.height * (0.02 + 0.03 * step)
        _slab(sheet, left - overhang, top, left + front + overhang, top + sheet.height * 0.033)
        shadow = top + sheet.height * 0.033
        sheet.line.rectangle(
            left - overhang, shadow - sheet.height * 0.016, left + front + overhang, shadow
        )


def _pediment(sheet: Sheet, left: float, front: float, overhang: float) -> None:
    height = sheet.height
    top, weight = height * 0.34, height / 100
    middle = left + front / 2
    gable = [(left - overhang, top), (middle, top - height * 0.19), (left + front + overhang, top)]

    def shade(x: float, y: float) -> float:
        """Dark under the eaves."""
        eaves = top - height * 0.19 * (1 - abs(x - middle) / (front / 2 + overhang))
        return 0.12 + 0.55 * clamp(1 - (y - eaves) / (height * 0.07))

    roof = sheet.line.blank()
    roof.polygon(gable)
    sheet.erase(gable)
    sheet.line.rule(shade, gap=sheet.gap(90), within=roof)
    sheet.line.path([*gable, gable[0], gable[1]], weight)
    sheet.line.rectangle(gable[0][0], top - weight / 2, gable[2][0], top + height * 0.022)
    badge = (middle, top - height * 0.06)
    sheet.line.disc(badge, height * 0.038)
    sheet.line.disc(badge, height * 0.033, BARE)
    sheet.spot.disc(badge, height * 0.035)


@dataclass(frozen=True)
class Grid:
    """An isometric floor: `column` runs down to the right, `row` down to the left, `level` up."""

    x: float
    y: float
    side: float

    def at(self, column: float, row: float, level: float) -> Point:
        sideways = (column - row) * math.sqrt(3) / 2
        return self.x + sideways * self.side, self.y + ((column + row) / 2 - level) * self.side


def blocks(sheet: Sheet, chance: Random) -> None:
    """Cubes stacked on a square floor, some of their tops in colour."""
    height = sheet.height
    grid = Grid(sheet.width / 2, height * 0.70, height * chance.uniform(0.130, 0.138))
    places = [(column, row) for column in range(-2, 2) for row in range(-2, 2)]
    stacks = {place: chance.choice((0, 1, 1, 2, 2, 3)) for place in places}
    coloured = {place for place in places if (place[0] * 3 + place[1]) % 4 == 0}
    sheet.line.rule(lambda x, y: 0.07 + 0.10 * y / height, gap=sheet.gap(80))
    for place in sorted(places, key=sum):
        for level in range(stacks[place]):
            is_top = level == stacks[place] - 1
            _cube(sheet, grid, place, level, INKED if is_top and place in coloured else BARE)


def _cube(sheet: Sheet, grid: Grid, place: tuple[int, int], level: int, colour: int) -> None:
    column, row = place

    def corner(right: int, down: int, up: int) -> Point:
        return grid.at(column + right, row + down, level + up)

    top = [corner(0, 0, 1), corner(1, 0, 1), corner(1, 1, 1), corner(0, 1, 1)]
    left = [corner(0, 1, 1), corner(1, 1, 1), corner(1, 1, 0), corner(0, 1, 0)]
    right = [corner(1, 0, 1), corner(1, 1, 1), corner(1, 1, 0), corner(1, 0, 0)]
    for face in (top, left, right):
        sheet.erase(face)
    sheet.spot.polygon(top, colour)
    _hatch(sheet, left, 0.34)
    _hatch(sheet, right, 0.72)
    for face in (top, left, right):
        sheet.line.path([*face, face[0], face[1]], sheet.height / 320)


def _hatch(sheet: Sheet, face: list[Point], weight: float) -> None:
    """Rule a face with lines along its upper edge that fill `weight` of it."""
    (left, top), (right, right_top), _, (_, bottom) = face
    depth = bottom - top
    lines = round(depth / sheet.gap(95))
    for line in range(lines):
        down = depth * (line + 0.5) / lines
        sheet.line.path([(left, top + down), (right, right_top + down)], depth / lines * weight)


@dataclass(frozen=True)
class Bar:
    """A bar of the chart; it rises if it is no lower than the one before it."""

    left: float
    top: float
    right: float
    is_rising: bool

    def on(self, plate: Plate, base: float) -> None:
        plate.rectangle(self.left, self.top, self.right, base)


def bars(sheet: Sheet, chance: Random) -> None:
    """A bar chart: rising bars shaded from the left, falling ones dark, one in colour."""
    base = sheet.height * 0.84
    chart = _chart(sheet, base, chance)
    coloured = chance.choice(chart[len(chart) // 2 :])
    bay = chart[1].left - chart[0].left

    def shade(x: float, y: float) -> float:
        return 0.22 + 0.6 * clamp((((x - chart[0].left) / bay + 0.1) % 1 - 0.1) / 0.8)

    sheet.line.rule(even(0.07), gap=sheet.gap(80))
    rising = [bar for bar in chart if bar.is_rising or bar is coloured]
    falling = [bar for bar in chart if bar not in rising]
    _shade_bars(sheet, rising, base, shade, -math.pi / 4)
    _shade_bars(sheet, falling, base, even(0.78), math.pi / 4)
    coloured.on(sheet.spot, base)
    for top, thickness in ((base, 0.006), (base + sheet.height * 0.014, 0.003)):
        sheet.line.rectangle(0, top, sheet.width, top + sheet.height * thickness)


def _shade_bars(sheet: Sheet, chart: list[Bar], base: float, shade: Field, angle: float) -> None:
    mask = sheet.line.blank()
    for bar in chart:
        bar.on(mask, base)
    sheet.line.rule(shade, gap=sheet.gap(75), angle=angle, within=mask)
    for bar in chart:
        corners = [(bar.left, base), (bar.left, bar.top), (bar.right, bar.top), (bar.right, base)]
        sheet.line.path(corners, sheet.height / 240)


def _chart(sheet: Sheet, base: float, chance: Random, count: int = 11) -> list[Bar]:
    """Bars that rise unevenly, drawn so that the highest nearly fills the sheet."""
    values = [0.3 + 0.55 * index / count + chance.uniform(-0.14, 0.14) for index in range(count)]
    bay = sheet.width * 0.76 / count
    unit = sheet.height * 0.68 / max(values)
    chart: list[Bar] = []
    for index, value in enumerate(values):
        left = sheet.width * 0.12 + bay * (index + 0.1)
        is_rising = index > 0 and value >= values[index - 1]
        chart.append(Bar(left, base - value * unit, left + bay * 0.8, is_rising))
    return chart
