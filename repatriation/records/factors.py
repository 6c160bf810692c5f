"""Second factors of officers: an authenticator app, passkeys, and codes for when both are lost."""

from sqlalchemy import BigInteger, Index

from repatriation.records.columns import Moment, Row, column, identifier, moment, sealed


class Authenticator(Row, table=True):
    """The secret shared with an officer's authenticator app. It counts once a code of it was entered."""

    id: str = identifier()
    officer_id: str = column("case", refers="officer.id", unique=True)
    secret: bytes | None = sealed()
    confirmed_at: Moment | None = moment("case", None)
    last_step: int = column("case", 0)  # the time step of the last code taken, so that none is taken twice


class Passkey(Row, table=True):
    """A key that an officer's device holds; only its public half is here."""

    __table_args__ = (Index(None, "officer_id"),)

    id: str = identifier()
    officer_id: str = column("case", refers="officer.id")
    credential: str = column("identity", unique=True)  # base64url, as the device names the key
    public_key: str = column("identity")  # base64url of the COSE key
    sign_count: int = column("case", 0, kind=BigInteger())
    name: str = column("case")
    made_at: Moment = moment("case")
    used_at: Moment | None = moment("case", None)


class RecoveryCode(Row, table=True):
    """One code that stands in for a lost device, once. It is random enough for a plain digest."""

    __tablename__ = "recovery_code"
    __table_args__ = (Index(None, "officer_id"),)

    id: str = identifier()
    officer_id: str = column("case", refers="officer.id")
    digest: str = column("identity")
    used_at: Moment | None = moment("case", None)
