"""Step 4. The ledger of an archive: its truth, in one SQLite file."""

from retrieval.ledger.conversations import Conversations, StoredTurn
from retrieval.ledger.events import ClaimedEvent, ClaimedEvents
from retrieval.ledger.ledger import Ledger
from retrieval.ledger.opinions import Judged, Opinion, Opinions
from retrieval.ledger.rows import Known, NewRevision

__all__ = [
    "ClaimedEvent",
    "ClaimedEvents",
    "Conversations",
    "Judged",
    "Known",
    "Ledger",
    "NewRevision",
    "Opinion",
    "Opinions",
    "StoredTurn",
]
