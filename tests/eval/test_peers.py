from eval.peers.bench import MEASURES, PeerScores, markdown
from eval.peers.peer import PeerAnswerer, Retrieved, SharedEmbeddings
from eval.scoring import score
from eval.summary import EstimateJson


class _Peer:
    name = "peer"
    setup = "none"

    def __init__(self, found):
        self.found = found
        self.asked = []

    def index(self, texts, embeddings):
        return 0

    def retrieve(self, question, k):
        self.asked.append((question, k))
        return self.found


def test_a_peers_passages_are_measured_by_the_same_code(make, documents):
    found = [
        Retrieved(document_id="side", text=make.page, score=2.0),
        Retrieved(document_id="plan", text=make.plan, score=1.0),
    ]
    peer = _Peer(found)
    answer = PeerAnswerer(peer).ask("Hvor mange?", ("Hva?",))
    scored = score(make.question(), answer, documents, len)
    assert peer.asked == [("Hvor mange?", 10)]
    assert scored.ratios["MRR@10"].numerator == 0.5
    assert answer.timings_ms.total >= 0


def test_peers_embed_passages_and_questions_with_the_engine_meant_for_each():
    class _Side:
        def __init__(self, value):
            self.value = value

        def embed_documents(self, texts):
            return [[self.value] for _ in texts]

        def embed_query(self, text):
            return [self.value]

    shared = SharedEmbeddings(_Side(1.0), _Side(2.0))
    assert shared.embed_documents(["a", "b"]) == [[1.0], [1.0]]
    assert shared.embed_query("a") == [2.0]


def test_a_peers_answer_is_its_passages_up_to_the_words_of_any_answer(make, documents):
    far = Retrieved(document_id="side", text="ord " * 150, score=2.0)
    near = Retrieved(document_id="plan", text=make.plan, score=1.0)
    question = make.question(facts=(("11 kommuner",),))
    for found, stated in (([near, far], 1), ([far, near], 0)):
        scored = score(question, PeerAnswerer(_Peer(found)).ask("Hvor mange?"), documents, len)
        assert scored.ratios["fact recall"].numerator == stated


def test_the_table_shows_quality_latency_and_ingest_time_side_by_side(make):
    half = EstimateJson(value=0.5, low=0.4, high=0.6, n=2)
    row = PeerScores(
        name="A", setup="plain", chunks=3, ingest_s=4.4, p50_ms=12.0, p95_ms=30.0,
        measures=dict.fromkeys(MEASURES, half),
    )  # fmt: skip
    table = markdown([row], [make.question(), make.question("q2", gold=())], "abc")
    assert "| A (plain) | 0.500 | 0.500 | 0.500 | 0.500 | 0.500 | 12 / 30 | 4 | 3 |" in table
    for name in ("success@1", "success@5", "MRR@10", "success@1000tokens", "fact recall"):
        assert name in MEASURES
    assert "n = 1 dev questions with gold quotes" in table
