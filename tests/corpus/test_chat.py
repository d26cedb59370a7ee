"""Chat models by name, and which of their failures pass."""

import pytest
from pydantic import SecretStr

from corpus.chat import is_transient, make_chat_model
from corpus.errors import GenerationError


@pytest.mark.parametrize(
    ("spec", "name"),
    [("gemma3:4b", "gemma3:4b"), ("openai:gemma3:4b", "gemma3:4b"), ("org/model", "org/model")],
)
def test_a_servers_own_name_of_a_model_is_used_as_it_is(spec, name):
    model = make_chat_model(
        spec, base_url="http://127.0.0.1:9/v1", timeout_s=5, max_retries=0, max_tokens=7
    )
    settings = (model.model_name, model.openai_api_base, model.request_timeout, model.max_tokens)
    assert settings == (name, "http://127.0.0.1:9/v1", 5, 7)
    assert model.temperature == 0


def test_the_given_key_is_used_and_not_shown():
    model = make_chat_model("openai:any", api_key=SecretStr("sk-hidden"), timeout_s=5)
    assert model.openai_api_key.get_secret_value() == "sk-hidden"
    assert "sk-hidden" not in repr(model)


@pytest.mark.parametrize("spec", ["nobody:model", "no such model", "openai:any"])
def test_a_model_that_cannot_be_made_says_what_to_write(spec, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(GenerationError, match="provider:name"):
        make_chat_model(spec, timeout_s=5)


def test_a_server_that_is_not_there_is_transient(free_port):
    address = f"http://127.0.0.1:{free_port}/v1"
    model = make_chat_model("any", base_url=address, timeout_s=5, max_retries=0)
    with pytest.raises(Exception, match="onnection") as caught:
        model.invoke("Hei")
    assert is_transient(caught.value)


@pytest.mark.parametrize(
    ("status", "transient"), [(429, True), (503, True), (400, False), (401, False), (404, False)]
)
def test_a_status_tells_whether_to_try_again(status, transient):
    error = Exception("refused")
    error.status_code = status
    assert is_transient(error) is transient


def test_our_own_mistakes_are_not_transient():
    assert not is_transient(ValueError("wrong form"))
    assert is_transient(TimeoutError())
