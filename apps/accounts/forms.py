"""allauth's forms, enhanced like all of ours: form.email() in place of form.cleaned_data["email"]."""

from typing import Any

from allauth.account import forms as allauth_forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import Field

from lib.forms import EnhancedForm

CODE_IS_ON_ITS_WAY = (
    "We mailed you a code a moment ago. Type that one, or wait ten seconds and sign in again for another."
)


class LoginForm(EnhancedForm, allauth_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-mail"
        self.fields["remember"].label = "Keep me signed in"

    def _clean_with_password(self, credentials: dict[str, Any]) -> Any:
        try:
            return super()._clean_with_password(credentials)
        except ValidationError as error:
            # The password was right, and a code is on its way already: allauth says "too many failed".
            if error.code == "too_many_login_attempts":
                raise ValidationError(CODE_IS_ON_ITS_WAY, code="code_is_on_its_way") from error
            raise


class ResetPasswordForm(EnhancedForm, allauth_forms.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "E-mail"


class NewPasswordTwice:
    """Asks for a new password in the voice of the other pages."""

    fields: dict[str, Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = "New password"
        self.fields["password2"].label = "New password again"


class ResetPasswordKeyForm(NewPasswordTwice, EnhancedForm, allauth_forms.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(NewPasswordTwice, EnhancedForm, allauth_forms.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = "Current password"


class DevelopmentCode:
    """Offers the code that was mailed, so that nobody developing has to open the mail."""

    expected_code: str | None

    @property
    def development_code(self) -> str:
        return (self.expected_code or "") if settings.DEBUG else ""


class ConfirmEmailVerificationCodeForm(
    DevelopmentCode, EnhancedForm, allauth_forms.ConfirmEmailVerificationCodeForm
):
    pass


class ConfirmPasswordResetCodeForm(DevelopmentCode, EnhancedForm, allauth_forms.ConfirmPasswordResetCodeForm):
    pass


class ReauthenticateForm(EnhancedForm, allauth_forms.ReauthenticateForm):
    pass
