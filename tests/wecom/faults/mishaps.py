"""What happens to a company between a cloud and its services, one thing at a time."""

from __future__ import annotations

from collections.abc import Callable

from bot.delivery.checkpoints import Point
from tests.fakes.wecom import Fault
from tests.wecom.faults.cases import Case
from tests.wecom.faults.site import Site, until


class Died(BaseException):
    """Ends a worker without any handler noticing, as a kill does."""


def dying(at: str) -> Callable[[Point], None]:
    """Dies at the point that `killed POINT` names, and nowhere else."""

    def check(point: Point) -> None:
        if at == f"killed {point}":
            raise Died

    return check


async def happens(here: Site, what: str) -> None:
    """Something happens to the connection, and is noticed."""
    live = here.cloud.lines.live
    assert live is not None
    match what:
        case "close 1000" | "close 1001" | "close 1011":
            await live.close(int(what[-4:]))
        case "cut 1006":
            assert live.request.transport is not None
            live.request.transport.abort()
        case "kicked":
            await here.cloud.lines.kick()
        case "half-open":
            here.weather.half_open = True
            return
    if what != "late frames":
        await until(lambda: here.cloud.lines.live is not live)


async def back(here: Site) -> None:
    """The connection is there again, however long it rests before."""
    if here.weather.half_open:
        await until(lambda: not any(one.connected for one in here.replicas))
        here.weather.half_open = False
    await here.connected()


def script(here: Site, case: Case) -> None:
    """Let the next request or frame of a case go wrong; a token is asked for, a line is opened."""
    assert isinstance(case.script, int | Fault)
    here.weather.script(case.what, case.script)
    if case.what == "gettoken":
        here.cloud.revoke_tokens()


def went_wrong(here: Site, case: Case) -> bool:
    """Whether what a case scripts did happen since `here.weather.injected` was cleared."""
    if not isinstance(case.script, int | Fault):
        return True
    value = case.script.value if isinstance(case.script, Fault) else case.script
    return here.weather.injected[f"{case.what} {value}"] == 1
