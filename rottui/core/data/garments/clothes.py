"""The six garments that are worn on the body, drawn upright: neck or waist on top."""

from __future__ import annotations

from rottui.core.data.garments.sketch import CENTRE, Dice, Point, Sketch, arc

C = CENTRE


def t_shirt(sketch: Sketch, dice: Dice) -> None:
    """Short sleeves that stand off, a round or V neck, a straight hem."""
    body = dice.between(5.6, 7.6)
    reach = dice.between(2.2, 5.6)
    drop = dice.between(6.5, 9.5)
    neck = dice.between(2.4, 3.6)
    hem = body + dice.between(-0.4, 0.9)
    bottom = dice.between(24.5, 27)
    shoulder = body + dice.between(0.0, 0.8)
    outline: list[Point] = [
        (C + neck, 1.6),
        (C + shoulder, 3.2),
        (C + body + reach, drop),
        (C + body + reach - 2.4, drop + 2.4),
        (C + body, drop + 0.4),
        (C + hem, bottom),
    ]
    sketch.mirrored(outline)
    sketch.lines([(C + shoulder - 0.3, 3.4), (C + body - 0.1, drop + 0.2)], 0.5, 0.72)
    _neck(sketch, dice, neck, 1.4)
    if dice.chance(0.4):
        _print(sketch, dice)


def shirt(sketch: Sketch, dice: Dice) -> None:
    """A pointed collar, a row of buttons, sleeves long or rolled, a curved hem."""
    body = dice.between(5.4, 6.8)
    bottom = dice.between(25, 27)
    neck = dice.between(2.0, 2.8)
    long = dice.chance(0.7)
    spread = dice.between(2.2, 4.4)
    wrist = dice.between(19.5, 24) if long else dice.between(10, 12.5)
    _sleeves(sketch, body, spread if long else spread + 1.4, wrist, width=2.7, cuff=0.8)
    hem = arc((C, bottom - 1.8), (body, 2.0), 0, 90, 6)
    sketch.mirrored([(C + neck, 2.2), (C + body + 0.5, 4.2), (C + body - 0.3, 11), *hem])
    sketch.lines([(C + body + 0.3, 4.4), (C + body - 0.4, 11.5)], 0.5, 0.6)
    gap = dice.between(3.4, 5.0)
    sketch.area([(C - neck, 2.0), (C + neck, 2.0), (C, 2.6 + gap * 0.55)], 0.25, 0)
    collar = dice.between(1.08, 1.25)
    sketch.pair(
        [(C + neck - 0.5, 0.9), (C + neck + 1.2, 2.8), (C + 2.0, 2.2 + gap), (C + 0.1, 3.9)],
        collar,
        0.4,
    )
    sketch.lines([(C + neck + 1.2, 2.9), (C + 2.0, 2.4 + gap), (C + 0.1, 4.1)], 0.45, 0.5)
    sketch.line([(C + 0.7, 4.5), (C + 0.7, bottom)], 0.4, 0.62)
    tone = 0.2 if dice.chance(0.6) else 1.27
    step = dice.between(3.2, 4.2)
    for k in range(5):
        sketch.dot(C - 0.2, 7.6 + step * k, 0.45, tone)
    if dice.chance(0.5):
        x, y = C + body * 0.5, dice.between(9.4, 10.6)
        sketch.line([(x - 1.4, y), (x + 1.4, y), (x + 1.4, y + 3), (x, y + 3.6)], 0.4, 0.65)
        sketch.line([(x - 1.4, y), (x - 1.4, y + 3), (x, y + 3.6)], 0.4, 0.65)


