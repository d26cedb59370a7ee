"""Text extracted through a wrong font map: found, explained, decoded, and left alone if unsure."""

import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.fonts import ORDERS, shown_by_constant, shown_by_rank
from ingest.glyphs import decode_lines, is_damaged

CORPUS = Path(__file__).parents[2] / "corpus" / "documents"
CLEAN = (CORPUS / "samfunnsdel.txt").read_text("utf-8").split("\n")[:330]
CALIBRI = ORDERS[0]


def shifted(lines: list[str], shown: dict[str, str], every: int) -> list[str]:
    """`lines` with each `every`-th shown through a wrong map."""
    wrong = {text: character for character, text in reversed(shown.items())}
    return [
        "".join(c if c == " " else wrong.get(c, c) for c in line) if i % every == 0 else line
        for i, line in enumerate(lines)
    ]


@pytest.mark.parametrize("shift", [0, 62, 400])
@pytest.mark.parametrize("show", [shown_by_constant, shown_by_rank])
def test_calibri_text_is_read_back_from_any_shift(show, shift):
    if show is shown_by_rank and shift == 0:
        shift = 29
    decoded = decode_lines(shifted(CLEAN, show(CALIBRI, shift), every=7))
    assert [line.text for line in decoded] == CLEAN
    assert not any(line.undecoded for line in decoded)


@pytest.mark.parametrize("order", ORDERS[1:], ids=lambda order: order.name)
@pytest.mark.parametrize("shift", [256, 700])
def test_other_font_orders_are_read_back_too(order, shift):
    decoded = decode_lines(shifted(CLEAN, shown_by_constant(order, shift), every=7))
    assert [line.text for line in decoded] == CLEAN


@pytest.mark.parametrize("shift", [0x1000, 0x2400, 0xE000, 0xF000])
@pytest.mark.parametrize("order", [ORDERS[1], ORDERS[3]], ids=lambda order: order.name)
def test_shifts_into_symbols_and_private_use_are_read_back_too(order, shift):
    decoded = decode_lines(shifted(CLEAN, shown_by_constant(order, shift), every=7))
    assert [line.text for line in decoded] == CLEAN


@pytest.mark.parametrize(("order", "shift"), [(1, 0), (1, 1), (2, 0), (2, 1), (2, -3), (3, -29)])
def test_lines_shifted_within_the_plain_letters_are_read_back(order, shift):
    lines = shifted(CLEAN, shown_by_constant(ORDERS[order], shift), every=7)
    decoded = decode_lines(lines)
    assert [line.text for line in decoded] == CLEAN
    assert sum(bool(line.runs) for line in decoded) == sum(
        line != was for line, was in zip(lines, CLEAN, strict=True)
    )


@pytest.mark.parametrize(
    "line",
    [
        "A03-P1-EPI001 QWX-7781/BB",
        "IBAN NO93 8601 1117 947, org.nr. 942 110 464",
        "Xhosa isiXhosa ngumthetho wesizwe",
        "GFX RTX HDMI XLR NTFS FPGA PCMCIA",
        "• Współpraca międzynarodowa z Gdańskiem",
        "https://xkcd.com/qwrtpsdfghjklzxcvbnm/",
    ],
)
def test_codes_and_other_languages_are_not_taken_for_shifted_text(line):
    assert [decoded.text for decoded in decode_lines([*CLEAN, line])] == [*CLEAN, line]
    assert decode_lines([line] * 5)[0].text == line


@pytest.mark.parametrize(
    "line", ["\uf0b7 Første punkt", "① Første punkt", "中文 日本", "→ se side 4"]
)
def test_symbols_and_other_scripts_are_no_undecoded_glyphs(line):
    (decoded,) = decode_lines([line])
    assert (decoded.text, decoded.undecoded) == (line, ())


def test_a_run_of_private_use_characters_that_nothing_explains_is_told():
    noise = "\ue123\ue045\ue3a1\ue222 \ue017\ue3f0\ue111"
    assert decode_lines([*CLEAN, noise])[-1].undecoded == (noise,)


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.name)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_few_shifted_words_are_read_right_or_left(order, count):
    draw = random.Random(f"{order.name} {count}")
    words = re.findall(r"[A-Za-zÆØÅæøå]{2,}", " ".join(CLEAN))
    for shift in (0x160, 0x250, 0x3FD):
        wrong = {text: c for c, text in reversed(shown_by_constant(order, shift).items())}
        first = draw.randrange(len(words) - count)
        phrase = " ".join(words[first : first + count])
        broken = "".join(c if c == " " else wrong[c] for c in phrase)
        line = f"Her står {broken} til slutt."
        decoded = decode_lines([*CLEAN[:150], line])[-1]
        assert decoded.text in (f"Her står {phrase} til slutt.", line)


def test_a_full_stop_after_a_shifted_quotation_is_no_letter():
    line = "¢ǊǄƴŘŜƭŀƎέ ƻƎ έ¢ǊƛǇƭŜ IŜƭƛȄ ¢ǊƻƴŘƘŜƛƳǎǊŜƎƛƻƴŜƴέ."
    lines = (CORPUS / "naeringsplan.txt").read_text("utf-8").split("\n")
    decoded = decode_lines(lines)[next(i for i, text in enumerate(lines) if line in text)]
    assert decoded.text.rstrip().endswith("Triple Helix Trondheimsregionen”.")


