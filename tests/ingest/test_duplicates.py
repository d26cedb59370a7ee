from hypothesis import given
from hypothesis import strategies as st

from corpus.records import Document, DocumentId, DocumentInfo
from ingest.duplicates import DuplicatePair, find_duplicates, shingles

WORDS = [f"ord{number}" for number in range(400)]


def document(name, words, sha=None):
    text = " ".join(words)
    info = DocumentInfo(
        id=DocumentId(name), file=f"{name}.txt", title=name, sha256=sha or f"{hash(text):x}"
    )
    return Document(info=info, text=text, pages=(), blocks=())


def test_the_same_bytes_are_an_exact_duplicate_however_short():
    (pair,) = find_duplicates([document("a", ["hei"], "x"), document("b", ["hei"], "x")])
    assert pair == DuplicatePair(first="a", second="b", exact=True, containment=1.0)


def test_nearly_the_same_text_is_a_near_duplicate():
    changed = [*WORDS[:200], "endret", *WORDS[201:]]
    (pair,) = find_duplicates([document("a", WORDS), document("b", changed)])
    assert not pair.exact
    assert 0.9 < pair.containment < 1


def test_a_document_inside_a_larger_one_is_a_near_duplicate():
    larger = [f"annet{number}" for number in range(2000)] + WORDS
    (pair,) = find_duplicates([document("a", larger), document("b", WORDS)])
    assert (pair.first, pair.second, pair.containment) == ("a", "b", 1.0)


def test_case_and_line_breaks_make_no_difference():
    one = document("a", WORDS)
    other = Document(
        info=document("b", ["x"]).info,
        text=one.text.upper().replace(" ", "\n"),
        pages=(),
        blocks=(),
    )
    assert len(find_duplicates([one, other])) == 1


def test_a_shared_page_in_two_long_documents_is_no_duplicate():
    one = [f"a{number}" for number in range(1000)] + WORDS[:100]
    two = [f"b{number}" for number in range(1000)] + WORDS[:100]
    assert find_duplicates([document("a", one), document("b", two)]) == ()


def test_short_texts_are_not_compared_by_chance():
    assert find_duplicates([document("a", WORDS[:9]), document("b", [*WORDS[:9], "x"])]) == ()


def test_no_two_bundled_documents_are_duplicates(assistant):
    documents = [assistant.library.document(name) for name in assistant.library.infos]
    assert find_duplicates(documents) == ()


@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_a_part_has_no_shingle_that_the_whole_lacks(words):
    part = " ".join(words[:30])
    assert shingles(part) <= shingles(" ".join(words))


@given(st.booleans(), st.floats(0, 1))
def test_a_pair_survives_being_stored(exact, containment):
    pair = DuplicatePair(first="a", second="b", exact=exact, containment=containment)
    assert DuplicatePair.of_row(list(pair.as_row())) == pair
