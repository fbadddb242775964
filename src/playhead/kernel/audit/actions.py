"""What the audit log tells of: the whole list, one dotted term each."""

from enum import StrEnum


class Action(StrEnum):
    """What was done. Clients filter by these words: they are never changed, only added to."""

    SIGN_UP = "sign_up"
    SIGN_IN_SUCCEEDED = "sign_in.succeeded"
    SIGN_IN_FAILED = "sign_in.failed"
    SESSION_ENDED = "session.ended"
    SESSION_REUSE_DETECTED = "session.reuse_detected"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 -- a word of the list
    PASSWORD_RESET_REQUESTED = "password.reset_requested"  # noqa: S105 -- a word of the list
    PASSWORD_RESET = "password.reset"  # noqa: S105 -- a word of the list
    EMAIL_CHANGED = "email.changed"
    EMAIL_VERIFIED = "email.verified"
    IDENTITY_LINKED = "identity.linked"
    IDENTITY_UNLINKED = "identity.unlinked"
    PERSON_UPDATED = "person.updated"

    KEY_CREATED = "key.created"
    KEY_UPDATED = "key.updated"
    KEY_ROTATED = "key.rotated"
    KEY_REVOKED = "key.revoked"
    KEY_LEAKED = "key.leaked"

    ORG_CREATED = "org.created"
    ORG_UPDATED = "org.updated"
    MEMBER_JOINED = "member.joined"
    MEMBER_ROLE_CHANGED = "member.role_changed"
    MEMBER_REMOVED = "member.removed"
    MEMBER_LEFT = "member.left"
    INVITATION_CREATED = "invitation.created"
    INVITATION_RESENT = "invitation.resent"
    INVITATION_CANCELLED = "invitation.cancelled"
    INVITATION_ACCEPTED = "invitation.accepted"

    SKILL_CREATED = "skill.created"
    SKILL_UPDATED = "skill.updated"
    SKILL_DELETED = "skill.deleted"
    SKILL_LABELLED = "skill.labelled"
    SKILL_UNLABELLED = "skill.unlabelled"
    PROVIDER_KEY_PUT = "provider_key.put"
    PROVIDER_KEY_REMOVED = "provider_key.removed"

    HABIT_CREATED = "habit.created"
    HABIT_UPDATED = "habit.updated"
    HABIT_DELETED = "habit.deleted"
    HABIT_PAUSED = "habit.paused"

    REFLEX_CREATED = "reflex.created"
    REFLEX_UPDATED = "reflex.updated"
    REFLEX_DELETED = "reflex.deleted"
    REFLEX_ACTIVATED = "reflex.activated"
    REFLEX_DEACTIVATED = "reflex.deactivated"
    REFLEX_ERRORS_RESET = "reflex.errors_reset"
    REFLEX_SECRET_REGENERATED = "reflex.secret_regenerated"  # noqa: S105 -- a word of the list
    REFLEX_TESTED = "reflex.tested"
    REFLEX_PAUSED = "reflex.paused"
