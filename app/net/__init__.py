"""The network: one door out, with deadlines, size caps, an address rule, and permits for those who wait."""
