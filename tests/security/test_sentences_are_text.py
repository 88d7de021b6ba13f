"""What a template says through the catalogue is text, even where somebody's own words are asked for."""

from __future__ import annotations

from flask import Flask, render_template_string


def test_a_text_that_is_no_sentence_of_the_house_stays_text(app: Flask) -> None:
    with app.test_request_context("/"):
        said = render_template_string(
            "{{ _(word) }} {{ _('%(n)s Geräte', n=word) }}", word="<script>1</script>"
        )
    assert "<script>" not in said
    assert said.count("&lt;script&gt;") == 2
