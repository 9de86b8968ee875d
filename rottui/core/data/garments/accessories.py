"""Shoes, drawn from the side with the toe on the left, and bags."""

from __future__ import annotations

from rottui.core.data.garments.sketch import CENTRE, Dice, Point, Sketch, arc

C = CENTRE


def sneaker(sketch: Sketch, dice: Dice) -> None:
    """Low, with a thick sole, laces, a toe cap and a stripe on its side."""
    height = dice.between(9.2, 14.5)
    ground = C + height / 2
    top = C - height / 2
    sole = dice.between(1.4, 2.6)
    vamp = dice.between(9.6, 12.4)
    toe = ground - sole - dice.between(2.6, 3.8)
    upper = ground - sole + 0.3
    heel = top + dice.between(-0.4, 1.4)
    sketch.area(
        [(1.6, upper), (1.4, toe + 1.2), (2.8, toe), (6, toe - 0.6), (vamp, top + 2.6),
         (vamp + 3.4, top), (vamp + 5.4, top + 1.2), (22, heel + 2.0), (24.6, heel),
         (26.2, heel + 0.8), (26.4, upper)],
    )  # fmt: skip
    sketch.area(
        [(0.8, upper - 0.5), (26.8, upper - 0.6), (27, ground - 0.4), (25.4, ground),
         (3, ground), (1, ground - 0.6)],
        dice.between(0.3, 0.7) if dice.chance(0.4) else dice.between(1.1, 1.27),
        cloth=0,
    )  # fmt: skip
    sketch.line([(0.9, upper - 0.2), (26.8, upper - 0.3)], 0.4, 0.45)
    if dice.chance(0.6):
        cap = [(1.4, upper), (1.3, toe + 1.2), (2.8, toe), (5.2, toe - 0.4), (6.4, upper)]
        sketch.area(cap, dice.between(0.6, 1.25), cloth=0.2)
    lining = [(vamp + 3.2, top + 0.3), (vamp + 5.4, top + 1.4), (22, heel + 2.2),
              (24.4, heel + 0.3), (22, heel + 0.8), (vamp + 5, top + 0.2)]  # fmt: skip
    sketch.area(lining, 0.25, cloth=0)
    lace = 1.27 if dice.chance(0.6) else 0.3
    for k in range(4):
        x = 7.0 + (vamp + 2.6 - 7.0) * k / 3
        y = toe - 0.4 + (top + 1.6 - toe) * k / 3
        sketch.line([(x, y - 0.3), (x + 1.7, y + 1.6)], 0.6, lace)
    stripe = dice.between(0.25, 0.6) if dice.chance(0.5) else 1.25
    if dice.chance(0.5):
        sketch.line([(10, upper - 0.6), (15, upper - 2.4), (23.5, heel + 3.4)], 1.1, stripe)
    elif dice.chance(0.7):
        for k in range(3):
            x = 12.5 + 2.4 * k
            sketch.line([(x, upper - 0.6), (x + 2.2, top + 3.6)], 0.8, stripe)


def ankle_boot(sketch: Sketch, dice: Dice) -> None:
    """A high shaft over the heel; flat, on a block or on a thin heel; zip, strap or laces."""
    height = dice.between(19, 26)
    ground, top = C + height / 2, C - height / 2
    heel = dice.between(0.4, 4.6)
    sole = dice.between(0.7, 1.6)
    front = dice.between(11.0, 14.5)
    toe = ground - sole - dice.between(2.4, 4.2)
    floor = ground - sole
    back = floor - heel
    lean = dice.between(-1.2, 0.8)
    sketch.area(
        [(1.8, floor), (1.4, toe + 1.4), (3, toe), (7, toe - 1.6), (front - 1, back - 7),
         (front + lean, top), (25 + lean, top + dice.between(-0.6, 1.4)), (24.6, back - 6),
         (25.6, back - 2), (25.2, back), (17.5, back + 0.4), (11, floor)],
    )  # fmt: skip
    tone = dice.between(0.35, 0.75) if dice.chance(0.7) else 1.2
    sketch.area([(1.3, floor - 0.3), (11, floor - 0.3), (11.2, ground), (1.6, ground)], tone, 0)
    sketch.area(
        [(10.8, floor - 0.4), (17.5, back), (25.3, back - 0.3), (25.2, back + sole),
         (17.6, back + sole), (11, ground)],
        tone,
        cloth=0,
    )  # fmt: skip
    thick = dice.between(1.4, 6.0)
    sketch.area(
        [(25.4 - thick, back), (25.3, back), (24.9, ground), (25.6 - thick, ground)], tone, 0
    )
    closing = dice.between(0, 1)
    if closing < 0.3:
        zipper = [(front + 6.4 + lean, top + 0.8), (front + 5.6, back - 3.6)]
        sketch.line(zipper, 0.6, 1.25 if dice.chance(0.4) else 0.4)
    elif closing < 0.55:
        for k in range(5):
            y = top + 2 + (back - 5.5 - top) * k / 4
            sketch.line([(front - 0.6, y), (front + 2.2, y + 0.5)], 0.6, 1.27)
    elif closing < 0.8:
        gore = [(front + 4 + lean, top), (front + 8 + lean, top), (front + 6.8, back - 5)]
        sketch.area(gore, dice.between(0.3, 0.7), cloth=0)
    if dice.chance(0.35):
        y = back - dice.between(4.6, 6.4)
        sketch.line([(front - 1.6, y), (25, y - 0.8)], 0.9, dice.between(0.35, 0.6))
    sketch.line([(front + lean + 0.2, top + 0.5), (25 + lean, top + 0.7)], 0.6, 0.6)


