"""The rows that every company has."""

from benchmarks.requests.shop.models import Article

ARTICLES = 20


def stock_up() -> None:
    """Write the articles 1 to 20."""
    Article._default_manager.bulk_create(
        Article(name=f"Article {number}", description="Words " * 30, price_cents=100 * number)
        for number in range(1, ARTICLES + 1)
    )
