"""`python -m shop products TENANT_ID`: the price list of a tenant, one product per line."""

from __future__ import annotations

import sys
from uuid import UUID

from shop import catalog, db


def main(arguments: list[str]) -> int:
    if len(arguments) != 2 or arguments[0] != "products":
        print("usage: python -m shop products TENANT_ID", file=sys.stderr)
        return 2
    with db.tenant_transaction(UUID(arguments[1])) as conn:
        for product in catalog.list_products(conn):
            print(f"{product.sku}\t{product.name}\t{product.price}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
