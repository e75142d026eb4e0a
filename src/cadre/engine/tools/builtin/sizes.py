"""Sizes as people read them."""


def size_text(size: int) -> str:
    """`1.4 MB`; exact below a kilobyte."""
    amount = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{size} B" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    raise AssertionError
