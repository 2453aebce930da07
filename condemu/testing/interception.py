"""Where calls of this process are caught, while any fixture or mock is active; nothing is changed before, nor left behind after.

| library             | what is replaced                                       | so that                                        |
|---------------------|--------------------------------------------------------|------------------------------------------------|
| botocore, boto3     | httpsession.URLLib3Session.send                        | every client is answered, whenever it was made |
|                     | httpsession.URLLib3Session.__init__                    | a client remembers for whom it was made        |
|                     | signers.RequestSigner.get_auth_instance                | a client made without credentials has ours     |
| aiobotocore         | httpsession.AIOHTTPSession.send, HttpxSession.send     | as botocore                                    |
| urllib3, requests   | connectionpool.HTTPConnectionPool.urlopen              | presigned URLs are answered                    |
| httpx               | HTTPTransport.handle_request and its asynchronous twin | the same                                       |
| aiohttp             | connector.BaseConnector.connect                        | the same                                       |
| urllib, http.client | HTTPConnection.connect and HTTPSConnection's           | the same                                       |
| any other           | socket.getaddrinfo                                     | it is refused before it leaves for AWS         |
| threading           | Thread.start                                           | a thread belongs to the mock of its maker      |

A method of a class is replaced, not of an object, since objects may be older than this module. A library that is imported
later is seen to on its import. What to do with a call is decided in `activation.py`; how each library is answered stands in
`answers.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Final

# A function that is given the original and returns its replacement.
Maker = Callable[[Any], Any]

# module, the class within it ("" for the module itself), the attribute, the maker's name in answers.py
POINTS: Final = (
    ("botocore.httpsession", "URLLib3Session", "__init__", "botocore_init"),
    ("botocore.httpsession", "URLLib3Session", "send", "botocore_send"),
    ("botocore.signers", "RequestSigner", "get_auth_instance", "botocore_sign"),
    ("aiobotocore.signers", "AioRequestSigner", "get_auth_instance", "aiobotocore_sign"),
    ("aiobotocore.httpsession", "AIOHTTPSession", "send", "aiobotocore_send"),
    ("aiobotocore.httpxsession", "HttpxSession", "send", "aiobotocore_httpx_send"),
    ("urllib3.connectionpool", "HTTPConnectionPool", "urlopen", "urllib3_urlopen"),
    ("httpx", "HTTPTransport", "handle_request", "httpx_handle"),
    ("httpx", "AsyncHTTPTransport", "handle_async_request", "httpx_handle_async"),
    ("aiohttp.connector", "BaseConnector", "connect", "aiohttp_connect"),
    ("http.client", "HTTPConnection", "connect", "http_client_connect"),
    ("http.client", "HTTPSConnection", "connect", "http_client_connect"),
    ("socket", "", "getaddrinfo", "socket_getaddrinfo"),
    ("threading", "Thread", "start", "thread_start"),
)
MODULES: Final = frozenset(module for module, *_ in POINTS)

# owner, attribute, the original, the replacement
_replaced: list[tuple[Any, str, Any, Any]] = []
# owner and attribute: the original and its replacement, made once for all activations
_made: dict[tuple[Any, str], tuple[Any, Any]] = {}


def install() -> None:
    for module in MODULES:
        loaded = sys.modules.get(module)
        if loaded is not None:
            _replace_in(loaded)
    sys.meta_path.insert(0, _LATE)


def uninstall() -> None:
    """Put the originals back, but where somebody else has replaced ours since: theirs stays, and ours lets everything pass."""
    if _LATE in sys.meta_path:
        sys.meta_path.remove(_LATE)
    while _replaced:
        owner, attribute, original, replacement = _replaced.pop()
        if vars(owner).get(attribute) is replacement:
            setattr(owner, attribute, original)


def _replace_in(module: ModuleType) -> None:
    from condemu.testing import answers

    for name, class_name, attribute, maker in POINTS:
        if name != module.__name__:
            continue
        owner = getattr(module, class_name, None) if class_name else module
        original = vars(owner).get(attribute) if owner is not None else None
        if original is None:
            continue  # another version of the library: what it sends is refused at the look-up of the host's name
        made = _made.get((owner, attribute))
        if made is None or made[0] is not original:
            made = _made[owner, attribute] = (original, getattr(answers, maker)(original))
        replacement = made[1]
        _replaced.append((owner, attribute, original, replacement))
        setattr(owner, attribute, replacement)


class _Late(MetaPathFinder):
    """Sees a library of the table imported while something is active."""

    def find_spec(self, name: str, path: Any = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in MODULES:
            return None
        sys.meta_path.remove(self)
        try:
            spec = find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        if spec is not None and spec.loader is not None:
            spec.loader = _Replacing(spec.loader)
        return spec


class _Replacing(Loader):
    """Another loader, and the replacement behind it."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        spec = module.__spec__
        if spec is not None:
            spec.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        if _LATE in sys.meta_path:
            _replace_in(module)


_LATE: Final = _Late()
