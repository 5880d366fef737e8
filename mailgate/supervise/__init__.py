"""`mailgate up` from inside: starts the processes, joins their logs, starts again what falls, and stops them all."""

from mailgate.supervise.child import Role, mailgate_role
from mailgate.supervise.ports import next_free, page_answers, refuse_taken, takes_mail
from mailgate.supervise.supervisor import exit_on_signals, supervise

__all__ = [
    "Role",
    "exit_on_signals",
    "mailgate_role",
    "next_free",
    "page_answers",
    "refuse_taken",
    "supervise",
    "takes_mail",
]
