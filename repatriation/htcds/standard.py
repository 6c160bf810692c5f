"""The fields and values of IOM's Human Trafficking Case Data Standard 2.0, typed.

Names, values and labels are those of the standard (International Organization for Migration, CC BY 4.0); the
arrangement is ours, and IOM endorses neither it nor this program.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    DATE = "date"
    NUMBER = "number"
    CHECKBOX = "checkbox"
    CHOICE = "choice"
    CHOICES = "choices"
    LANGUAGE = "language"
    COUNTRY = "country"
    COUNTRIES = "countries"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its API name, the label people see, what it holds and, for a choice, (code, label) pairs."""

    name: str
    label: str
    kind: Kind
    core: bool = False
    deprecated: bool = False
    values: tuple[tuple[str, str], ...] = ()


_APPS = (
    "Facebook Instagram WhatsApp Telegram FacebookMessenger=Facebook Messenger|Viber SnapChat Line 4Sale"
    " WeChat QQ QZone TikTok Twitter Other"
)
_REASONS = (
    "AdditionalServicesRequired=Additional Services Required"
    "|MigrationOrChangeOfLocation=Migration or Change of Location|Other"
)
_METHODS_OF_CONTROL = (
    "PhysicalThreats=Physical threats|ThreatsLawEnforcement=Threats of law enforcement"
    "|ThreatensChildrenFamily=Threatens children/family|DebtBondage=Debt bondage|FalsePromises=False promises"
    "|PhysicalAbuse=Physical abuse|SexualAbuse=Sexual abuse|TakesEarnings=Takes earnings"
    "|RestrictsFinancialAccess=Restricts financial access|RestrictsMedicalCare=Restricts medical care"
    "|WithholdsNecessities=Withholds necessities|PsychologicalAbuse=Psychological abuse"
    "|PsychoactiveSubstance=Psychoactive substance|ExcessiveWorkingHours=Excessive working hours"
    "|WithholdsDocuments=Withholds documents|Other"
)
_INDUSTRIES = (
    "A_AgricultureForestryAndFishing=Agriculture, forestry and fishing"
    "|B_MiningAndQuarrying=Mining and quarrying|C_Manufacturing=Manufacturing"
    "|D_ElectricityGasSteamAndAirConditioningSupply=Electricity, gas, steam and air conditioning supply"
    "|E_WaterSupplySewerageWasteManagement=Water supply; sewerage, waste management and remediation"
    "|F_Construction=Construction"
    "|G_WholesaleAndRetailTradeRepairOfMotorVehicles="
    "Wholesale and retail trade; repair of motor vehicles and motorcycles"
    "|H_TransportationAndStorage=Transportation and storage"
    "|I_AccommodationAndFoodServiceActivities=Accommodation and food service activities"
    "|J_InformationAndCommunication=Information and communication"
    "|K_FinancialAndInsuranceActivities=Financial and insurance activities"
    "|L_RealEstateActivities=Real estate activities"
    "|M_ProfessionalScientificAndTechnicalActivities=Professional, scientific and technical activities"
    "|N_AdministrativeAndSupportServiceActivities=Administrative and support service activities"
    "|O_PublicAdministrationAndDefence=Public administration and defence; compulsory social security"
    "|P_Education=Education|Q_HumanHealthAndSocialWorkActivities=Human health and social work activities"
    "|R_ArtsEntertainmentAndRecreation=Arts, entertainment and recreation"
    "|S_OtherServiceActivities=Other service activities"
    "|T_ActivitiesOfHouseholdsAsEmployers=Activities of households as employers; undifferentiated goods- and"
    " services- producing activities of households for own use"
    "|U_ActivitiesOfExtraterritorialOrganizations=Activities of extraterritorial organizations and bodies"
)


def _values(written: str) -> tuple[tuple[str, str], ...]:
    """`Code=Label|Code|…`; words before a bar without `=` are codes that are their own label."""
    pairs: list[tuple[str, str]] = []
    for part in written.split("|"):
        # Several codes may stand before one with a label: "Line WeChat FacebookMessenger=Facebook Messenger".
        *alone, last = part.split("=", 1)[0].split() if part else [""]
        pairs += [(code, code) for code in alone]
        pairs.append((last, part.split("=", 1)[1] if "=" in part else last))
    return tuple(pairs)


