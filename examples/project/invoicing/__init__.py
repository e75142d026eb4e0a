"""Invoices: lines with quantities, prices and tax rates; totals to the cent."""

from invoicing.invoice import Invoice, Line

__all__ = ["Invoice", "Line"]
