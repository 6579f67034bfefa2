from django.urls import path

from benchmarks.requests.shop.views import articles, catalogue

urlpatterns = [
    path("articles/<int:count>/", articles, name="articles"),
    path("catalogue/", catalogue, name="catalogue"),
]
