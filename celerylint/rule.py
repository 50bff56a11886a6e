"""The rule API: the decorator, and everything that a rule module may use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from celerylint.findings import Edit, Finding, Related, Severity, Span
from celerylint.project.collected import Kill
from celerylint.project.deployment.old_commands import OLD_COMMANDS
from celerylint.project.deployment.starting import named, started_by
from celerylint.project.linking.encodable import Encoding, of_message, of_result, refused
from celerylint.project.linking.hanging import hangs, soft_limited
from celerylint.project.linking.read_options import CURRENT_RETRY
from celerylint.project.model import (
    OPTION_SETTINGS,
    App,
    Argument,
    BeatEntry,
    Canvas,
    CeleryVersions,
    Context,
    Decorator,
    Dispatch,
    Form,
    Guard,
    Ineffective,
    Linked,
    NoTask,
    OnCommit,
    Option,
    Parameter,
    Project,
    Queue,
    ResultRead,
    RetryArgument,
    RetryCall,
    Returned,
    Route,
    Setting,
    Task,
    Transaction,
    Undiscovered,
    UnknownName,
    Worker,
)
from celerylint.project.process import Chosen, Probe, Process, WebServer
from celerylint.project.questions.automatic_retries import (
    AUTORETRY_OPTIONS,
    retry_keywords,
    without_autoretry,
)
from celerylint.project.questions.binding import (
    Binding,
    bound,
    exact,
    execution_options,
    fate,
    signature_of,
)
from celerylint.project.questions.brokers import (
    DATABASE_TRANSPORTS,
    Broker,
    brokers,
    production_brokers,
)
from celerylint.project.questions.catching import Caught, caught
from celerylint.project.questions.children import pools_of, starts_children
from celerylint.project.questions.chords import (
    Chord,
    ChordBackend,
    awaited,
    chord_backend,
    chords,
    ignores_result,
    sending_contexts,
)
from celerylint.project.questions.consuming import (
    Ignored,
    consumed,
    ignored_limits,
    publishers,
    tasks_of,
)
from celerylint.project.questions.delays import BadDelay, bad_delays
from celerylint.project.questions.errbacks import Mismatch as ErrbackMismatch
from celerylint.project.questions.errbacks import mismatches as errback_mismatches
from celerylint.project.questions.exhausting import Dead, dead_handlers
from celerylint.project.questions.exits import exits, succeeds
from celerylint.project.questions.feeding import Fed, binding_of, fed, name_of
from celerylint.project.questions.flower import Exposed, exposed
from celerylint.project.questions.grace import MANAGERS, TooShort, too_short
from celerylint.project.questions.inverted_limits import Inverted, inverted_limits
from celerylint.project.questions.limits import (
    HARD,
    SOFT,
    Coverage,
    Limit,
    coverage,
    limit,
    where_run,
)
from celerylint.project.questions.members import Member, members
from celerylint.project.questions.naive_times import Naive, naive_times
from celerylint.project.questions.nodenames import (
    LostPercent,
    Namesakes,
    also_answering,
    lost_percents,
    namesakes,
)
from celerylint.project.questions.option_slips import OptionSlip, option_slips
from celerylint.project.questions.option_variables import Mistaken, mistaken
from celerylint.project.questions.pools import (
    CONCURRENT,
    ENFORCES,
    GREEN,
    POOLS,
    concurrency,
    enforces,
    one_task_each,
    patched_for,
    pool_place,
    spelled,
    unless,
)
from celerylint.project.questions.prefetching import LONG, multiplier, rival, spread, unfair
from celerylint.project.questions.privileges import accepts_pickle, forced, runs_as_root
from celerylint.project.questions.queue_names import Slip, slips
from celerylint.project.questions.redelivered_runs import RunsAgain, runs_again
from celerylint.project.questions.redelivery import TooLong, too_long
from celerylint.project.questions.refusals import Refusal, celery_of, refusals
from celerylint.project.questions.reloading import reloaded, reloader
from celerylint.project.questions.results import (
    CONNECTING,
    ResultBackend,
    keepers,
    keeps_result,
    result_backend,
    sent_and_kept,
)
from celerylint.project.questions.retrying import (
    Closed,
    Leak,
    autoretry,
    closed,
    leaks,
    nones,
    own_bound,
    unbounded,
)
from celerylint.project.questions.same_names import same_names
from celerylint.project.questions.schedule_file import LostSchedule, lost_schedules
from celerylint.project.questions.scheduling import Beat, Double, beats, doubles
from celerylint.project.questions.serializers import Carries, carries
from celerylint.project.questions.soft_limits import Hidden, hidden_limits
from celerylint.project.questions.state_files import StateFile, shared_states
from celerylint.project.questions.states import final, unreadable
from celerylint.project.questions.stopping import (
    CONTAINERS,
    Broadcast,
    Shell,
    broadcast,
    contexts_of,
    early_tasks,
    is_true,
    pool,
    remapped,
    shells,
    softened,
    stop_signal,
)
from celerylint.project.questions.stray_options import Stray, strays
from celerylint.project.questions.swallowing import Swallowed, resent, swallowed, taken
from celerylint.project.questions.unrolling import Unrolled, unrolled
from celerylint.project.questions.unsendable import Unsendable
from celerylint.project.questions.unsendable import of_call as unsendable_retry
from celerylint.project.questions.unsendable import of_options as unsendable_options
from celerylint.project.questions.unused_names import unused_names
from celerylint.project.questions.waiting import Wait, wait
from celerylint.project.questions.whole_arguments import Misfit, misfits
from celerylint.project.reached import Hop, Reached, Shared
from celerylint.project.received import Receiver
from celerylint.project.spawned import Spawn
from celerylint.project.values import Value
from celerylint.project.wording import first_few
from celerylint.structs import dataclass

__all__ = [
    "AUTORETRY_OPTIONS",
    "CONCURRENT",
    "CONNECTING",
    "CONTAINERS",
    "CURRENT_RETRY",
    "DATABASE_TRANSPORTS",
    "ENFORCES",
    "GREEN",
    "HARD",
    "LONG",
    "MANAGERS",
    "OLD_COMMANDS",
    "OPTION_SETTINGS",
    "POOLS",
    "SOFT",
    "App",
    "Argument",
    "BadDelay",
    "Beat",
    "BeatEntry",
    "Binding",
    "Broadcast",
    "Broker",
    "Canvas",
    "Carries",
    "Caught",
    "CeleryVersions",
    "Chord",
    "ChordBackend",
    "Chosen",
    "Closed",
    "Context",
    "Coverage",
    "Dead",
    "Decorator",
    "Dispatch",
    "Double",
    "Edit",
    "Encoding",
    "ErrbackMismatch",
    "Exposed",
    "Fed",
    "Finding",
    "Form",
    "Guard",
    "Hidden",
    "Hop",
    "Ignored",
    "Ineffective",
    "Inverted",
    "Kill",
    "Leak",
    "Limit",
    "Linked",
    "LostPercent",
    "LostSchedule",
    "Member",
    "Misfit",
    "Mistaken",
    "Naive",
    "Namesakes",
    "NoTask",
    "OnCommit",
    "Option",
    "OptionSlip",
    "Parameter",
    "Probe",
    "Process",
    "Project",
    "Queue",
    "Reached",
    "Receiver",
    "Refusal",
    "Related",
    "ResultBackend",
    "ResultRead",
    "RetryArgument",
    "RetryCall",
    "Returned",
    "Route",
    "RuleSpec",
    "RunsAgain",
    "Setting",
    "Severity",
    "Shared",
    "Shell",
    "Slip",
    "Span",
    "Spawn",
    "StateFile",
    "Stray",
    "Swallowed",
    "Task",
    "TooLong",
    "TooShort",
    "Transaction",
    "Undiscovered",
    "UnknownName",
    "Unrolled",
    "Unsendable",
    "Value",
    "Wait",
    "WebServer",
    "Worker",
    "accepts_pickle",
    "also_answering",
    "autoretry",
    "awaited",
    "bad_delays",
    "beats",
    "binding_of",
    "bound",
    "broadcast",
    "brokers",
    "carries",
    "caught",
    "celery_of",
    "chord_backend",
    "chords",
    "closed",
    "concurrency",
    "consumed",
    "contexts_of",
    "coverage",
    "dead_handlers",
    "doubles",
    "early_tasks",
    "enforces",
    "errback_mismatches",
    "exact",
    "execution_options",
    "exits",
    "exposed",
    "fate",
    "fed",
    "final",
    "first_few",
    "forced",
    "hangs",
    "hidden_limits",
    "ignored_limits",
    "ignores_result",
    "inverted_limits",
    "is_true",
    "keepers",
    "keeps_result",
    "leaks",
    "limit",
    "lost_percents",
    "lost_schedules",
    "members",
    "misfits",
    "mistaken",
    "multiplier",
    "naive_times",
    "name_of",
    "named",
    "namesakes",
    "nones",
    "of_message",
    "of_result",
    "one_task_each",
    "option_slips",
    "own_bound",
    "patched_for",
    "pool",
    "pool_place",
    "pools_of",
    "production_brokers",
    "publishers",
    "refusals",
    "refused",
    "reloaded",
    "reloader",
    "remapped",
    "resent",
    "result_backend",
    "retry_keywords",
    "rival",
    "rule",
    "runs_again",
    "runs_as_root",
    "same_names",
    "sending_contexts",
    "sent_and_kept",
    "shared_states",
    "shells",
    "signature_of",
    "slips",
    "soft_limited",
    "softened",
    "spelled",
    "spread",
    "started_by",
    "starts_children",
    "stop_signal",
    "strays",
    "succeeds",
    "swallowed",
    "taken",
    "tasks_of",
    "too_long",
    "too_short",
    "unbounded",
    "unfair",
    "unless",
    "unreadable",
    "unrolled",
    "unsendable_options",
    "unsendable_retry",
    "unused_names",
    "wait",
    "where_run",
    "without_autoretry",
]

S = TypeVar("S")
Check = Callable[[S, Project], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """One check of a rule: the subject type it runs over and what is said of it."""

    subject: type[Any]
    check: Callable[[Any, Project], Iterable[Finding]]
    severity: Severity
    since: str
    default: bool
    preview: bool


def rule(
    *, on: type[S], severity: Severity, since: str, default: bool = True, preview: bool = False
) -> Callable[[Check[S]], Check[S]]:
    """Make a function of (subject, project) that yields findings a check of its module's rule.

    `on` is a model type (Project for what has no smaller subject); `default=False` makes the rule
    opt-in by selection, `preview=True` opt-in by `--preview`. Code and name come from the module's
    file name.
    """

    def register(check: Check[S]) -> Check[S]:
        spec = RuleSpec(on, check, severity, since, default, preview)
        check.__dict__.setdefault("__celerylint_rules__", []).append(spec)
        return check

    return register
