import unittest
from decimal import Decimal

from invoicing import Invoice, Line


class InvoiceTest(unittest.TestCase):
    def test_a_line_is_rounded_to_the_cent(self) -> None:
        self.assertEqual(Line("x", 3, Decimal("0.335")).net, Decimal("1.01"))

    def test_the_total_includes_tax(self) -> None:
        invoice = Invoice("1")
        invoice.add(Line("Desk Lamp", 3, Decimal("39.90"), Decimal(19)))
        self.assertEqual(invoice.total, Decimal("142.44"))

    def test_nothing_can_be_sold_less_than_once(self) -> None:
        with self.assertRaises(ValueError):
            Invoice("1").add(Line("x", 0, Decimal(1)))


if __name__ == "__main__":
    unittest.main()
