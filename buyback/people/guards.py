"""What holds of people beyond their constraints: an end stays an end, and some roles exclude each other."""

from buyback.triggers import Guard, append_only, changes, kept

GUARDS = (
    *append_only("forbidden_role_pair"),
    *kept("invitation", "login_session", "organisation", "role_grant", "user_account"),
    Guard("invitation", "used_once", "UPDATE", "OLD.used_at IS NOT NULL"),
    Guard("login_session", "end_is_final", "UPDATE", "OLD.ended_at IS NOT NULL"),
    Guard(
        "role_grant",
        "end_is_final",
        "UPDATE",
        "OLD.revoked_at IS NOT NULL OR " + changes("role", '"user"'),
    ),
    Guard(
        "role_grant",
        "forbidden_pair",
        "INSERT",
        "EXISTS (SELECT 1 FROM role_grant g JOIN forbidden_role_pair f"
        " ON (f.role = g.role AND f.other = NEW.role) OR (f.other = g.role AND f.role = NEW.role)"
        ' WHERE g."user" = NEW."user" AND g.revoked_at IS NULL)',
        "roles that one person may not hold",
        locks='user_account WHERE id = NEW."user"',
    ),
)
