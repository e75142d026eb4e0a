"""Money as whole numbers: 1 USD is a milliard nano USD, so that sums in a database are exact."""

from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal

_NANO = Decimal(10) ** 9
# What a database's 64-bit number holds, with room for sums.
MOST_USD = Decimal(1_000_000_000)


def to_nano(usd: Decimal) -> int:
    """`usd` to the nearest nano USD."""
    return int((usd * _NANO).to_integral_value(ROUND_HALF_EVEN))


def to_nano_up(usd: Decimal) -> int:
    """`usd` in nano USD, never less: for what is set aside."""
    return int((min(usd, MOST_USD) * _NANO).to_integral_value(ROUND_CEILING))


def to_usd(nano: int) -> Decimal:
    """Exactly `nano`, in USD."""
    return Decimal(nano) / _NANO


def say_usd(nano: int) -> str:
    """For people: cents, or as many places as a smaller amount needs."""
    usd = to_usd(nano)
    return f"${usd:,.2f}" if not usd or abs(usd) >= 1 else f"${usd:.9f}".rstrip("0")
