import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from corpus.e5_wheel import E5Wheel, PairTokenizer, _ModelFile, build_tokenizer

TEXTS = (
    "query: Hvem må godkjenne innsamling av helseopplysninger?",
    "Ｆｕｌｌ ﬁne «sitat» – 90 %  av avfallet • korleis å ß 水 🏊 \u200b x",
    "",
    "   ",
    "NorskSamfunnsvitenskapeligDatatjeneste" * 20,
    "</s> <s> <unk> ▁▁",
)


@pytest.fixture(scope="module")
def whole() -> Tokenizer:
    return build_tokenizer(_ModelFile(E5Wheel().path).vocabulary)


@pytest.fixture(scope="module")
def pair() -> PairTokenizer:
    return PairTokenizer()


def expected(whole, first, second, most):
    whole.enable_truncation(most, strategy="longest_first")
    return whole.encode(first, second).ids


@pytest.mark.parametrize("first", TEXTS)
@pytest.mark.parametrize("second", TEXTS)
@pytest.mark.parametrize("most", [16, 128])
def test_pairs_are_cut_as_by_the_whole_tokenizer(whole, pair, first, second, most):
    assert pair.encode(first, second, most) == expected(whole, first, second, most)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=60), st.text(max_size=60))
def test_any_two_texts_are_cut_as_by_the_whole_tokenizer(whole, pair, first, second):
    assert pair.encode(first, second, 64) == expected(whole, first, second, 64)


def test_a_mask_written_out_is_an_unknown_token(pair):
    assert 0 <= max(pair.encode("a <mask> b", "c", 32)) < 250_100
