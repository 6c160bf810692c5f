"""The organisations of the demonstration: those that the four routes name, each marked as made up for it.

Their functions are such that, once a case has a gate, one body is plain for every role that must be held.
"""

from typing import Final, NamedTuple

from repatriation.work.sharing import Body

GATES: Final = {
    "tha-khm": "poipet",
    "vnm-khm": "bavet",
    "khm-vnm": "moc-bai",
    "khm-tha": "aranyaprathet",
}
"""The gate of arrival of each route, on the side of the country of return."""

OPPOSITE: Final = {
    "poipet": "aranyaprathet",
    "aranyaprathet": "poipet",
    "bavet": "moc-bai",
    "moc-bai": "bavet",
}
"""The gate on the other side of the border."""


class Made(NamedTuple):
    """One organisation: its code is also how officers name it when they choose among several."""

    code: str
    country: str
    functions: tuple[str, ...]
    name: str
    name_local: str
    stationed: str | None = None
    place: str | None = None

    @property
    def body(self) -> Body:
        """The organisation as sharing sees it, under its code instead of an id."""
        return Body(self.code, self.code, self.country, frozenset(self.functions), self.stationed, self.place)


_CAMBODIA: Final = (
    Made(
        "mosvy",
        "KHM",
        ("coordination",),
        "Ministry of Social Affairs, Veterans and Youth Rehabilitation (MoSVY), department ATIPRV",
        "ក្រសួងសង្គមកិច្ច អតីតយុទ្ធជន និងយុវនីតិសម្បទា",
    ),
    Made(
        "dosvy-banteay-meanchey",
        "KHM",
        ("social",),
        "Department of Social Affairs (DoSVY), Banteay Meanchey",
        "មន្ទីរសង្គមកិច្ច ខេត្តបន្ទាយមានជ័យ",
        place="poipet",
    ),
    Made(
        "dosvy-svay-rieng",
        "KHM",
        ("social",),
        "Department of Social Affairs (DoSVY), Svay Rieng",
        "មន្ទីរសង្គមកិច្ច ខេត្តស្វាយរៀង",
        place="bavet",
    ),
    Made(
        "dosvy-child-protection",
        "KHM",
        ("guardian_authority",),
        "Department of Social Affairs (DoSVY), child protection",
        "មន្ទីរសង្គមកិច្ច ផ្នែកការពារកុមារ",
    ),
    Made(
        "poipet-transit-centre",
        "KHM",
        ("reception",),
        "Poipet Transit Centre",
        "មជ្ឈមណ្ឌលទទួលបណ្តោះអាសន្ន ប៉ោយប៉ែត",
        place="poipet",
    ),
    Made(
        "bavet-transit-centre",
        "KHM",
        ("reception",),
        "Bavet Transit Centre",
        "មជ្ឈមណ្ឌលទទួលបណ្តោះអាសន្ន បាវិត",
        place="bavet",
    ),
    Made(
        "moi-anti-trafficking",
        "KHM",
        ("police", "identification"),
        "Ministry of Interior, anti-trafficking and juvenile protection police",
        "នគរបាលប្រឆាំងអំពើជួញដូរមនុស្ស និងការពារអនីតិជន",
    ),
    Made(
        "khm-immigration",
        "KHM",
        ("immigration",),
        "Department of Immigration, Ministry of Interior",
        "នាយកដ្ឋានអន្តោប្រវេសន៍ ក្រសួងមហាផ្ទៃ",
    ),
    Made("khm-prosecution", "KHM", ("prosecution",), "Office of the Prosecutor, Cambodia", "អយ្យការ"),
    Made(
        "mofaic",
        "KHM",
        ("foreign_affairs",),
        "Ministry of Foreign Affairs and International Cooperation (MoFAIC)",
        "ក្រសួងការបរទេស និងសហប្រតិបត្តិការអន្តរជាតិ",
    ),
    Made(
        "khm-embassy-bangkok",
        "KHM",
        ("consulate",),
        "Embassy of Cambodia in Bangkok",
        "ស្ថានទូតកម្ពុជា នៅទីក្រុងបាងកក",
        stationed="THA",
    ),
    Made(
        "khm-consulate-ho-chi-minh",
        "KHM",
        ("consulate",),
        "Consulate General of Cambodia in Ho Chi Minh City",
        "អគ្គកុងស៊ុលកម្ពុជា នៅទីក្រុងហូជីមិញ",
        stationed="VNM",
        place="bavet",
    ),
    Made(
        "khm-embassy-hanoi",
        "KHM",
        ("consulate",),
        "Embassy of Cambodia in Hanoi",
        "ស្ថានទូតកម្ពុជា នៅទីក្រុងហាណូយ",
        stationed="VNM",
    ),
    Made(
        "ngo-poipet",
        "KHM",
        ("caseworker", "ngo"),
        "Reintegration Partners Poipet (invented NGO)",
        "អង្គការដៃគូសមាហរណកម្ម ប៉ោយប៉ែត",
        place="poipet",
    ),
    Made(
        "ngo-bavet",
        "KHM",
        ("caseworker", "ngo"),
        "Reintegration Partners Bavet (invented NGO)",
        "អង្គការដៃគូសមាហរណកម្ម បាវិត",
        place="bavet",
    ),
    Made(
        "ngo-shelter-phnom-penh",
        "KHM",
        ("shelter", "ngo"),
        "Open Door Shelter, Phnom Penh (invented NGO)",
        "មណ្ឌលស្នាក់នៅ ទ្វារចំហ រាជធានីភ្នំពេញ",
    ),
    Made("iom-cambodia", "KHM", ("iom",), "IOM Cambodia", "អង្គការ IOM កម្ពុជា"),
)

