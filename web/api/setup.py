"""The organisation, API tokens and the audit."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated, Any

from pydantic import Field

from mailgate import clock
from mailgate.errors import Forbidden, NotFound
from mailgate.office.links import make_api_token
from mailgate.office.organisation import LANGUAGES, LONGEST_NAME, save_organisation, setup_of
from mailgate.rights import Right
from mailgate.store.agents import Token, remove_api_token, token_by_id, tokens_named
from mailgate.store.audit import AuditEntry, entries
from mailgate.store.organisations import own
from web import cursors
from web.access import desk, who
from web.api.operations import Answer, Body, operation
from web.api.people import Role
from web.api.shapes import From, Moment, Name, Page, PageQuery, To


class OrganisationShown(Answer):
    """The organisation."""

    name: str
    number_format: Annotated[str, Field(description="How ticket numbers are made.")]
    language: Annotated[str, Field(description=f"Of letters: one of {', '.join(LANGUAGES)}.")]
    time_zone: str
    needs_second_factor: Annotated[bool, Field(description="Everybody needs one to see anything.")]


class OrganisationChange(Body):
    """What changes; what is left out stays."""

    name: Annotated[Name | None, Field(max_length=LONGEST_NAME)] = None
    number_format: Annotated[Name | None, Field(max_length=60)] = None
    language: Annotated[str | None, Field(max_length=3)] = None
    time_zone: Annotated[str | None, Field(max_length=60)] = None
    needs_second_factor: bool | None = None


class TokenShown(Answer):
    """An API token, without its secret."""

    id: int
    name: str
    role: str
    created_at: Moment
    expires_at: Moment | None


class TokenMade(TokenShown):
    """One just made."""

    secret: Annotated[str, Field(description="Told now and never again.")]


class TokenPage(Page[TokenShown]):
    """Some API tokens."""


class NewToken(Body):
    """A token to make; without `expires_at` it never ends."""

    name: Annotated[Name, Field(max_length=100)]
    role: Role = "agent"
    expires_at: From | None = None


class Deed(Answer):
    """Something that was done."""

    id: int
    at: Moment
    deed: Annotated[str, Field(description="added, changed, removed, signed in …")]
    what: Annotated[str, Field(description="The kind of thing it was done to.")]
    name: str
    by: str
    address: Annotated[str, Field(description="From where.")]
    changes: Annotated[dict[str, Any], Field(description="What it was and what it is, by field.")]


class AuditPage(Page[Deed]):
    """Some of the audit, newest first."""


class AuditQuery(PageQuery):
    """Which deeds."""

    what: Annotated[str | None, Field(max_length=100)] = None
    since: From | None = None
    until: To | None = None


@operation("GET", "/organisation", answer=OrganisationShown)
def show_organisation() -> OrganisationShown:
    """Show the organisation."""
    with desk() as session:
        return OrganisationShown(**asdict(setup_of(own(session))))


@operation("PATCH", "/organisation", body=OrganisationChange, answer=OrganisationShown)
def change_organisation(body: OrganisationChange) -> OrganisationShown:
    """Change the organisation. Tickets keep the numbers they have."""
    with desk() as session:
        given = {name: value for name, value in body.model_dump().items() if value is not None}
        organisation = save_organisation(session, replace(setup_of(own(session)), **given))
        return OrganisationShown(**asdict(setup_of(organisation)))


@operation("GET", "/tokens", query=PageQuery, answer=TokenPage)
def list_tokens(query: PageQuery) -> TokenPage:
    """List API tokens, never their secrets."""
    after = cursors.read_id(query.cursor) or 0
    with desk() as session:
        rows = sorted((row for row in tokens_named(session) if row.id > after), key=lambda row: row.id)
    page, following = cursors.cut(rows, query.limit, lambda row: cursors.make(row.id))
    return TokenPage(items=[TokenShown(**_token(row)) for row in page], next=following)


@operation("POST", "/tokens", body=NewToken, answer=TokenMade, status=201)
def make_token(body: NewToken) -> TokenMade:
    """Make an API token. Its secret is told now and never again."""
    if body.role == "owner" and not who().may(Right.OWN):
        raise Forbidden("Only an owner may make a token with an owner's rights.")
    with desk() as session:
        made = make_api_token(session, body.name, body.role, clock.now(), expires=body.expires_at)
        return TokenMade(**_token(made.token), secret=made.secret)


@operation("DELETE", "/tokens/<key:token_id>", answer=TokenShown)
def revoke_token(token_id: int) -> TokenShown:
    """Take away an API token, at once."""
    with desk() as session:
        token = token_by_id(session, token_id)
        if token is None or not remove_api_token(session, token_id):
            raise NotFound(f"There is no token {token_id}.")
        return TokenShown(**_token(token))


@operation("GET", "/audit", query=AuditQuery, answer=AuditPage)
def list_audit(query: AuditQuery) -> AuditPage:
    """List what was changed in the set-up, and who signed in: newest first."""
    with desk() as session:
        rows = entries(
            session, what=query.what, since=query.since, until=query.until, before=cursors.read_id(query.cursor),
            limit=query.limit + 1,
        )  # fmt: skip
    page, following = cursors.cut(rows, query.limit, lambda row: cursors.make(row.id))
    return AuditPage(items=[_deed(row) for row in page], next=following)


def _token(row: Token) -> dict[str, Any]:
    return {
        "id": row.id, "name": row.name, "role": row.role or "", "created_at": row.created_at,
        "expires_at": row.expires_at,
    }  # fmt: skip


def _deed(row: AuditEntry) -> Deed:
    return Deed(
        id=row.id, at=row.at, deed=row.deed, what=row.what, name=row.name, by=row.by_name, address=row.address,
        changes=row.data,
    )  # fmt: skip
