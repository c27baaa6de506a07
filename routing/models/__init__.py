"""Rule trees from draft to decision, pools with their ledgers, queues, and the record of every decision."""

from routing.models.decisions import Decision
from routing.models.drafts import Draft, Revision, TestLead
from routing.models.pools import LedgerLine, Member, Pool, Queue
from routing.models.publishing import Backtest, Disagreement, Publication, Trial
from routing.models.traffic import Traffic, TrafficDay
from routing.models.trees import CustomField, Tree, ValueList, Version

__all__ = [
    "Backtest",
    "CustomField",
    "Decision",
    "Disagreement",
    "Draft",
    "LedgerLine",
    "Member",
    "Pool",
    "Publication",
    "Queue",
    "Revision",
    "TestLead",
    "Traffic",
    "TrafficDay",
    "Tree",
    "Trial",
    "ValueList",
    "Version",
]
