"""All commands, in the order `help` shows them. A new command is a new file and a line here."""

from __future__ import annotations

from handlers.commands.add import add
from handlers.commands.alerts import alerts
from handlers.commands.assign import assign
from handlers.commands.bind import bind
from handlers.commands.cancel import cancel
from handlers.commands.claim import claim
from handlers.commands.delivery import delivery
from handlers.commands.due import due
from handlers.commands.edit import edit
from handlers.commands.expansion import expansion
from handlers.commands.exporting import export
from handlers.commands.factors import factors
from handlers.commands.file import file
from handlers.commands.fix import fix
from handlers.commands.health import health
from handlers.commands.help import help_
from handlers.commands.importing import import_
from handlers.commands.language import language
from handlers.commands.link import link
from handlers.commands.log import log
from handlers.commands.losses import losses
from handlers.commands.lost import lost
from handlers.commands.mine import mine
from handlers.commands.mood import mood
from handlers.commands.noise import noise
from handlers.commands.proof import proof
from handlers.commands.release import release
from handlers.commands.risk import risk
from handlers.commands.settings import settings
from handlers.commands.show import show
from handlers.commands.snooze import snooze
from handlers.commands.stage import stage
from handlers.commands.undo import undo
from handlers.commands.won import won
from handlers.registry import Command

COMMANDS: tuple[Command, ...] = (
    help_,
    due,
    mine,
    expansion,
    risk,
    alerts,
    show,
    health,
    claim,
    release,
    log,
    mood,
    fix,
    file,
    undo,
    cancel,
    snooze,
    stage,
    won,
    lost,
    add,
    edit,
    import_,
    export,
    assign,
    bind,
    losses,
    factors,
    proof,
    noise,
    delivery,
    language,
    settings,
    link,
)