def pullover(sketch: Sketch, dice: Dice) -> None:
    """Long sleeves along the body, a close neck, ribs at neck, cuffs and hem."""
    body = dice.between(5.6, 7.2)
    bottom = dice.between(23.5, 26.6)
    neck = dice.between(2.2, 3.2)
    spread = dice.between(2.0, 4.6)
    cuff = dice.between(0.62, 0.85)
    _sleeves(sketch, body, spread, dice.between(21.5, 25.5), width=3.2, cuff=cuff)
    sketch.mirrored(
        [(C + neck, 2.2), (C + body + 0.8, 4.4), (C + body - 0.2, 12), (C + body, bottom - 2)]
    )
    sketch.mirrored([(C + body, bottom - 2.1), (C + body - 0.7, bottom)], cuff, 0.3)
    sketch.lines([(C + body + 0.6, 5), (C + body - 0.2, 12), (C + body, bottom - 2)], 0.55, 0.42)
    high = dice.chance(0.3)
    if high:
        sketch.mirrored([(C + neck, 0.4), (C + neck + 0.5, 3.2), (C + 1, 3.9)], cuff, 0.3)
    else:
        _neck(sketch, dice, neck, 1.9)


def coat(sketch: Sketch, dice: Dice) -> None:
    """Long, with lapels, an open front edge, large buttons, pockets and a flaring hem."""
    body = dice.between(5.6, 6.8)
    hem = body + dice.between(0.4, 2.0)
    bottom = dice.between(26.4, 27.8)
    neck = dice.between(2.2, 3.0)
    _sleeves(sketch, body, dice.between(1.6, 3.4), dice.between(20, 23.5), width=3.3, cuff=0.8)
    sketch.mirrored(
        [(C + neck, 1.6), (C + body + 0.9, 3.8), (C + body - 0.4, 12.5), (C + hem, bottom)]
    )
    sketch.lines([(C + body + 0.6, 4.6), (C + body - 0.5, 12.5), (C + hem, bottom)], 0.5, 0.4)
    depth = dice.between(9, 13)
    inner = dice.between(0.1, 0.45)
    sketch.mirrored([(C + neck, 1.4), (C, depth)], inner, 0)
    sketch.pair(
        [(C + neck, 0.8), (C + neck + 2.4, 4.6), (C + 3.4, 6.6), (C + 0.2, depth), (C + 1.6, 4)],
        dice.between(1.02, 1.2),
        0.6,
    )
    sketch.lines([(C + neck + 2.4, 4.6), (C + 3.4, 6.6), (C + 0.2, depth)], 0.45, 0.5)
    opening = dice.between(0.4, 1.1)
    sketch.line([(C, depth), (C + 0.2, bottom)], opening, 0.25)
    tone = 0.2 if dice.chance(0.5) else 1.27
    double = dice.chance(0.45)
    for k in range(3):
        y = depth + 1.4 + 3.4 * k
        sketch.dot(C + 2.0, y, 0.6, tone)
        if double:
            sketch.dot(C - 2.0, y, 0.6, tone)
    y = dice.between(17.5, 19.5)
    sketch.lines([(C + 3.0, y), (C + 5.6, y - 0.5)], 0.7, 0.45)


def dress(sketch: Sketch, dice: Dice) -> None:
    """Slender above, a waist, a skirt that widens; sleeveless, strapped or short-sleeved."""
    chest = dice.between(3.2, 5.0)
    waist = chest - dice.between(0.3, 1.0)
    skirt = dice.between(4.4, 8.6)
    bottom = dice.between(25.5, 27.8)
    middle = dice.between(9.6, 12.0)
    strap = chest - dice.between(0.9, 1.4)
    if dice.chance(0.4):
        sleeve = dice.between(1.8, 3.2)
        sketch.pair(
            [(C + strap, 1.4), (C + chest + sleeve, 6.2), (C + chest + sleeve - 1.6, 7.6),
             (C + chest - 0.3, 6)],
        )  # fmt: skip
    knee = middle + (bottom - middle) * 0.5
    flare = waist + (skirt - waist) * dice.between(0.4, 0.75)
    sketch.mirrored(
        [(C + strap - 0.9, 0.8), (C + strap + 0.3, 0.8), (C + chest, 5.6), (C + waist, middle),
         (C + flare, knee), (C + skirt, bottom)],
    )  # fmt: skip
    dip = dice.between(2.6, 5.4)
    sketch.mirrored([(C + strap - 0.9, 0.4), (C + strap - 1.2, dip - 0.6), (C, dip)], 0, 0)
    if dice.chance(0.6):
        sketch.line([(C - waist, middle), (C + waist, middle)], 0.9, dice.between(0.35, 0.7))
    for k in (-1, 0, 1):
        if dice.chance(0.6):
            sketch.line([(C + k, middle + 1), (C + k * skirt * 0.6, bottom - 0.4)], 0.45, 0.7)