def sandal(sketch: Sketch, dice: Dice) -> None:
    """A thin sole, flat or on a heel, and straps with air between them."""
    flat = dice.chance(0.5)
    rise = dice.between(0.0, 1.2) if flat else dice.between(3.5, 11)
    collar = dice.between(5.5, 9.0)
    height = rise + (collar if dice.chance(0.75) else 4.5)
    ground = C + height / 2
    back = ground - rise
    thick = dice.between(0.9, 2.2)
    ball = dice.between(9, 11.5)
    sole: list[Point] = [
        (0.8, ground - 1.0),
        (ball, ground - 1.0),
        (19, back - 1),
        (27, back - 1.3),
    ]
    floor = ground + thick - 0.8
    if flat or dice.chance(0.4):  # the sole goes down to the ground
        under: list[Point] = [(26.6, floor), (ball, floor), (1.2, floor - 0.4)]
        sketch.area([*sole, *under], dice.between(0.55, 1.1), cloth=0.5)
    else:
        under = [(26.8, back + thick), (19, back + thick), (ball, floor), (1.2, floor - 0.4)]
        sketch.area([*sole, *under], dice.between(0.55, 1.1), cloth=0.5)
        block = dice.between(0.9, 3.4)
        leg = [(26.6 - block, back), (26.6, back), (26.2, floor), (26.4 - block * 0.8, floor)]
        sketch.area(leg, 0.8, cloth=0)
    sketch.line(sole, 0.5, 1.2)
    tone = dice.between(0.8, 1.2)
    width = dice.between(0.9, 2.0)
    high = ground - dice.between(4.4, 6.2)
    if dice.chance(0.45):  # one broad band over the toes
        band = [
            (3.4, ground - 0.8),
            (5.4, high + 1.2),
            (8.6, high),
            (11.6, ground - 1 - rise * 0.15),
        ]
        sketch.area(band, tone)
        sketch.area([(6.4, ground - 1), (7.6, high + 2.6), (9.2, ground - 1)], 0.0, cloth=0)
    else:  # crossing straps
        first = dice.between(8.5, 11)
        sketch.line([(3.2, ground - 0.8), (first, high), (14.5, back - 0.8)], width, tone)
        sketch.line([(9.2, ground - 1), (first - 2.6, high + 0.8)], width, tone)
    if dice.chance(0.75):
        ankle = back - collar
        sketch.line([(26.4, back - 1.2), (25.6, ankle + 1.6), (18.6, ankle + 1.0)], width, tone)
        sketch.line([(18.6, ankle + 0.8), (20.6, ankle + 2.8), (25.8, ankle + 1.2)], width, tone)
        sketch.dot(19.0, ankle + 1.2, 0.8, 1.27)
        if dice.chance(0.5):
            sketch.line([(18.6, ankle + 1.4), (10, high + 0.6)], width * 0.8, tone)
    elif dice.chance(0.5):
        sketch.line([(26, back - 1.2), (22.5, back - 4.6), (16, back - 2)], width, tone)


def bag(sketch: Sketch, dice: Dice) -> None:
    """A wide body under a handle or a shoulder strap, or a clutch without; flap, clasp, seams."""
    half = dice.between(8.5, 12.8)
    body = dice.between(9.5, 15.5)
    handle = dice.between(0, 1)
    rise = dice.between(4.5, 9.0) if handle < 0.8 else 0.0
    top = C - (body + rise) / 2 + rise
    bottom = top + body
    slant = dice.between(-2.4, 1.6)
    thick = dice.between(0.7, 1.9)
    tone = dice.between(0.7, 1.15)
    if handle < 0.5:
        grip = half * dice.between(0.4, 0.85)
        sketch.line(arc((C, top + 0.6), (grip, rise), 180, 360, 13), thick, tone)
        if dice.chance(0.4):
            inner = arc((C, top + 0.6), (grip * 0.78, rise * 0.7), 180, 360, 11)
            sketch.line(inner, thick * 0.8, 0.7)
    elif handle < 0.8:
        side = half * 0.95 + slant
        peak = dice.between(-3.0, 3.0)
        sketch.line([(C - side, top + 1), (C + peak, top - rise), (C + side, top + 1)], 0.8, tone)
    sketch.mirrored(
        [(C + half + slant, top), (C + half, (top + bottom) / 2), (C + half, bottom - 1.6),
         (C + half - 1.4, bottom)],
    )  # fmt: skip
    if dice.chance(0.55):
        edge = top + body * dice.between(0.3, 0.65)
        flap: list[Point] = [
            (C + half + slant, top - 0.1),
            (C + half * 0.96, edge - 1.6),
            (C + half * 0.5, edge),
        ]
        sketch.mirrored(flap, dice.between(0.6, 1.25))
        sketch.lines([flap[1], flap[2], (C, edge)], 0.6, 0.45)
        sketch.dot(C, edge - 0.4, dice.between(0.6, 1.2), 1.27 if dice.chance(0.6) else 0.3)
    else:
        sketch.line([(C - half, top + 1.4), (C + half, top + 1.4)], 0.6, 0.5)
        if dice.chance(0.5):
            y = top + body * 0.4
            sketch.line([(C - half * 0.6, y), (C + half * 0.6, y)], 0.5, 0.5)
    if dice.chance(0.4):
        x = half * dice.between(0.5, 0.8)
        sketch.lines([(C + x, top), (C + x, bottom)], 0.6, 0.6)
