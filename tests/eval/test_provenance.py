import subprocess

from eval.provenance import UNKNOWN, commit_of_checkout, short_commit


def _git(folder, *arguments):
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *arguments], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_commit_says_which_changes_the_work_tree_had(tmp_path):
    _git(tmp_path, "init", "--quiet")
    code = tmp_path / "provenance.py"
    code.write_text("a = 1\n", "utf-8")
    _git(tmp_path, "add", ".")
    _git(tmp_path, "commit", "--quiet", "--message", "one")
    clean = commit_of_checkout(tmp_path)
    assert clean == _git(tmp_path, "rev-parse", "HEAD")
    told = set()
    for text in ("a = 2\n", "a = 3\n"):
        code.write_text(text, "utf-8")
        told.add(commit_of_checkout(tmp_path))
    assert len(told) == 2
    assert all(one.startswith(f"{clean}+changes-") for one in told)
    assert short_commit(told.pop()) == f"{clean[:10]}+changes"
    assert short_commit(clean) == clean[:10]


def test_code_that_no_repository_tracks_has_no_commit(tmp_path):
    _git(tmp_path, "init", "--quiet")
    (tmp_path / "provenance.py").write_text("", "utf-8")
    assert commit_of_checkout(tmp_path) == UNKNOWN
    assert commit_of_checkout(tmp_path / "none") == UNKNOWN
