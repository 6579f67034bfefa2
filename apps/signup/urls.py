from django.urls import path

from apps.signup import views

app_name = "signup"

urlpatterns = [
    path("", views.signup, name="signup"),
    path("availability/", views.availability, name="availability"),
]