# Name | label | kind, with * for core and ! for deprecated | values.
_TABLE: tuple[tuple[str, str, str, str], ...] = (
    ("org_Name", "Organisation Name", "text", ""),
    ("org_ShippingCity", "Shipping City", "text", ""),
    ("org_ShippingCountry", "Shipping Country", "country", ""),
    ("org_ShippingState", "Shipping State/Province", "text", ""),
    ("org_ShippingStreet", "Shipping Street", "text", ""),
    ("org_ShippingPostalCode", "Shipping Zip/Postal Code", "text", ""),
    ("org_ShippingLongitude", "Longitude", "number", ""),
    ("org_ShippingLatitude", "Latitude", "number", ""),
    ("org_Phone", "Phone", "text", ""),
    (
        "org_Type",
        "Type",
        "choice",
        "NGO|LawEnforcement=Law Enforcement|HealthServiceOrganisation=Health Service Organisation"
        "|CentralGovernmentOrganisation=Central Government Organisation"
        "|LocalGovernmentOrganisation=Local Government Organisation|ImmigrationService=Immigration Service"
        "|LegalService=Legal Service|CorporateBusiness=Corporate Business|SchoolOrCollege=School or College",
    ),
    ("prs_Salutation", "Salutation", "text*", ""),
    ("prs_FirstName", "First Name", "text*", ""),
    ("prs_MiddleName", "Middle Name", "text", ""),
    ("prs_SecondName", "Second Name", "text*", ""),
    ("prs_Birthdate", "Birthdate", "date*", ""),
    (
        "prs_Gender",
        "Gender",
        "choice*",
        "Feminine|Masculine|TransgenderFeminine=Transgender Feminine"
        "|TransgenderMasculine=Transgender Masculine|NonConforming=Non-Conforming"
        "|NonSpecifiedUnknown=Not Specified/Unknown",
    ),
    ("prs_Deceased", "Deceased", "checkbox", ""),
    (
        "prs_MaritalStatus",
        "Marital Status",
        "choice",
        "Single Married Widowed Divorced Separated RegisteredPartnership=Registered Partnership",
    ),
    ("prs_NumberOfChildren", "Number of Children", "number", ""),
    ("prs_PrimaryLanguage", "Primary Language", "language", ""),
    ("prs_SecondaryLanguage", "Secondary Language", "language", ""),
    (
        "prs_HighestLevelOfEducation",
        "Highest Level of Education",
        "choice",
        "EarlyChildhoodEducation=Early Childhood Education|PrimaryEducation=Primary Education"
        "|LowerSecondaryEducation=Lower Secondary Education|UpperSecondaryEducation=Upper Secondary Education"
        "|PostSecondaryNonTertiaryEducation=Post-secondary Non-tertiary Education"
        "|ShortCycleTertiaryEducation=Short-cycle Tertiary Education"
        "|BachelorsOrEquivalentLevel=Bachelor’s or Equivalent Level"
        "|MastersOrEquivalentLevel=Master’s or Equivalent Level"
        "|DoctoralOrEquivalentLevel=Doctoral or Equivalent Level",
    ),
    ("prs_Citizenship", "Citizenship", "countries*", ""),
    ("prs_IdentityNumber", "Identity Number", "text", ""),
    ("prs_Title", "Title", "text*", ""),
    ("prs_Email", "Email", "text*", ""),
    ("prs_HomePhone", "Home Phone", "text*", ""),
    ("prs_MobilePhone", "Mobile Phone", "text*", ""),
    ("prs_MailingCity", "Mailing City", "text*", ""),
    ("prs_MailingCountry", "Mailing Country", "country*", ""),
    ("prs_MailingState", "Mailing State/Province", "text*", ""),
    ("prs_MailingStreet", "Mailing Street", "text*", ""),
    ("prs_MailingPostalCode", "Mailing Zip/Postal Code", "text*", ""),
    ("prs_MailingLongitude", "Longitude", "number", ""),
    ("prs_MailingLatitude", "Latitude", "number", ""),
    ("vic_AgreementToManagePersonalData", "Agreement to Manage Personal Data", "checkbox!", ""),
    (
        "vic_TraffickingStatus",
        "Trafficking Status",
        "choice*",
        "PossibleVictimOfTrafficking=Possible victim of trafficking"
        "|ActualVictimOfTrafficking=Actual victim of trafficking"
        "|NotAVictimOfTrafficking=Not a victim of trafficking",
    ),
    (
        "vic_TraffickingStatusDecisionMakingOrg",
        "Trafficking Status Decision Making Organization",
        "choice*",
        "Police|NGO|CourtOrProsecution=Court or prosecution"
        "|NonPoliceGovernmentalOrganization=Non-police governmental organization|Other",
    ),
    # "Unaquainted" is how the standard itself spells it.
    (
        "vic_RelationshipToTrafficker",
        "Relationship to Trafficker",
        "choice",
        "Familial Acquainted Unaquainted",
    ),
    ("vic_AgeWhenTrafficked", "Age when Trafficked", "number", ""),
    ("vic_RecruitmentWebsitesAndApps", "Recruitment Websites and Apps", "choices", _APPS),
    (
        "vic_MethodOfRecruitment",
        "Method of Recruitment",
        "choices*",
        "AtAPlaceOfBusiness=At a place of business|AtAnEducationalInstitution=At an educational institution"
        "|AtWork=At work|ThroughOnlineSocialNetworks=Through online social networks"
        "|ThroughAnOnlineAdvertisement=Through an online advertisement"
        "|ThroughATelevisionAdvert=Through a television advert"
        "|ThroughANewspaperAdvert=Through a newspaper advert"
        "|ThroughFamilyOrFamilyEvents=Through family or family events"
        "|ThroughFriendsOrSocialEvents=Through friends or social events|Other",
    ),
    ("vic_LocationOfRecruitment", "Location of Recruitment", "text*", ""),
    ("vic_MethodsOfControl", "Methods of Control", "choices*", _METHODS_OF_CONTROL),
    (
        "vic_TypeOfExploitation",
        "Type of Exploitation",
        "choices*",
        "ForcedLabour=Forced labour|SexualExploitation=Sexual exploitation|ChildLabour=Child labour"
        "|ForcedMarriage=Forced marriage|Servitude"
        "|ForcedMilitaryByNonStateActors=Forced military (by non-state actors)|OrganRemoval=Organ removal"
        "|ForcedBegging=Forced begging|ForcedAdoption=Forced adoption|Surrogacy|Other",
    ),
    # One choice in the standard; several in its multi-select workbook (macro, column Y) and in its XLSForm.
    ("vic_ForcedLabourIndustry", "Forced Labour Industry", "choices*", _INDUSTRIES),
    (
        "vic_TypeOfSexExploitation",
        "Type of Sex Exploitation",
        "choices*",
        "Prostitution|Pornography|RemoteInteractiveServices=Remote Interactive Services"
        "|PrivateSexualServices=Private Sexual Services",
    ),
    ("vic_LocationOfExploitation", "Location of Exploitation", "text*", ""),
    ("vic_ExploitationWebsitesAndApps", "Exploitation Websites and Apps", "choices", _APPS),
    (
        "vic_Vulnerabilities",
        "Vulnerabilities",
        "choices*!",
        "Addiction|SocialGroup=Social Group|Discrimination|Poverty"
        "|DisabilityAndPhysicalHealth=Disability and physical health|MentalHealth=Mental health|Migration"
        "|Homelessness|AbuseSocialMedia=Abuse - social media|AbusePhysical=Abuse - physical|Education"
        "|WorkEnvironment=Work environment",
    ),
    ("vic_DetailsOfVulnerabilities", "Details Of Vulnerabilities", "text*!", ""),
    (
        "per_RoleInProcess",
        "Role in Process",
        "choices",
        "TravellingPartner=Travelling Partner|Transporter|RecruiterOrIntermediary=Recruiter Or Intermediary"
        "|BrokerTravelAgent=Broker Travel Agent|TransferredIndividual=Transferred Individual"
        "|HarbouredIndividual=Harboured Individual|SoldIndividual=Sold Individual"
        "|BoughtIndividual=Bought Individual|ReceivedIndividual=Received Individual"
        "|ControlledIndividual=Controlled Individual|Smuggler|Abuser|Kidnapper|Exploiter|Other",
    ),
    ("per_RoleDetails", "Role Details", "text", ""),
    ("per_Organisation", "", "text", ""),
    ("cas_Status", "Status", "choice*", "Active|FollowUp=Follow Up|Closed|ClosedReferred=Closed Referred"),
    ("cas_ReasonForCaseClosure", "Reason for Case Closure", "text*", ""),
    ("cas_CaseOwner", "Case Owner", "text*", ""),
    ("cas_ReferringOrganisation", "Referring Organisation", "text*", ""),
    ("cas_IncomingReferralDate", "Incoming Referral Date", "date*", ""),
    ("cas_ReferringPrimaryCaseWorker", "Referring Primary Case Worker", "text*", ""),
    ("cas_ReasonForIncomingReferral", "Reason for Incoming Referral", "choice*", _REASONS),
    ("cas_IncomingReferralDetails", "Incoming Referral Details", "text*", ""),
    ("cas_ReferredOrganisation", "Referred Organisation", "text*", ""),
    ("cas_ReferredPrimaryCaseWorker", "Referred Primary Case Worker", "text*", ""),
    ("cas_ReasonForOutgoingReferral", "Reason for Outgoing Referral", "choice*", _REASONS),
    ("cas_OutgoingReferralDate", "Outgoing Referral Date", "date*", ""),
    ("cas_OutgoingReferralDetails", "Outgoing Referral Details", "text*", ""),
    ("cco_CaseComment", "Case Comment", "text", ""),
    ("hte_Longitude", "Longitude", "number", ""),
    ("hte_Latitude", "Latitude", "number", ""),
    ("hte_City", "City", "text", ""),
    ("hte_Country", "Country", "country", ""),
    ("hte_State", "State", "text", ""),
    ("hte_Street", "Street", "text", ""),
    ("hte_PostalCode", "PostalCode", "text", ""),
    ("hte_Date", "Date", "date", ""),
    ("hte_Type", "Type", "choice", "Recruitment Transit Exploitation"),
    ("hte_Description", "Description", "text", ""),
    ("spl_Objectives", "Objectives", "text", ""),
    ("spl_ActionPlan", "Action Plan", "text", ""),
    ("spl_PlannedEndDate", "Planned End Date", "date", ""),
    ("spl_ActualEndDate", "Actual End Date", "date", ""),
    (
        "spl_Type",
        "Type",
        "choice",
        "Education|Financial|Health|LabourExploitationRehabilitation=Labour Exploitation Rehabilitation|Legal"
        "|Livelihood|RightsBasedTraining=Rights-based Training"
        "|SexualExploitationRehabilitation=Sexual Exploitation Rehabilitation|SocialCare=Social Care",
    ),
    ("con_Consent", "Consent", "checkbox*", ""),
)

