"""The servers' programs where the account they run under can start them."""

from mailgate.embedded.account import Account
from mailgate.embedded.binaries import Binaries, installed, unavailable


def for_account(account: Account) -> Binaries:
    """The programs where this account can start them."""
    binaries = installed()
    if binaries.start_as(account):
        return binaries
    if account.uid is None:
        raise unavailable(f"the programs in {binaries.postgres_root} do not start on this machine")
    from mailgate.embedded.copies import public_copy  # noqa: PLC0415 - megabytes, and rarely needed

    copy = public_copy(binaries, account)
    if copy is None:
        raise unavailable(f"the account they run under can read neither {binaries.postgres_root} nor a copy of it")
    return copy
