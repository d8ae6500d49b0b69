"""The ledger of claims: what the sources say, the checks that decide it, and a verifier apart.

`claims/` lists the claims by topic; `checks/` holds one module per topic; `certificate` says what a
check hands back; `verify` re-checks every exact statement with the standard library alone.
"""
