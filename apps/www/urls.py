from django.urls import path

from apps.www import views

app_name = "www"

urlpatterns = [
    path("", views.landing, name="landing"),
    path("find/", views.finder, name="finder"),
    path("find/sent/", views.finder_sent, name="finder_sent"),
]
