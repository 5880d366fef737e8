"""Who is asking, from where, and what they may: every request passes here before its page or its API call."""

from web.access.address import client_address, is_at_home, limit
from web.access.policy import POLICY, Rule
from web.access.refusals import NotSignedIn, TooMany
from web.access.sessions import sign_in, sign_out
from web.access.who import Who, agent, desk, desk_of, require_whole_sight, who, whoever, zone_of

__all__ = [
    "POLICY",
    "NotSignedIn",
    "Rule",
    "TooMany",
    "Who",
    "agent",
    "client_address",
    "desk",
    "desk_of",
    "is_at_home",
    "limit",
    "require_whole_sight",
    "sign_in",
    "sign_out",
    "who",
    "whoever",
    "zone_of",
]
