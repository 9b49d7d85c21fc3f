"""A model to test against: a real server on loopback that speaks OpenAI's protocol.

It says what it is told to, or goes wrong in one of the ways named in `FAULTS`. Any client of
OpenAI's chat, embeddings and models endpoints can be pointed at it:

    from bot.testing import Fault, ModelServer, Quoting, Says

    def test_the_model_is_asked_once() -> None:
        with ModelServer(Says("The bridge was closed [1].", chunks=3)) as server:
            app = MyApplication(base_url=server.base_url, api_key="any")
            assert "closed" in app.ask("Was the bridge closed?")
        assert len(server.requests) == 1
        assert server.requests[0].body["stream"] is True

    def test_a_stream_that_breaks_off_is_reported() -> None:
        with ModelServer(Fault("hang_up", "The bridge was")) as server:
            assert "broke off" in MyApplication(base_url=server.base_url).ask("Was it closed?")

A model that reads its prompt: `ModelServer(Quoting(lambda sentences: f"{sentences[1]} [1]"))`.

In reading order: request, connection, payloads, replies, turn, refusals, breaks, oddities,
faults, embeddings, prompts, listener, server. Only the standard library is used.
"""

from bot.testing.connection import Connection, HungUpError, StoppingError
from bot.testing.embeddings import Embeds, word_vector
from bot.testing.faults import FAULTS, Fault
from bot.testing.prompts import Quoting, sentences_in
from bot.testing.replies import Reply, Says, random_cuts
from bot.testing.request import Request
from bot.testing.server import ModelServer, Script, connection_refused

__all__ = [
    "FAULTS",
    "Connection",
    "Embeds",
    "Fault",
    "HungUpError",
    "ModelServer",
    "Quoting",
    "Reply",
    "Request",
    "Says",
    "Script",
    "StoppingError",
    "connection_refused",
    "random_cuts",
    "sentences_in",
    "word_vector",
]
