from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Render forms and fields by our own components."""

    form_template_name = "components/_form.html"
    field_template_name = "components/_field.html"