def own_shifts(small: int, capital: int, sign: int, digit: int) -> dict[str, str]:
    """A Calibri map whose classes of characters are shifted by amounts of their own."""
    shown = {}
    for number, text in CALIBRI.glyphs.items():
        shift = small if text.islower() else capital if text.isupper() else sign
        if text != " ":
            shown[chr(number + (digit if text.isdigit() else shift))] = text
    return shown


def test_capitals_signs_and_digits_may_have_shifts_of_their_own():
    lines = shifted(CLEAN, own_shifts(62, 29, 78, 79), every=6)
    assert [line.text for line in decode_lines(lines)] == CLEAN


def test_blanks_that_were_shifted_too_are_read_back():
    shown = shown_by_constant(CALIBRI, 100)
    wrong = {text: c for c, text in shown.items()}
    lines = [
        "".join(wrong.get(c, c) for c in was) if i % 6 == 0 else was for i, was in enumerate(CLEAN)
    ]
    assert [line.text for line in decode_lines(lines)] == CLEAN


def test_digits_whose_shift_nothing_proves_stay_and_are_counted():
    decoded = decode_lines(shifted(CLEAN, own_shifts(300, 29, -20, 500), every=6))
    wrong = [(line, was) for line, was in zip(decoded, CLEAN, strict=True) if line.text != was]
    assert all(line.undecoded for line, _ in wrong)
    assert all(any(c.isdigit() for c in was) for _, was in wrong)
    assert sum(line.text == was for line, was in zip(decoded, CLEAN, strict=True)) > 300


def test_only_the_shifted_words_of_a_line_are_decoded():
    shown = shown_by_constant(CALIBRI, 62)
    wrong = {text: c for c, text in shown.items()}
    lines = [*CLEAN, *shifted(CLEAN[:40], shown, every=1)]
    word = "".join(wrong[c] for c in "kommunen")
    lines.append(f"5.2 (jfr. punkt 4) skal {word} ha 5 tiltak (se S. 3)")
    assert decode_lines(lines)[-1].text == "5.2 (jfr. punkt 4) skal kommunen ha 5 tiltak (se S. 3)"


def test_every_run_of_naeringsplan_is_decoded_as_read_by_eye():
    lines = (CORPUS / "naeringsplan.txt").read_text("utf-8").split("\n")
    decoded = decode_lines(lines)
    runs = [f"{before} → {after}" for line in decoded for before, after in line.runs]
    golden = Path(__file__).parents[1] / "data" / "repair" / "naeringsplan-glyphs.txt"
    assert runs == golden.read_text("utf-8").splitlines()
    assert not any(line.undecoded for line in decoded)
    assert not any(is_damaged(word) for line in decoded for word in line.text.split())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("h.{Υ έ¢ǊƻƴŘƘŜƛƳǎǊŜƎƛƻƴŜƴέ", "OBS: ”Trondheimsregionen”"),
        ("5Ŝǘ Ǿƛƭ ǎƛ ƘǾƛƭƪŜ ƻǇǇƎŀǾŜǊ", "Det vil si hvilke oppgaver"),
        ("kulturbaseǊǘŜ ƴŋǊƛƴƎŜǊέ", "kulturbaserte næringer”"),
        ("ŦƻǊ έƎǊüƴŘŜǊƘƧŜƭǇέΦ", "for ”gründerhjelp”."),
        ("ǎƛƪǊŜ ŀǘ έ¢ǊǄƴŘŜƭŀƎǎDŀƎŜƴέ", "sikre at ”TrøndelagsDagen”"),
        ("bakgrunnsdokument", "bakgrunnsdokument"),
    ],
)
def test_runs_of_naeringsplan_read_as_norwegian(before, after):
    lines = (CORPUS / "naeringsplan.txt").read_text("utf-8").split("\n")
    assert decode_lines([*lines, before])[-1].text == after


def test_damage_that_nothing_explains_stays_and_is_told():
    noise = "ƩƽȾɂ ʒɣƷȻ ɎʬƔȤ ƾʔɫȹƔ ȣʎɷƺ"
    decoded = decode_lines([*CLEAN, noise])[-1]
    assert decoded.text == noise
    assert decoded.undecoded


def test_words_of_other_languages_are_no_damage():
    lines = [*CLEAN, "Δ er en differanse", "Ču Škoda, Wałęsa og Dvořák", "Москва", "Deatnu – Tana"]
    decoded = decode_lines(lines)
    assert [line.text for line in decoded] == lines
    assert not any(line.undecoded for line in decoded)


@settings(max_examples=15, deadline=None)
@given(st.text(st.characters(max_codepoint=0x24F, blacklist_characters="\n"), max_size=60))
def test_no_line_loses_or_gains_a_character_when_nothing_is_decoded(line):
    decoded = decode_lines([line])[0]
    if not decoded.runs:
        assert decoded.text == line