_THAILAND: Final = (
    Made(
        "datip",
        "THA",
        ("coordination",),
        "MSDHS, Division of Anti-Trafficking in Persons (DATIP)",
        "กองต่อต้านการค้ามนุษย์ กระทรวงการพัฒนาสังคมและความมั่นคงของมนุษย์",
    ),
    Made(
        "msdhs-home-sa-kaeo",
        "THA",
        ("protection", "social", "guardian_authority"),
        "MSDHS home for children and families, Sa Kaeo",
        "บ้านพักเด็กและครอบครัวจังหวัดสระแก้ว",
    ),
    Made(
        "aranyaprathet-reception",
        "THA",
        ("reception",),
        "Receiving agencies at Aranyaprathet, Sa Kaeo",
        "หน่วยงานรับตัวที่อรัญประเทศ จังหวัดสระแก้ว",
        place="aranyaprathet",
    ),
    Made(
        "tha-shelter",
        "THA",
        ("shelter",),
        "MSDHS shelter for trafficked persons",
        "สถานคุ้มครองผู้เสียหายจากการค้ามนุษย์",
    ),
    Made("tha-mdt", "THA", ("identification",), "Multidisciplinary team (MDT)", "ทีมสหวิชาชีพ"),
    Made(
        "tha-police",
        "THA",
        ("police",),
        "Royal Thai Police, anti-trafficking",
        "กองบังคับการปราบปรามการกระทำความผิดเกี่ยวกับการค้ามนุษย์",
    ),
    Made("tha-immigration", "THA", ("immigration",), "Immigration Bureau, Thailand", "สำนักงานตรวจคนเข้าเมือง"),
    Made(
        "tha-prosecution",
        "THA",
        ("prosecution",),
        "Office of the Attorney General, Thailand",
        "สำนักงานอัยการสูงสุด",
    ),
    Made(
        "tha-foreign-affairs",
        "THA",
        ("foreign_affairs",),
        "Ministry of Foreign Affairs of Thailand",
        "กระทรวงการต่างประเทศ",
    ),
    Made(
        "tha-embassy-phnom-penh",
        "THA",
        ("consulate",),
        "Royal Thai Embassy in Phnom Penh",
        "สถานเอกอัครราชทูต ณ กรุงพนมเปญ",
        stationed="KHM",
    ),
    Made(
        "ngo-thailand",
        "THA",
        ("caseworker", "ngo"),
        "Border Friends Thailand (invented NGO)",
        "องค์กรเพื่อนชายแดน",
    ),
    Made("iom-thailand", "THA", ("iom",), "IOM Thailand", "องค์การ IOM ประเทศไทย"),
)

_VIET_NAM: Final = (
    Made(
        "mps-immigration",
        "VNM",
        ("coordination", "immigration"),
        "Immigration Department, Ministry of Public Security",
        "Cục Quản lý xuất nhập cảnh, Bộ Công an",
    ),
    Made(
        "tay-ninh-immigration-police",
        "VNM",
        ("reception",),
        "Immigration unit, Tay Ninh provincial police",
        "Phòng Quản lý xuất nhập cảnh, Công an tỉnh Tây Ninh",
        place="moc-bai",
    ),
    Made(
        "tay-ninh-police",
        "VNM",
        ("police", "identification"),
        "Criminal police, Tay Ninh province",
        "Phòng Cảnh sát hình sự, Công an tỉnh Tây Ninh",
    ),
    Made(
        "border-guard-moc-bai",
        "VNM",
        ("border",),
        "Border Guard station at Moc Bai",
        "Đồn Biên phòng cửa khẩu Mộc Bài",
        place="moc-bai",
    ),
    Made(
        "vnm-consular-department",
        "VNM",
        ("foreign_affairs",),
        "Consular Department, Ministry of Foreign Affairs",
        "Cục Lãnh sự, Bộ Ngoại giao",
    ),
    Made(
        "vnm-embassy-phnom-penh",
        "VNM",
        ("consulate",),
        "Embassy of Viet Nam in Phnom Penh",
        "Đại sứ quán Việt Nam tại Phnôm Pênh",
        stationed="KHM",
    ),
    Made(
        "vnm-social-agency",
        "VNM",
        ("social", "shelter", "guardian_authority"),
        "Local social agency, Tay Ninh",
        "Cơ quan bảo trợ xã hội địa phương, tỉnh Tây Ninh",
    ),
    Made(
        "vnm-prosecution",
        "VNM",
        ("prosecution",),
        "People's Procuracy, Tay Ninh province",
        "Viện kiểm sát nhân dân tỉnh Tây Ninh",
    ),
    Made(
        "womens-union",
        "VNM",
        ("caseworker",),
        "Women's Union, Tay Ninh province",
        "Hội Liên hiệp Phụ nữ tỉnh Tây Ninh",
    ),
    Made("ngo-viet-nam", "VNM", ("ngo",), "New Dawn Viet Nam (invented NGO)", "Tổ chức Bình Minh Mới"),
    Made("iom-viet-nam", "VNM", ("iom",), "IOM Viet Nam", "Tổ chức IOM Việt Nam"),
)

ORGANISATIONS: Final = _CAMBODIA + _THAILAND + _VIET_NAM
