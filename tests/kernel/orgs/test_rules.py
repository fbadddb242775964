"""Who may do what to whom: the whole table."""

from itertools import product

import pytest

from playhead.kernel.identity import Role
from playhead.kernel.orgs.rules import (
    keeps_an_owner,
    may_administer,
    may_change_role,
    may_delete,
    may_give,
    may_manage,
    may_remove,
)

OWNER, ADMIN, EDITOR, VIEWER = Role.OWNER, Role.ADMIN, Role.EDITOR, Role.VIEWER

# By the role of who acts: whom they manage, and which roles they give.
MANAGED = {OWNER: set(Role), ADMIN: {EDITOR, VIEWER}, EDITOR: set(), VIEWER: set()}
GIVEN = {OWNER: set(Role), ADMIN: {ADMIN, EDITOR, VIEWER}, EDITOR: set(), VIEWER: set()}
PAIRS = list(product(Role, Role))


@pytest.mark.parametrize("actor", Role)
def test_owners_and_admins_administer_and_only_owners_delete(actor: Role) -> None:
    assert may_administer(actor) is (actor in {OWNER, ADMIN})
    assert may_delete(actor) is (actor is OWNER)


@pytest.mark.parametrize(("actor", "other"), PAIRS)
def test_an_admin_may_not_manage_admins_or_owners_and_only_an_owner_makes_an_owner(
    actor: Role, other: Role
) -> None:
    assert may_manage(actor, other) is (other in MANAGED[actor])
    assert may_give(actor, other) is (other in GIVEN[actor])


@pytest.mark.parametrize(("actor", "target", "role"), list(product(Role, Role, Role)))
def test_a_role_is_changed_by_who_manages_the_member_and_gives_the_role(
    actor: Role, target: Role, role: Role
) -> None:
    allowed = target in MANAGED[actor] and role in GIVEN[actor]

    assert may_change_role(actor, target, role, is_self=False) is allowed
    assert not may_change_role(actor, target, role, is_self=True)  # nobody manages themselves


@pytest.mark.parametrize(("actor", "target"), PAIRS)
def test_a_member_is_removed_by_who_manages_them_and_everybody_may_leave(
    actor: Role, target: Role
) -> None:
    assert may_remove(actor, target, is_self=False) is (target in MANAGED[actor])
    assert may_remove(actor, actor, is_self=True)


@pytest.mark.parametrize(("target", "becomes"), list(product(Role, [*Role, None])))
def test_only_the_last_owner_cannot_become_anything_else(
    target: Role, becomes: Role | None
) -> None:
    assert keeps_an_owner(2, target, becomes)
    assert keeps_an_owner(1, target, becomes) is (target is not OWNER or becomes is OWNER)
