"""`python -m invoicing FILE` prints the total of an invoice in JSON."""

import json
import sys
from decimal import Decimal
from pathlib import Path

from invoicing.invoice import Invoice, Line

# TODO: print the tax as its own line
content = json.loads(Path(sys.argv[1]).read_text())
invoice = Invoice(content["number"])
for line in content["lines"]:
    price, tax = Decimal(line["unit_price"]), Decimal(line["tax_percent"])
    invoice.add(Line(line["description"], line["quantity"], price, tax))
print(f"{invoice.number}: net {invoice.net}, total {invoice.total}")
