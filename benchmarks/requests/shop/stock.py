"""The rows that every company has."""

from benchmarks.requests.shop.models import Article, Category, Review

CATEGORIES, ARTICLES, REVIEWS_EACH = 6, 60, 3


def stock_up() -> None:
    """Write the categories, the articles 1 to 60, and what people say of them."""
    categories = Category._default_manager.bulk_create(
        Category(name=f"Category {number}") for number in range(CATEGORIES)
    )
    articles = Article._default_manager.bulk_create(
        Article(
            category=categories[number % CATEGORIES],
            name=f"Article {number}",
            description="Words " * 30,
            price_cents=100 * number,
        )
        for number in range(1, ARTICLES + 1)
    )
    Review._default_manager.bulk_create(
        Review(article=article, stars=1 + number, text="Praise " * 5)
        for article in articles
        for number in range(REVIEWS_EACH)
    )