def trouser(sketch: Sketch, dice: Dice) -> None:
    """A waistband and two legs with a gap between them."""
    waist = dice.between(3.6, 5.2)
    hip = waist + dice.between(0.3, 1.2)
    crotch = dice.between(8.5, 11.5)
    bottom = dice.between(26, 27.8)
    foot = dice.between(1.6, 3.6)
    part = dice.between(0.8, 2.4)
    sketch.mirrored([(C + waist, 0.6), (C + hip, 6), (C + hip, crotch), (C, crotch + 0.6)])
    sketch.pair(
        [(C + hip, 5.8), (C + part + foot, bottom), (C + part, bottom), (C + 0.15, crotch - 0.4)]
    )
    sketch.mirrored([(C + waist, 0.5), (C + waist + 0.15, 2.2)], dice.between(0.65, 1.2), 0.3)
    sketch.line([(C - waist, 2.3), (C + waist, 2.3)], 0.4, 0.55)
    sketch.line([(C, 2.4), (C + 0.1, crotch)], 0.45, 0.5)
    if dice.chance(0.6):
        sketch.lines([(C + waist * 0.45, 2.6), (C + hip - 0.2, 5.6)], 0.5, 0.55)
    if dice.chance(0.5):
        crease = [(C + hip * 0.55, crotch), (C + part + foot * 0.5, bottom - 0.5)]
        sketch.lines(crease, 0.5, dice.between(0.7, 1.2))
    if dice.chance(0.3):
        sketch.dot(C, 1.4, 0.5, 1.27)


def _sleeves(
    sketch: Sketch, body: float, spread: float, wrist: float, *, width: float, cuff: float
) -> None:
    """Two sleeves from the shoulders down to ``wrist``, ``spread`` pixels away from the body."""
    end = body + spread
    sketch.pair(
        [(C + body - 1.6, 2.9), (C + body + 1.2, 4.4), (C + end + width * 0.55, wrist),
         (C + end - width * 0.35, wrist + 0.5), (C + body - 1.2, 11)],
    )  # fmt: skip
    sketch.pair(
        [(C + end + width * 0.5, wrist - 1.6), (C + end + width * 0.55, wrist + 0.2),
         (C + end - width * 0.35, wrist + 0.7), (C + end - width * 0.4, wrist - 1.2)],
        cuff,
        0.3,
    )  # fmt: skip


def _neck(sketch: Sketch, dice: Dice, half: float, depth: float) -> None:
    """A round or V-shaped opening with a rib around it."""
    depth += dice.between(0.0, 1.6)
    rib = dice.between(0.5, 0.9)
    if dice.chance(0.3):
        hole: list[Point] = [(C + half, 1.0), (C, 2.4 + depth * 1.4), (C - half, 1.0)]
    else:
        hole = arc((C, 1.2), (half, 0.6 + depth), 0, 180)
    sketch.area([(C - half, 0.2), (C + half, 0.2), *hole], 0, 0)
    sketch.line(hole, 0.9, rib)


def _print(sketch: Sketch, dice: Dice) -> None:
    """A patch on the chest."""
    width, height = dice.between(1.6, 3.8), dice.between(1.2, 3.6)
    y = dice.between(10, 13.5)
    tone = dice.between(0.15, 0.6) if dice.chance(0.6) else 1.27
    if dice.chance(0.5):
        sketch.area(arc((C, y), (width, height), 0, 360, 13), tone, 0)
    else:
        sketch.area(
            [(C - width, y - height), (C + width, y - height), (C + width, y + height),
             (C - width, y + height)], tone, 0,
        )  # fmt: skip