FIELDS: dict[str, Field] = {
    name: Field(
        name, label, Kind(kind.rstrip("*!")), "*" in kind, "!" in kind, _values(values) if values else ()
    )
    for name, label, kind, values in _TABLE
}
"""Every field of the standard by its API name, in the order of the standard."""

SHEET_COLUMNS: tuple[str, ...] = (
    *("cas_CaseOwner", "prs_Salutation", "prs_FirstName", "prs_SecondName", "con_Consent", "prs_Birthdate"),
    *("prs_Gender", "prs_Citizenship", "prs_Title", "prs_Email", "prs_HomePhone", "prs_MobilePhone"),
    *("prs_MailingStreet", "prs_MailingCity", "prs_MailingState", "prs_MailingPostalCode"),
    *("prs_MailingCountry", "vic_TraffickingStatus", "vic_TraffickingStatusDecisionMakingOrg"),
    *("vic_MethodOfRecruitment", "vic_LocationOfRecruitment", "vic_MethodsOfControl"),
    *("vic_TypeOfExploitation", "vic_ForcedLabourIndustry", "vic_TypeOfSexExploitation"),
    *("vic_LocationOfExploitation", "cas_Status", "cas_ReferringOrganisation", "cas_IncomingReferralDate"),
    *("cas_ReferringPrimaryCaseWorker", "cas_ReasonForIncomingReferral", "cas_IncomingReferralDetails"),
    *("cas_ReferredOrganisation", "cas_ReferredPrimaryCaseWorker", "cas_ReasonForOutgoingReferral"),
    *("cas_OutgoingReferralDate", "cas_OutgoingReferralDetails", "cas_ReasonForCaseClosure"),
)
"""The columns B to AM of the standard's workbooks, by the labels that the person filling them sees."""
