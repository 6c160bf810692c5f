"""The person a case is about, and what was done to them. Nearly everything here is sealed.

Columns carry their name in HTCDS 2.0 (IOM's Human Trafficking Case Data Standard, CC BY 4.0); `HTCDS` gathers
them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from sqlalchemy import UniqueConstraint

from repatriation.records.columns import Moment, Row, choice, column, identifier, moment, sealed

SCRIPTS = ("latn", "khmr", "thai")


class Person(Row, table=True):
    """Somebody who was trafficked, or may have been: that is a decision, recorded elsewhere."""

    id: str = identifier()
    case_id: str = column("open", refers="case_file.id", unique=True)
    salutation: bytes | None = sealed(htcds="prs_Salutation")
    title: bytes | None = sealed(htcds="prs_Title")
    birthdate: bytes | None = sealed(htcds="prs_Birthdate")
    birth_year_estimated: bool = column("case", False)
    gender: bytes | None = sealed(htcds="prs_Gender")
    deceased: bytes | None = sealed(htcds="prs_Deceased")
    marital_status: bytes | None = sealed(htcds="prs_MaritalStatus")
    number_of_children: bytes | None = sealed(htcds="prs_NumberOfChildren")
    primary_language: bytes | None = sealed(htcds="prs_PrimaryLanguage")
    secondary_language: bytes | None = sealed(htcds="prs_SecondaryLanguage")
    education: bytes | None = sealed(htcds="prs_HighestLevelOfEducation")
    citizenship: bytes | None = sealed(htcds="prs_Citizenship")
    identity_number: bytes | None = sealed(htcds="prs_IdentityNumber")
    home_address: bytes | None = sealed(
        htcds={
            "street": "prs_MailingStreet",
            "city": "prs_MailingCity",
            "state": "prs_MailingState",
            "country": "prs_MailingCountry",
            "postal_code": "prs_MailingPostalCode",
            "longitude": "prs_MailingLongitude",
            "latitude": "prs_MailingLatitude",
        }
    )
    contacts: bytes | None = sealed(
        htcds={"email": "prs_Email", "home_phone": "prs_HomePhone", "mobile_phone": "prs_MobilePhone"}
    )


class PersonName(Row, table=True):
    """A name as written in one script. `full` is the name as one line, for scripts and people without two
    parts.
    """

    __tablename__ = "person_name"
    __table_args__ = (UniqueConstraint("case_id", "person_id", "script"),)

    id: str = identifier()
    person_id: str = column("open", refers="person.id")
    case_id: str = column("open", refers="case_file.id")
    script: str = choice("case", "script", *SCRIPTS)
    given: bytes | None = sealed(htcds="prs_FirstName")
    middle: bytes | None = sealed(htcds="prs_MiddleName")
    family: bytes | None = sealed(htcds="prs_SecondName")
    full: bytes | None = sealed()


class NameToken(Row, table=True):
    """A keyed digest of one form of a name. It finds the case without telling the name (see
    `records.names`)."""

    __tablename__ = "name_token"

    token: str = column("identity", key=True)
    case_id: str = column("open", key=True, refers="case_file.id", index=True)


class TraffickingAccount(Row, table=True):
    """What happened to the person, in the words of HTCDS. `events` and `perpetrators` are lists
    of documents."""

    __tablename__ = "trafficking_account"

    id: str = identifier()
    case_id: str = column("open", refers="case_file.id", unique=True)
    trafficking_status: bytes | None = sealed(htcds="vic_TraffickingStatus")
    status_decided_by: bytes | None = sealed(htcds="vic_TraffickingStatusDecisionMakingOrg")
    relationship_to_trafficker: bytes | None = sealed(htcds="vic_RelationshipToTrafficker")
    age_when_trafficked: bytes | None = sealed(htcds="vic_AgeWhenTrafficked")
    recruitment_websites: bytes | None = sealed(htcds="vic_RecruitmentWebsitesAndApps")
    method_of_recruitment: bytes | None = sealed(htcds="vic_MethodOfRecruitment")
    location_of_recruitment: bytes | None = sealed(htcds="vic_LocationOfRecruitment")
    methods_of_control: bytes | None = sealed(htcds="vic_MethodsOfControl")
    type_of_exploitation: bytes | None = sealed(htcds="vic_TypeOfExploitation")
    forced_labour_industry: bytes | None = sealed(htcds="vic_ForcedLabourIndustry")
    type_of_sex_exploitation: bytes | None = sealed(htcds="vic_TypeOfSexExploitation")
    location_of_exploitation: bytes | None = sealed(htcds="vic_LocationOfExploitation")
    exploitation_websites: bytes | None = sealed(htcds="vic_ExploitationWebsitesAndApps")
    vulnerabilities: bytes | None = sealed(htcds="vic_Vulnerabilities")
    details_of_vulnerabilities: bytes | None = sealed(htcds="vic_DetailsOfVulnerabilities")
    forced_criminality: bytes | None = sealed()  # scam compounds: HTCDS has no code for it
    events: bytes | None = sealed(
        htcds={
            "longitude": "hte_Longitude",
            "latitude": "hte_Latitude",
            "city": "hte_City",
            "country": "hte_Country",
            "state": "hte_State",
            "street": "hte_Street",
            "postal_code": "hte_PostalCode",
            "date": "hte_Date",
            "type": "hte_Type",
            "description": "hte_Description",
        }
    )
    perpetrators: bytes | None = sealed(
        htcds={"roles": "per_RoleInProcess", "details": "per_RoleDetails", "organisation": "per_Organisation"}
    )
    other: bytes | None = sealed()  # HTCDS fields without a column of their own, under their HTCDS names
    unrecognised: bytes | None = sealed()  # columns of an imported file that are in no standard


class Identification(Row, table=True):
    """A screening outcome or a formal decision. Only ever added: a foreign one is never
    overwritten by ours."""

    __table_args__ = (UniqueConstraint("case_id", "seq"),)

    id: str = identifier()
    case_id: str = column("open", refers="case_file.id")
    seq: int = column("open")
    kind: str = choice("case", "kind", "screening", "formal")
    outcome: str = column("case")
    authority: str = column("case")
    country: str = column("case")
    form_version: str | None = column("case", None)
    at: Moment = moment("case")
    officer_id: str | None = column("case", None, refers="officer.id")


class Home(NamedTuple):
    """Where an HTCDS field is kept: a table, its column and, where that is a document, the member of it."""

    table: str
    column: str
    member: str | None = None


_ELSEWHERE = {
    "org_Name": Home("organisation", "name"),
    "cas_Status": Home("case_file", "stage"),
    "cas_CaseOwner": Home("case_file", "holder_id"),
    "con_Consent": Home("consent", "decision"),
}

_OTHER = (
    "org_ShippingCity",
    "org_ShippingCountry",
    "org_ShippingState",
    "org_ShippingStreet",
    "org_ShippingPostalCode",
    "org_ShippingLongitude",
    "org_ShippingLatitude",
    "org_Phone",
    "org_Type",
    "vic_AgreementToManagePersonalData",
    "cas_ReasonForCaseClosure",
    "cas_ReferringOrganisation",
    "cas_IncomingReferralDate",
    "cas_ReferringPrimaryCaseWorker",
    "cas_ReasonForIncomingReferral",
    "cas_IncomingReferralDetails",
    "cas_ReferredOrganisation",
    "cas_ReferredPrimaryCaseWorker",
    "cas_ReasonForOutgoingReferral",
    "cas_OutgoingReferralDate",
    "cas_OutgoingReferralDetails",
    "cco_CaseComment",
    "spl_Objectives",
    "spl_ActionPlan",
    "spl_PlannedEndDate",
    "spl_ActualEndDate",
    "spl_Type",
)


def _homes() -> dict[str, Home]:
    homes = dict(_ELSEWHERE)
    for table in (Person, PersonName, TraffickingAccount):
        kept = Row.metadata.tables[str(table.__tablename__)]
        for place in kept.columns:
            name = place.info.get("htcds")
            if isinstance(name, str):
                homes[name] = Home(kept.name, place.name)
            elif name:
                homes |= {theirs: Home(kept.name, place.name, ours) for ours, theirs in name.items()}
    account = str(TraffickingAccount.__tablename__)
    return homes | {name: Home(account, "other", name) for name in _OTHER}


HTCDS: Mapping[str, Home] = MappingProxyType(_homes())
"""Every field of HTCDS 2.0 and where it is kept here."""
