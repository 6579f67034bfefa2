from django.db import models


class Token(models.Model):
    """The witness of one job. It goes when the job has had its effect."""

    job = models.UUIDField(primary_key=True)
