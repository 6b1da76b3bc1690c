"""The figures at /metrics: what this process counts, and how the book stands when it is asked."""

from bot.web.metrics.figures import Figures
from bot.web.metrics.loop_lag import LoopLag, watching_loop
from bot.web.metrics.scraping import Scraping

__all__ = ["Figures", "LoopLag", "Scraping", "watching_loop"]
