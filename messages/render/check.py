"""One door to the checks of payloads: what a platform would refuse, before it is sent.

The checks know nothing of how payloads are made. Tests run every rendering through them, and an
adapter may too; a fault is a sentence for developers.
"""

from __future__ import annotations

from messages.render.slack_check import check_slack
from messages.render.wecom_check import check_wecom

__all__ = ["check_slack", "check_wecom"]
