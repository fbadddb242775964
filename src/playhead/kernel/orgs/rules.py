"""Who may do what to whom in an organisation. Pure.

- An owner manages everybody else; an admin manages editors and viewers; the others nobody.
- Nobody gives a role that is above their own: only an owner makes an owner.
- Nobody manages themselves, but everybody may leave.
- There is always an owner.
"""

from playhead.kernel.identity import Role

ADMINISTRATORS = (Role.OWNER, Role.ADMIN)
_MANAGED_BY_ADMINS = frozenset({Role.EDITOR, Role.VIEWER})


def may_administer(actor: Role) -> bool:
    """Return whether ``actor`` may rename the organisation and see who is invited."""
    return actor in ADMINISTRATORS


def may_delete(actor: Role) -> bool:
    """Return whether ``actor`` may delete the organisation."""
    return actor is Role.OWNER


def may_give(actor: Role, role: Role) -> bool:
    """Return whether ``actor`` may give ``role`` to somebody, or take such an invitation back."""
    return actor is Role.OWNER or (actor is Role.ADMIN and role is not Role.OWNER)


def may_manage(actor: Role, target: Role) -> bool:
    """Return whether ``actor`` may change or remove another member who is ``target``."""
    return actor is Role.OWNER or (actor is Role.ADMIN and target in _MANAGED_BY_ADMINS)


def may_change_role(actor: Role, target: Role, role: Role, *, is_self: bool) -> bool:
    """Return whether ``actor`` may make a member who is ``target`` a ``role``."""
    return not is_self and may_manage(actor, target) and may_give(actor, role)


def may_remove(actor: Role, target: Role, *, is_self: bool) -> bool:
    """Return whether ``actor`` may remove a member who is ``target``; themselves: leave."""
    return is_self or may_manage(actor, target)


def keeps_an_owner(owners: int, target: Role, becomes: Role | None) -> bool:
    """Return whether an owner is left once ``target``, of ``owners``, becomes that (None: gone)."""
    return target is not Role.OWNER or becomes is Role.OWNER or owners > 1
