import csv
import io
from decimal import Decimal
from urllib.error import URLError
from urllib.request import urlopen

from celery import shared_task

from .models import Product

PRICES = "https://wholesale.example.com/prices.csv"


@shared_task(autoretry_for=(URLError,), max_retries=5, retry_backoff=True)
def import_prices():
    """Reads the wholesaler's price list, once a night."""
    with urlopen(PRICES, timeout=60) as response:
        rows = csv.DictReader(io.TextIOWrapper(response, "utf-8"))
        for row in rows:
            set_price.delay(row["id"], row["price"])


@shared_task
def set_price(product_id: int, price: str) -> None:
    """Changes one price."""
    Product.objects.filter(pk=product_id).update(price=Decimal(price))


@shared_task
def recount(product: Product) -> int:
    """Counts what is left of a product after a correction by hand."""
    product.refresh_from_db()
    return product.stock
