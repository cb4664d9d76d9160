"""A conversation of a recording, resumed from the command line."""

import math
from pathlib import Path

import msgspec

from mlxtop.launch.moment import moment_of
from mlxtop.launch.request import RunRequest
from mlxtop.recording.reader import Recording
from mlxtop.sources.earlier import earlier_conversation, find_model
from mlxtop.sources.replay import Replay


class WrongMoment(Exception):
    """--at names no moment of the recording; the text is a sentence."""


def with_earlier(request: RunRequest) -> tuple[RunRequest, str]:
    """Return the request with the conversation to resume, and a sentence on what is not as it was.

    The command line takes precedence over the recording. Without a model the recording's is
    named, unless it is not on this machine. Raises CannotResume, WrongMoment or RecordingError.
    """
    if request.resume is None:
        return request, ""
    source = Replay(Recording(request.resume))
    try:
        source.read_all()
        t = math.inf if request.at is None else moment_of(source, request.at)
        if isinstance(t, str):
            raise WrongMoment(t)
        earlier = earlier_conversation(source.timeline, t, Path(request.resume).name)
    finally:
        source.close()
    known = {} if earlier.sampling is None else msgspec.structs.asdict(earlier.sampling)
    request = msgspec.structs.replace(
        request,
        earlier=earlier,
        system=earlier.system if request.system is None else request.system,
        sampling={**known, **request.sampling},
    )
    if request.model is not None:
        return request, ""
    found = find_model(earlier)
    if found.spec is None:
        return request, found.remark
    return (
        msgspec.structs.replace(
            request,
            model=found.spec.model,
            adapter=request.adapter or found.spec.adapter,
            draft=request.draft or found.spec.draft,
        ),
        found.remark,
    )
