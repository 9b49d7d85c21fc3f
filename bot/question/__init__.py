"""Step 8. A follow-up -> a question that stands alone, by rule. English. Pure."""

from bot.question.leaning import leans_on_earlier
from bot.question.standalone import Standalone, standalone_by_rule
from bot.question.turns import Turn

__all__ = ["Standalone", "Turn", "leans_on_earlier", "standalone_by_rule"]
