"""The HTTP edge and the page kit that every service shares; `README.md` beside this file says how a page is written."""

from concord_core.web.app import create_app
from concord_core.web.error_pages import error_page
from concord_core.web.forms import PublicForm, StaffForm, check_form_token, form_token
from concord_core.web.languages import LANGUAGES, lang_of
from concord_core.web.pages import Pages
from concord_core.web.problems import problem, said
from concord_core.web.translator import Translator, translator_of

__all__ = [
    "LANGUAGES",
    "Pages",
    "PublicForm",
    "StaffForm",
    "Translator",
    "check_form_token",
    "create_app",
    "error_page",
    "form_token",
    "lang_of",
    "problem",
    "said",
    "translator_of",
]
