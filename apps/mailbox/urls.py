from django.urls import path

from apps.mailbox import views

app_name = "mailbox"

urlpatterns = [
    path("", views.index, name="index"),
    path("<str:name>/", views.message, name="message"),
    path("<str:name>/html/", views.html, name="html"),
]
