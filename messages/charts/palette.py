"""Colours of charts. Pictures have a ground of their own, so that they read well on dark screens.

Words are at least 4.5:1 against the ground (WCAG 2.2, 1.4.3); bands differ in lightness as well as
in hue, for the one man in twelve who cannot tell red from green.
"""

from __future__ import annotations

GROUND = "#ffffff"
INK = "#1f2328"
MUTED = "#59636e"
RULE = "#d1d9e0"
LINE = "#0969da"
GOOD = "#4ac26b"
BAD = "#ff8182"

BANDS = {
    "healthy": "#dafbe1",
    "steady": "#eef6ff",
    "at_risk": "#fff3c4",
    "critical": "#ffdcd7",
}
"""The light grounds behind a score, by band."""
