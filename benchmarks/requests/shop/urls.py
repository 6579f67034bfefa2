from django.urls import path

from benchmarks.requests.shop.views import articles

urlpatterns = [path("articles/<int:count>/", articles)]
