from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant.settings import AssistantSettings
from corpus.errors import SettingsError
from corpus.settings import CorpusSettings, default_home, read_settings


@pytest.fixture
def toml(tmp_path, monkeypatch):
    """Writes the settings file that is read, with no variable set."""
    path = tmp_path / "stifinner.toml"
    monkeypatch.setenv("STIFINNER_CONFIG", str(path))
    for name in ("HOME", "CHROMA_URL", "MAX_TOKENS", "LLM", "K", "LLM_API_KEY", "EXPANSIONS"):
        monkeypatch.delenv(f"STIFINNER_{name}", raising=False)

    def write(text: str) -> Path:
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(kind) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(kind)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_defaults_are_the_bundled_model_in_the_users_data_folder(toml):
    settings = read_settings(CorpusSettings)
    assert settings.home == default_home()
    assert settings.embedding_model == "bundled"
    assert settings.chroma_url is None


def test_a_variable_wins_over_the_file_and_an_argument_over_both(toml, monkeypatch):
    toml("[corpus]\nmax_tokens = 200\nbm25_b = 0.3\n")
    assert read_settings(CorpusSettings).max_tokens == 200
    monkeypatch.setenv("STIFINNER_MAX_TOKENS", "250")
    settings = read_settings(CorpusSettings)
    assert (settings.max_tokens, settings.bm25_b) == (250, 0.3)
    assert read_settings(CorpusSettings, max_tokens=100).max_tokens == 100


def test_an_empty_variable_is_as_good_as_none(toml, monkeypatch):
    monkeypatch.setenv("STIFINNER_CHROMA_URL", "")
    monkeypatch.setenv("STIFINNER_LLM", "")
    assert read_settings(CorpusSettings).chroma_url is None
    assert read_settings(AssistantSettings).llm is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[corpus]\nmax_token = 200\n", "max_token"),
        ("[corpse]\nmax_tokens = 200\n", "corpse"),
        ("max_tokens = 200\n", "max_tokens"),
        ("corpus = 1\n", "corpus"),
        ("[corpus]\nmax_tokens = 59\n", "max_tokens"),
        ("[corpus]\nmax_tokens = 481\n", "max_tokens"),
        ("[corpus]\nbm25_b = 1.01\n", "bm25_b"),
        ("[corpus]\nbm25_k1 = 0\n", "bm25_k1"),
        ('[corpus]\nembedding_model = ""\n', "embedding_model"),
        ('[corpus]\nembedding_backend = "tensorflow"\n', "embedding_backend"),
        ("[corpus\n", "not TOML"),
    ],
)
def test_a_wrong_file_is_refused_by_name(toml, text, named):
    toml(text)
    assert named in refusal(CorpusSettings)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("MAX_TOKENS", "many"), ("BM25_K1", "-1"), ("EMBEDDING_DEVICE", "tpu")],
)
def test_a_wrong_variable_is_refused_by_its_own_name(toml, monkeypatch, variable, value):
    monkeypatch.setenv(f"STIFINNER_{variable}", value)
    assert f"STIFINNER_{variable}" in refusal(CorpusSettings)


@pytest.mark.parametrize("name", ["k", "candidates", "max_words", "llm_timeout_s"])
def test_the_bounds_of_answering_hold(toml, monkeypatch, name):
    monkeypatch.setenv(f"STIFINNER_{name.upper()}", "0")
    assert name in refusal(AssistantSettings)


def test_each_table_is_read_by_its_own_settings_alone(toml):
    toml("[corpus]\nmax_tokens = 200\n[assistant]\nk = 5\n")
    assert read_settings(CorpusSettings).max_tokens == 200
    assert read_settings(AssistantSettings).k == 5


def test_a_secret_comes_from_the_environment_and_is_masked(toml, monkeypatch):
    monkeypatch.setenv("STIFINNER_LLM_API_KEY", "hemmelig")
    settings = read_settings(AssistantSettings)
    assert settings.llm_api_key == SecretStr("hemmelig")
    assert "hemmelig" not in repr(settings) + str(settings.model_dump())


def test_a_secret_in_the_file_is_refused(toml):
    toml('[assistant]\nllm_api_key = "hemmelig"\n')
    told = refusal(AssistantSettings)
    assert "STIFINNER_LLM_API_KEY" in told
    assert "hemmelig" not in told


def test_settings_cannot_be_changed_once_read(toml):
    settings = read_settings(CorpusSettings)
    with pytest.raises(ValueError, match="frozen"):
        settings.max_tokens = 100


def test_every_setting_describes_itself():
    for kind in (CorpusSettings, AssistantSettings):
        for name, field in kind.model_fields.items():
            assert field.description, name


def test_questions_are_not_logged_by_default():
    assert AssistantSettings.model_fields["log_questions"].default is False
