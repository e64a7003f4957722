"""The fields that this CRM's admin made for what comes from outside: beside those of the file, on every record."""

from __future__ import annotations

from app.demo.crm.table import Column

AI_COLUMNS = (
    Column("AI_Score__c", "AI score", "number"),
    Column("AI_Band__c", "AI band"),
    Column("AI_Scored_At__c", "AI scored at"),
    Column("AI_Verdict__c", "AI verdict"),
    Column("AI_Override__c", "Override", "number"),
    Column("AI_Override_Reason__c", "Override reason"),
)
# What a connection writes to which of them.
WRITES = {
    "score": "AI_Score__c",
    "band": "AI_Band__c",
    "as_of": "AI_Scored_At__c",
    "verdict": "AI_Verdict__c",
    "override": "AI_Override__c",
    "reason": "AI_Override_Reason__c",
}
