"""The ledger of claims: what the sources say, the checks that decide it, and a verifier apart.

`ledger.toml` lists the claims; `checks/` holds one module per topic; `certificate` says what a
check hands back; `verify` re-checks every exact statement with the standard library alone.
"""
