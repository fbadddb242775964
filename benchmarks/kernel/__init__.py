"""The kernel: a guarded GET over HTTP and what its parts cost, tenancy, checks, sign-in."""
