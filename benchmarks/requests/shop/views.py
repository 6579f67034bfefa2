from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from benchmarks.requests.shop.models import Article, Category

_ROWS = 25


def articles(request: HttpRequest, count: int) -> HttpResponse:
    """Load `count` articles by key, one query each: the smallest there is, where overhead shows most."""
    found = [Article._default_manager.get(pk=key) for key in range(1, count + 1)]
    return JsonResponse({"articles": [article.name for article in found]})


def catalogue(request: HttpRequest) -> HttpResponse:
    """Show a page of 25 articles, as applications do: five queries, and a template."""
    found = Article._default_manager.select_related("category").prefetch_related("reviews")
    context = {
        "page": Paginator(found.order_by("name", "pk"), _ROWS).get_page(request.GET.get("page")),
        "categories": Category._default_manager.annotate(Count("articles")).order_by("name"),
        "dearest": Article._default_manager.order_by("-price_cents")[:5],
    }
    return render(request, "shop/catalogue.html", context)
