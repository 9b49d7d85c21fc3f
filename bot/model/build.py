"""Settings -> the language model. The one place where a model's client is made.

OpenAI and every server that speaks its protocol go through langchain-openai; `PROVIDER:NAME` goes
through langchain's `init_chat_model` and needs that provider's package.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from bot.errors import NotConfiguredError
from bot.model import LanguageModel
from bot.model.chat import ChatModel
from bot.model.faults import detail
from bot.model.later import LaterModel
from bot.model.line import watch
from bot.model.spending import Budget, Prices
from bot.settings import OPENAI_URL, Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_CONNECT = 5.0  # seconds
_READ = 60.0  # seconds without a byte


def open_model(settings: Settings) -> LanguageModel:
    """The model that the settings name, ready to be asked; its library is loaded when it is.

    Raises:
        NotConfiguredError: as `build_model`.
    """
    if _names_provider(settings):  # only its package knows what it lacks
        return build_model(settings)
    _require_key(settings)
    _budget(settings)
    return LaterModel(settings.model, lambda: build_model(settings))


def build_model(settings: Settings) -> ChatModel:
    """The model that the settings name.

    Raises:
        NotConfiguredError: a key, an address or a package is missing; says which.
    """
    budget = _budget(settings)
    if _names_provider(settings):
        return ChatModel(
            _from_provider(settings),
            name=settings.model,
            where=settings.model.partition(":")[0],
            answer_tokens=settings.answer_tokens,
            budget=budget,
            states_end=False,
            tracing=settings.tracing,
        )
    return ChatModel(
        _from_openai(settings),
        name=settings.model,
        where="OpenAI" if settings.hosted else _host(settings.base_url or ""),
        answer_tokens=settings.answer_tokens,
        budget=budget,
        options=_call_options,
        tracing=settings.tracing,
        key=settings.api_key,
    )


def _host(url: str) -> str:
    """The server of an address, without the name and the password that may stand before it."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _names_provider(settings: Settings) -> bool:
    return settings.base_url is None and ":" in settings.model


def _budget(settings: Settings) -> Budget:
    prices = None
    if settings.price_in is not None and settings.price_out is not None:
        prices = Prices(settings.price_in, settings.price_out)
    return Budget(prices, settings.spend_cap)


def _require_key(settings: Settings) -> None:
    if settings.hosted and not settings.api_key:
        raise NotConfiguredError(
            "no language model is configured: set OPENAI_API_KEY, or name a server with "
            "--base-url; --reader extractive answers without one"
        )


def _from_openai(settings: Settings) -> BaseChatModel:
    _require_key(settings)
    import openai
    from langchain_openai import ChatOpenAI

    # Servers that only speak the protocol ignore or refuse what is OpenAI's own.
    limit: dict[str, Any] = (
        {"max_tokens": settings.answer_tokens, "reasoning_effort": "none"}
        if settings.hosted
        else {"extra_body": {"max_tokens": settings.answer_tokens}}
    )
    return ChatOpenAI(
        model=settings.model,
        base_url=settings.base_url or OPENAI_URL,
        api_key=settings.api_key or "not-needed",  # type: ignore[arg-type] # a str is accepted
        timeout=openai.Timeout(_READ, connect=_CONNECT),
        max_retries=0,  # ours know the deadline
        # A redirect would send the prompt on to a server that nobody named.
        http_client=openai.DefaultHttpxClient(
            follow_redirects=False, event_hooks={"request": [watch]}
        ),
        use_responses_api=False,
        stream_usage=True,
        **limit,
    )


def _call_options(seconds: float) -> Mapping[str, Any]:
    import openai

    read = min(_READ, seconds)
    return {"timeout": openai.Timeout(read, connect=min(_CONNECT, read)), "stream_usage": True}


def _from_provider(settings: Settings) -> BaseChatModel:
    from langchain.chat_models import init_chat_model

    provider, _, name = settings.model.partition(":")
    options: dict[str, Any] = {"model_provider": provider, "max_tokens": settings.answer_tokens}
    try:
        chat = init_chat_model(name, **options)
        if "max_retries" in type(chat).model_fields:  # ours know the deadline
            chat = init_chat_model(name, **options, max_retries=0)
    except ImportError as error:
        named = re.search(r"pip install ([\w-]+)", str(error))
        package = named[1] if named else f"langchain-{provider.replace('_', '-')}"
        raise NotConfiguredError(
            f"the model {settings.model} needs the package {package}: pip install {package}"
        ) from error
    except Exception as error:  # an unknown provider, a missing key: each says it in its own way
        raise NotConfiguredError(
            f"the model {settings.model} cannot be used: {detail(error)}"
        ) from error
    return cast("BaseChatModel", chat)
