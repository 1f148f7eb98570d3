"""What a password costs to try: the pages' tests hash at less."""

from argon2 import Type, extract_parameters

from buyback.security import passwords
from buyback.security.passwords import hash_password, password_matches

PHRASE = "cuatro barcos entran a la bahía"


def test_a_guess_takes_argon2id_64_mib_and_three_passes() -> None:
    """RFC 9106, section 4: what it recommends where memory is short."""
    cost = extract_parameters(hash_password(PHRASE))
    assert (cost.type, cost.memory_cost, cost.time_cost, cost.parallelism) == (Type.ID, 64 * 1024, 3, 4)


def test_an_unknown_name_costs_the_same_work_and_opens_to_nobody() -> None:
    passwords._nobody.cache_clear()
    assert extract_parameters(passwords._nobody()) == extract_parameters(hash_password(PHRASE))
    assert not password_matches(None, PHRASE)
