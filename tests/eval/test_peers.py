from eval.peers.peer import PeerAnswerer, Retrieved, SharedEmbeddings
from eval.scoring import score


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
