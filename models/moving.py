"""What follows when somebody moves, joins or leaves: one place to hang it on."""

from models import following


def moved(account: int, at: int) -> list[int]:
    """Bring everything up to date that follows who lives or owns where in an account.

    Called after the transaction that moved somebody, connected them or ended their connection;
    calling it again changes nothing.

    :param at: the instant (ms) that decides who lives somewhere.
    :returns: the ids of the threads that changed.
    """
    return list(following.settle(account, at))
