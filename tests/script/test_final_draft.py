from __future__ import annotations

import pytest

from vssflow_studio.errors import CueError
from vssflow_studio.script.final_draft import read_final_draft


def paragraph(kind: str, text: str, more: str = "") -> str:
    return f'<Paragraph Type="{kind}" {more}>{text if "<" in text else f"<Text>{text}</Text>"}</Paragraph>\n'


def document(*paragraphs: str, before: str = "") -> bytes:
    head = f'<?xml version="1.0" encoding="UTF-8" standalone="no" ?>\n{before}'
    title = f"<TitlePage><Content>{paragraph('Dialogue', 'By nobody')}</Content></TitlePage>"
    body = "".join(paragraphs)
    return f'{head}<FinalDraft DocumentType="Script" Version="5">\n<Content>\n{body}</Content>{title}</FinalDraft>'.encode()


ANNA = paragraph("Character", "ANNA (V.O.)") + paragraph("Dialogue", "Hi.")


def test_a_document() -> None:
    script = read_final_draft(
        document(
            paragraph("Scene Heading", "INT. TREE HOUSE - DAY", 'Number="7"'),
            paragraph("Action", "ANNA climbs in."),
            paragraph("Character", "Éloïse (CONT'D)"),
            paragraph("Parenthetical", "(shouting)"),
            paragraph("Dialogue", '<Text>Where </Text><Text Style="Italic">were</Text><Text> you &amp; </Text>'
                      '<Text Style="Strikeout">not </Text><ScriptNote><Paragraph><Text>Why?</Text></Paragraph>'
                      "</ScriptNote><Text>Ben?</Text>"),
            paragraph("Character", "BEN"),
            paragraph("Action", "He waits."),
            paragraph("Dialogue", "Lost."),
            ANNA,
        )
    )
    one, two = script.lines
    assert (one.row, one.character, one.text) == (6, "Éloïse", "Where *were* you & Ben?")
    assert (one.scene, one.heading, one.place, one.delivery) == ("7", 1, "INT. TREE HOUSE - DAY", "shout")
    assert (two.character, two.extension, two.text) == ("ANNA", "V.O.", "Hi.")
    assert [str(one) for one in script.skipped] == ["line 9: BEN says nothing", "line 11: dialogue without a character"]


def test_dual_dialogue() -> None:
    ben = paragraph("Character", "BEN") + paragraph("Dialogue", "Ho.")
    script = read_final_draft(document(f"<Paragraph><DualDialogue>{ANNA}{ben}</DualDialogue></Paragraph>", ANNA))
    assert [(line.character, line.beside) for line in script.lines] == [("ANNA", False), ("BEN", True), ("ANNA", False)]


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (document(ANNA, before=BOMB), "nothing that Final Draft writes"),
        (document(ANNA, before='<!DOCTYPE x SYSTEM "file:///etc/passwd">'), "nothing that Final Draft writes"),
        (document("<a>" * 100 + "</a>" * 100), "nothing that Final Draft writes"),
        (document(ANNA)[:-20], "no whole XML"),
        (b"", "no whole XML"),
        (b"<html><Content/></html>", "not a Final Draft document"),
        (document("<Text>stray</Text>"), "no dialogue"),
    ],
)
def test_what_can_not_be_read_is_told(data: bytes, word: str) -> None:
    with pytest.raises(CueError, match=word) as caught:
        read_final_draft(data, "a.fdx")
    assert caught.value.file == "a.fdx" and caught.value.remedy
