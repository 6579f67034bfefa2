"""Sign-in, passwords and e-mail codes. The names are allauth's own, which it reverses itself."""

from allauth.account import views as allauth_views
from django.urls import include, path
from django.views.generic import RedirectView

from apps.accounts import views

own = [
    path("welcome/<str:token>/", views.welcome, name="welcome"),
    path("confirm-email/", views.confirm_email, name="confirm_email"),
]

to_dashboard = RedirectView.as_view(pattern_name="dashboard:dashboard")

urlpatterns = [
    path("", include((own, "accounts"))),
    path("accounts/login/", allauth_views.login, name="account_login"),
    path("accounts/logout/", allauth_views.logout, name="account_logout"),
    path("accounts/inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("accounts/signup/", allauth_views.signup, name="account_signup"),
    path("accounts/reauthenticate/", allauth_views.reauthenticate, name="account_reauthenticate"),
    path(
        "accounts/confirm-email/",
        allauth_views.email_verification_sent,
        name="account_email_verification_sent",
    ),
    # allauth sends people to its page of addresses; a member here has one, shown nowhere else.
    path("accounts/email/", to_dashboard, name="account_email"),
    path("accounts/password/change/", allauth_views.password_change, name="account_change_password"),
    path("accounts/password/set/", to_dashboard, name="account_set_password"),
    path("accounts/password/reset/", allauth_views.password_reset, name="account_reset_password"),
    path(
        "accounts/password/reset/confirm/",
        allauth_views.confirm_password_reset_code,
        name="account_confirm_password_reset_code",
    ),
    path(
        "accounts/password/reset/complete/",
        allauth_views.complete_password_reset,
        name="account_complete_password_reset",
    ),
    path(
        "accounts/password/reset/done/",
        allauth_views.password_reset_from_key_done,
        name="account_password_reset_completed",
    ),
]
