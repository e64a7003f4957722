"""Machines that call us: who they are, what they may, and the scores that they get or bring.

A machine's grant is a connection, a capability and fields, never a viewer's rights, and it is audited as a service.
"""
