"""People are recognised alike whether they come one by one, in one batch, or in a simulation."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from leads import people
from leads.arrivals import Arrival
from leads.normalise import person_key, phone_key
from routing.engine import simulate
from tests.organisation import NOON

PHONES = [f"+493090182{number}" for number in range(3)]
TOUCHES = st.lists(
    st.fixed_dictionaries({}, optional={"email": st.sampled_from("abc"), "phone": st.sampled_from(PHONES)}), max_size=12
)


def arrival(number, facts):
    return Arrival(
        event=uuid.UUID(int=number),
        source=None,
        item=0,
        item_key="",
        key=person_key(facts),
        phone=phone_key(facts.get("phone", "")),
        facts=facts,
        set_aside={},
        at=NOON,
    )


def groups(names):
    """Which of them are the same: for each the number of the first like it."""
    return [names.index(name) for name in names]


@given(TOUCHES)
def test_a_batch_knows_the_same_people_as_a_simulation(touches):
    register, simulated = people._Register([]), simulate._Register()
    in_batch, in_fold = [], []
    for number, facts in enumerate(touches):
        one = arrival(number, facts)
        person = register.whose(one)
        person.arrivals.append(one)
        in_batch.append(id(person))
        told = simulate.Arrival(one.key or f"row:{number}", facts, NOON, phone=one.phone)
        in_fold.append(id(simulated.whose(told)))

    assert groups(in_batch) == groups(in_fold)
