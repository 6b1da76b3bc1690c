"""`renewals`, also as `python -m bot`."""

from __future__ import annotations

import os
import sys

_THREADS = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")


def main() -> None:
    """Run the command line. What nobody foresaw becomes a sentence with a reference, and exit 1.

    The traceback is a line of the log, on stderr in the configured form, under that reference.
    """
    # Read by numpy when it is loaded. Our matrices are small: threads that wait for each other on
    # a busy machine cost ten times what they save. Who sets one of these, gets what they set.
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    from bot.cli import app

    try:
        app(prog_name="renewals")
    except Exception as fault:  # the last edge: no user ever sees a traceback
        _tell(fault)
        sys.exit(1)


def _tell(fault: Exception) -> None:
    import structlog

    from bot.config import Config
    from bot.logs import set_up_logs
    from bot.origins import Begun, beginning, command_origin
    from messages.i18n import Phrasebook
    from scoring.model import Locale

    if not structlog.is_configured():
        set_up_logs(Config.model_construct())
    with beginning(Begun.CLI, former=command_origin()) as reference:
        structlog.get_logger("bot").error("unforeseen", reference=reference, exc_info=fault)
    phrases = Phrasebook(Locale.of(os.environ.get("LC_ALL") or os.environ.get("LANG")))
    sys.stderr.write(phrases.t("cli.unforeseen", reference=reference) + "\n")


if __name__ == "__main__":
    main()
