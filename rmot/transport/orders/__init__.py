"""Orders in listed contracts: the ticket that holds them, and how a hedge becomes one."""
