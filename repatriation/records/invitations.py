"""Invitations: how somebody comes to have an account. Nobody signs up by themselves."""

from repatriation.records.columns import Moment, Row, column, identifier, moment


class Invitation(Row, table=True):
    """One invitation. The link holds a random token, this table only its digest."""

    id: str = identifier()
    token_hash: str = column("identity", unique=True)
    organisation_id: str = column("open", refers="organisation.id", index=True)
    username: str = column("case")
    display_name: str = column("case")
    duty: str = column("open")
    language: str = column("open")
    invited_by: str | None = column("case", None, refers="officer.id")
    made_at: Moment = moment("case")
    expires_at: Moment = moment("case")
    used_at: Moment | None = moment("case", None)
    officer_id: str | None = column("case", None, refers="officer.id")
