"""The contract review: cuts a contract into clauses, finds what a playbook looks for, says what it means."""
