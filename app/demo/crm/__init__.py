"""Larkfield CRM: a simulated CRM that behaves like Salesforce towards what it embeds."""
