"""Amounts of money in the capital numerals that Chinese forms ask for (支付结算办法, annex 1)."""

from __future__ import annotations

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def capitals(fen: int) -> str:
    """140950 → 人民币壹仟肆佰零玖元伍角. Between yuan and jiao stands 零 where the last digit of the yuan is 0; 整 ends what
    has no fen. Raises ValueError for a negative amount or one over a quadrillion yuan."""
    if not 0 <= fen < 10**17:
        raise ValueError("the amount cannot be written")
    yuan, jiao, cent = fen // 100, fen // 10 % 10, fen % 10
    whole = f"{_whole(yuan)}元" if yuan else ""
    if not jiao and not cent:
        return f"人民币{whole or '零元'}整"
    gap = "零" if yuan and (yuan % 10 == 0 or not jiao) else ""
    tail = (f"{DIGITS[jiao]}角" if jiao else "") + (f"{DIGITS[cent]}分" if cent else "")
    return f"人民币{whole}{gap}{tail}"


def _whole(number: int) -> str:
    """A whole number without its unit: 107000 → 壹拾万柒仟."""
    groups = []
    while number:
        number, part = divmod(number, 10_000)
        groups.append(part)
    out = ""
    for n in reversed(range(len(groups))):
        part = groups[n]
        if not part:
            continue
        # A gap before this group: nothing above it in its own thousands, or an empty group between.
        if out and (part < 1000 or (n + 1 < len(groups) and groups[n + 1] == 0)):
            out += "零"
        out += _thousands(part) + GROUPS[n]
    return out


def _thousands(part: int) -> str:
    """1 to 9999: 6007 → 陆仟零柒."""
    out, gap = "", False
    for place in (3, 2, 1, 0):
        digit = part // 10**place % 10
        if digit:
            out += ("零" if gap and out else "") + DIGITS[digit] + PLACES[place]
            gap = False
        else:
            gap = True
    return out
