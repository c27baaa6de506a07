"""What each known sender's body looks like: which parts of it are leads, and what their values are called.

A preset is four small functions over parsed JSON. Removing a sender is removing its lines here and in its module. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from leads.presets import advertising, flat, forms, tools
from leads.presets.shape import Preset

PRESETS: Mapping[str, Preset] = {
    "generic": flat.GENERIC,
    "hubspot_form": forms.HUBSPOT_FORM,
    "typeform": forms.TYPEFORM,
    "tally": forms.TALLY,
    "jotform": forms.JOTFORM,
    "webflow": forms.WEBFLOW,
    "meta_lead": advertising.META_LEAD,
    "google_ads": advertising.GOOGLE_ADS,
    "linkedin": advertising.LINKEDIN,
    "segment": tools.SEGMENT,
    "calendly": tools.CALENDLY,
    "salesforce_web_to_lead": tools.SALESFORCE_WEB_TO_LEAD,
}


def preset_named(name: str) -> Preset | None:
    """The preset, also by a name with hyphens; none given is the generic one."""
    return PRESETS.get((name or "generic").strip().lower().replace("-", "_"))
