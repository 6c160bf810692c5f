"""Every kind of paper by name. The procedure files name the same kinds."""

from collections.abc import Mapping
from types import MappingProxyType

from documents.kinds import (
    closure_report,
    consent_form,
    family_assessment,
    family_tracing_request,
    handover_minutes,
    note_verbale,
    referral_form,
    reintegration_plan,
    return_certificate,
    return_request,
    screening_form,
    travel_document,
    visit_form,
)
from documents.kinds.kind import Kind

__all__ = ["KINDS", "Kind"]

_MODULES = (
    return_request,
    note_verbale,
    family_tracing_request,
    family_assessment,
    consent_form,
    travel_document,
    handover_minutes,
    return_certificate,
    screening_form,
    referral_form,
    reintegration_plan,
    visit_form,
    closure_report,
)

KINDS: Mapping[str, Kind] = MappingProxyType({module.KIND.name: module.KIND for module in _MODULES})
