from django.urls import path

from apps.files import views

app_name = "files"

urlpatterns = [
    path("<path:name>", views.download, name="download"),
]
