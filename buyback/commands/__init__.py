"""The command line, one file a group of commands.

Each command says where it lives; it is imported when it is called, so that a short command does not wait for the
libraries of the others.
"""

ALL = {
    "keys": "keys:keys",
    "migrate": "system:migrate",
    "demo": "serving:demo",
    "serve": "serving:serve",
    "organisation": "accounts:organisation",
    "user": "accounts:user",
    "place": "places:place",
    "programme": "campaigns:programme",
    "event": "campaigns:event",
    "merchant": "merchants:merchant",
    "till": "merchants:till",
    "intake": "intake:intake",
    "tags": "tags:tags",
    "vouchers": "vouchers:vouchers",
    "settle": "settlements:settle",
    "totals": "totals:totals",
    "fold": "totals:fold",
    "purge": "purging:purge",
    "fade": "fading:fade",
    "hold": "holds:hold",
    "rewrite": "rewriting:rewrite",
    "check": "checks:check",
    "verify": "checks:verify",
    "checkpoint": "checks:checkpoint",
}
