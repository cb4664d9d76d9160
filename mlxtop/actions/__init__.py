"""What keys do, on every screen: an action is one entry of the table and one method.

Keys, footers, help, palette, hints and the config check are made from the entry.
"""

from mlxtop.actions.contexts import CONTEXTS, Action, At, Context
from mlxtop.actions.table import BY_ID

__all__ = ["BY_ID", "CONTEXTS", "Action", "At", "Context"]
