"""A batch is judged side by side and within a bound; most mail costs nothing, and no mail is lost to a checker."""

from time import monotonic, sleep

import pytest

from mailgate.mail import Verdict
from mailgate.trust.case import Believed
from mailgate.trust.checker import Checker
from mailgate.trust.names import PATIENCE, Answer, NoAnswer
from tests.support.mails import mail
from tests.support.names import Recorded
from tests.support.signing import CLIENT, REJECT, case, known, signed

UNSIGNED = mail()
SIGNED = signed(mail())


def test_each_mail_gets_its_own_verdict() -> None:
    checker = Checker(known(REJECT, spf=f"ip4:{CLIENT} -all"))
    batch = [
        case(SIGNED, peer="127.0.0.1"),
        case(UNSIGNED, peer="127.0.0.1"),
        case(UNSIGNED),
        case(UNSIGNED, peer="200.1.1.1"),
        case(SIGNED, door="imap"),
    ]
    assert [verdict.result for verdict in checker.judge(batch * 20)] == ["pass", "none", "pass", "fail", "pass"] * 20
    assert checker.judge([]) == []
    checker.close()


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "192.168.1.1"])
def test_unsigned_mail_from_our_own_servers_asks_nobody(peer: str) -> None:
    names = Recorded()
    one = case(UNSIGNED, peer=peer)
    assert Checker(names).judge([one])[0].result == "none"
    assert names.asked == []


def test_without_a_resolver_nothing_is_checked() -> None:
    assert [verdict.result for verdict in Checker().judge([case(SIGNED), case(UNSIGNED)])] == ["none", "none"]


def test_without_a_resolver_our_relay_is_believed_all_the_same() -> None:
    raw = b"Authentication-Results: mx.example; dmarc=pass header.from=lusitel.example\r\n" + UNSIGNED
    checker = Checker(None, Believed(results=("mx.example",)))
    assert [verdict.result for verdict in checker.judge([case(raw, door="lmtp"), case(raw)])] == ["pass", "none"]


def test_imported_mail_asks_nobody() -> None:
    """Its signers may have changed their keys long ago."""
    names = known(REJECT)
    assert Checker(names).judge([case(SIGNED, door="import")])[0].result == "none"
    assert names.asked == []


class Slow:
    """A resolver that takes its time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def ask(self, name: str, kind: str, within: float = PATIENCE) -> Answer:
        sleep(min(self._seconds, within))
        if self._seconds >= within:
            raise NoAnswer(f"no answer for {name}")
        return known(REJECT).ask(name, kind)


def test_a_batch_waits_side_by_side() -> None:
    """Two questions a mail: one after the other these would take 20 s."""
    start = monotonic()
    verdicts = Checker(Slow(0.2)).judge([case(SIGNED)] * 50)
    assert {verdict.result for verdict in verdicts} == {"pass"}
    assert monotonic() - start < 10


def test_a_resolver_that_never_answers_costs_a_batch_its_bound_and_no_mail_is_forged_for_it() -> None:
    start = monotonic()
    verdicts = Checker(Slow(60)).judge([case(SIGNED)] * 200)
    assert {verdict.result for verdict in verdicts} == {"none"}
    assert "the DNS gave no answer" in verdicts[0].reasons[0]
    assert monotonic() - start < 15  # 5 s, and what 200 mails cost on a busy machine


class Broken:
    def ask(self, name: str, kind: str, within: float = PATIENCE) -> Answer:
        raise RecursionError(name)


def test_what_goes_wrong_in_a_check_takes_no_mail_with_it() -> None:
    batch = [case(SIGNED), case(UNSIGNED, peer="127.0.0.1")]
    assert Checker(Broken()).judge(batch)[0] == Verdict("none", ("It could not be checked: RecursionError.",))
