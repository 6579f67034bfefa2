from django.http import HttpRequest, HttpResponse, JsonResponse

from benchmarks.requests.shop.models import Article


def articles(request: HttpRequest, count: int) -> HttpResponse:
    """Load `count` articles by key, one query each: the smallest there is, where overhead shows most."""
    found = [Article._default_manager.get(pk=key) for key in range(1, count + 1)]
    return JsonResponse({"articles": [article.name for article in found]})
