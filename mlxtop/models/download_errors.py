"""What went wrong in a download, in one sentence that says what to do."""

import errno
import re
from urllib.parse import urlsplit

from huggingface_hub import constants
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)

from mlxtop.text import one_line

_ERRNO = re.compile(r"^\[Errno -?\d+\] ")

# The library behind the hub's own errors has had several names (httpx, httpx2); its base class
# for what happens on the way is always the first base of HfHubHTTPError.
HttpError: type[BaseException] = HfHubHTTPError.__bases__[0]


def host() -> str:
    """Return the name of the hub that is asked."""
    return urlsplit(constants.ENDPOINT).netloc or constants.ENDPOINT


def sentence(error: BaseException, model: str) -> str:
    """Return what an error means for a model's download."""
    page = f"{constants.ENDPOINT}/{model}"
    for link in _chain(error):
        match link:
            case GatedRepoError():
                return (
                    f"{model} is gated: accept its licence at {page}, "
                    "then log in with `hf auth login`, and try again."
                )
            case RepositoryNotFoundError():
                return (
                    f"There is no model {model} at {host()}, or it is private: "
                    "check the id, or log in with `hf auth login`."
                )
            case HfHubHTTPError():
                return _http(link, model)
            case OfflineModeIsEnabled():
                return (
                    f"{model} is not in the cache, and HF_HUB_OFFLINE is set: "
                    "unset it to download models."
                )
            case HFValidationError():
                return f"{model} is not a Hugging Face id: those read owner/name."
            case _ if isinstance(link, HttpError):
                return (
                    f"{model} is not in the cache, and {host()} cannot be reached: check the "
                    f"network ({_words(link)})."
                )
            case OSError(errno=errno.ENOSPC):
                return f"The disk is full: free some space in {constants.HF_HUB_CACHE}."
            case OSError(errno=errno.EACCES | errno.EPERM | errno.EROFS):
                return f"{one_line(str(link.filename))} cannot be written: {link.strerror}."
    return f"The download failed: {_words(error)}."


def _chain(error: BaseException | None) -> list[BaseException]:
    """Return the error and what it came from: the hub wraps what happened in its own words."""
    links: list[BaseException] = []
    while error is not None and error not in links and len(links) < 10:
        links.append(error)
        error = error.__cause__ or error.__context__
    return links


def _http(error: HfHubHTTPError, model: str) -> str:
    status = error.response.status_code
    if status in (401, 403):
        return (
            f"{host()} gives no access to {model} ({status}): "
            "log in with `hf auth login` and check what the token may read."
        )
    if status == 429:
        return f"{host()} asks to wait: too many requests. Try again in some minutes."
    if status >= 500:
        return f"{host()} answers with an error ({status}): try again later."
    return f"{host()} refuses {model}: {_words(error)}."


def _words(error: BaseException) -> str:
    first = str(error).strip().partition("\n")[0] or type(error).__name__
    return one_line(_ERRNO.sub("", first), 200).rstrip(".")
