"""Step 4. The ledger of an archive: its truth, in one SQLite file."""

from retrieval.ledger.conversations import Conversations, StoredTurn
from retrieval.ledger.ledger import Ledger
from retrieval.ledger.rows import Known, NewRevision

__all__ = ["Conversations", "Known", "Ledger", "NewRevision", "StoredTurn"]
