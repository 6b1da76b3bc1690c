"""Every error the product raises on purpose, in one tree.

RenewalError
├── UserError                 a sentence for the person (catalogue key + parameters); logged at INFO
│   ├── UnknownCommand        not a verb we know; carries the nearest ones
│   ├── BadArgument           a word of the line does not read as what is asked
│   ├── MissingArgument       the line stops too early; answered with a form
│   ├── NotFound              no such customer, contract, renewal, person
│   ├── Ambiguous             several fit; answered with one button each
│   ├── Forbidden             role, team, place or field does not allow it
│   ├── NotLinked             the sender is nobody we know
│   ├── MappingRefused        a mapping file is wrong: all its faults at once
│   ├── AlreadyClaimed        the race was won by somebody else
│   └── Refused               a rule of the trade says no (snooze past the cancel-by date, …)
├── DeliveryError             what a platform answered when something was sent
│   ├── Retryable             try again later, nothing was delivered
│   │   ├── RateLimited       … after `retry_after_s`, for the whole place or platform
│   │   └── PlatformDown      … with back-off; not counted against the row
│   ├── OutcomeUnknown        it may have arrived: settle and reconcile, never repeat blindly
│   └── Undeliverable         it never will
│       ├── RecipientGone     the place or person does not exist any more
│       ├── Rejected          the platform refuses this payload
│       └── BadCredentials    key, secret or permission is wrong: an operator must act
├── ConfigError               all faults of the configuration at once; exit code 2
├── ImportRefused             all refused rows with their reasons; exit code 3
├── ModelRefused              all faults of a health model's file; exit code 3
└── StoreUnavailable          the database is locked, full, read-only or gone
    └── Conflict              somebody changed the same at the same moment: try again
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class RenewalError(Exception):
    """Anything this product raises on purpose."""


class UserError(RenewalError):
    """Something the person can understand and mend; `key` names the sentence in the catalogue."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key = key
        self.params: Mapping[str, object] = params
        self.about = ""
        """The file it is about, where several came together."""
        self.parameter = ""
        """The parameter of the command it is about, where one of them is; it can be asked for."""
        self.line = ""
        """The chat line so far without that parameter, as a button would write it."""
        self.known: Mapping[str, object] = {}
        """What was read of the line, by parameter."""

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.key}({shown})"


class UnknownCommand(UserError):
    """Not a verb we know; `nearest` are verbs that look alike."""

    def __init__(self, word: str, nearest: Sequence[str] = ()) -> None:
        super().__init__("error.unknown_command", word=word)
        self.nearest = tuple(nearest)


class BadArgument(UserError):
    """A word of the line does not read as what is asked."""


class MissingArgument(UserError):
    """The line stops before `parameter` was given; `given` are the words before that."""

    def __init__(self, verb: str, parameter: str) -> None:
        super().__init__("error.missing_argument", verb=verb, parameter=parameter)
        self.verb = verb
        self.parameter = parameter
        self.given: tuple[str, ...] = ()


class NotFound(UserError):
    """Nothing by that name (`used` words of the line); `nearest` are names that look alike."""

    def __init__(
        self, key: str, *, nearest: Sequence[Option] = (), used: int = 1, **params: object
    ) -> None:
        super().__init__(key, **params)
        self.nearest = tuple(nearest)
        self.used = used


class Ambiguous(UserError):
    """Several things fit `used` words of the line; `options` are what to pick from."""

    def __init__(
        self, key: str, *, options: Sequence[Option], used: int = 1, **params: object
    ) -> None:
        super().__init__(key, **params)
        self.options = tuple(options)
        self.used = used


class Forbidden(UserError):
    """Role, team, place or field does not allow it."""


class NotLinked(UserError):
    """The sender is nobody we know."""


class AlreadyClaimed(UserError):
    """Somebody else was faster: `who` and `at` say who and when."""


class MappingRefused(UserError):
    """A mapping file is wrong; `faults` are sentences by key and parameters, all of them."""

    def __init__(self, faults: Sequence[Sentence]) -> None:
        super().__init__(faults[0].key, **faults[0].params)
        self.faults = tuple(faults)


class Refused(UserError):
    """A rule of the trade says no."""


class Sentence(Protocol):
    """Something to be told: a key of the catalogues and what it is told with."""

    @property
    def key(self) -> str: ...

    @property
    def params(self) -> Mapping[str, object]: ...


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to pick from: what the person reads and the word that names it in a chat line."""

    label: str
    word: str


class DeliveryError(RenewalError):
    """What a platform answered; `code` is the platform's own, `detail` is safe to log and show."""

    def __init__(self, detail: str, *, code: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code


class Overtaken(DeliveryError):
    """Nothing was sent: whoever was to send it stood still for so long that another one may have."""


class Retryable(DeliveryError):
    """Nothing was delivered; trying again later is safe."""


class RateLimited(Retryable):
    """The platform asks for a pause of `retry_after_s` seconds, for the place or all of it."""

    def __init__(
        self, detail: str, *, retry_after_s: float, whole_platform: bool = False, code: str = ""
    ) -> None:
        super().__init__(detail, code=code)
        self.retry_after_s = retry_after_s
        self.whole_platform = whole_platform


class PlatformDown(Retryable):
    """The platform could not be reached before a byte was sent, or says it is busy."""


class OutcomeUnknown(DeliveryError):
    """The request may have been accepted: time-out, reset after sending, or any 5xx."""


class Undeliverable(DeliveryError):
    """Sending it again cannot help."""


class RecipientGone(Undeliverable):
    """The place or person does not exist any more, or the bot was removed from it."""


class Rejected(Undeliverable):
    """The platform refuses this payload."""


class BadCredentials(Undeliverable):
    """Key, secret or permission is wrong: an operator must act, the row can wait."""


class ConfigError(RenewalError):
    """Every fault of the configuration, each a sentence naming the key and the fix."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row of a file is refused or doubtful. `row` counts as the spreadsheet does, from 1.

    `sheet` is empty for files with a single table; `key` and `params` name the sentence.
    """

    row: int
    column: str
    key: str
    params: Mapping[str, object]
    sheet: str = ""


class ImportRefused(RenewalError):
    """A file was not imported; nothing was written."""

    def __init__(self, problems: Sequence[RowProblem]) -> None:
        super().__init__(f"{len(problems)} rows refused")
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class ModelFault:
    """What is wrong in a model's file. `at` is the place as the file names it, `bands.steady`."""

    at: str
    key: str
    params: Mapping[str, object]


class ModelRefused(RenewalError):
    """A health model's file cannot be used; it says everything that is wrong with it at once."""

    def __init__(self, faults: Sequence[ModelFault]) -> None:
        super().__init__("; ".join(f"{fault.at}: {fault.key}" for fault in faults))
        self.faults = tuple(faults)


class StoreUnavailable(RenewalError):
    """The database is locked, full, read-only or gone; nothing was written. `reason` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Conflict(StoreUnavailable):
    """Somebody changed the same at the same moment; trying again from the start may succeed."""

    def __init__(self) -> None:
        super().__init__("conflict")
