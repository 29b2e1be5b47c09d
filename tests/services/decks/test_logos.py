"""Logos: what of an SVG is kept, and which are refused. Others are looked at as pictures are: test_pictures.py."""

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image

from exports.decks.pdf import deck_pdf
from exports.decks.pictures import drawn_logo
from exports.decks.pptx import deck_pptx
from exports.decks.problems import problems
from services.decks.logos import checked_logo
from services.errors import FileRefusedError
from tests.helpers.deck_places import picture
from tests.helpers.decks import one, text

NS = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
INKSCAPE = f"""<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with Inkscape -->
<svg {NS} width="40mm" height="20mm" viewBox="0 0 40 20" version="1.1" id="svg1" inkscape:version="1.3"
   xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" sodipodi:docname="logo.svg"
   xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd">
  <sodipodi:namedview id="view" pagecolor="#ffffff"><inkscape:grid id="grid"/></sodipodi:namedview>
  <defs id="defs1">
    <linearGradient id="a"><stop style="stop-color:#ff0000" offset="0"/></linearGradient>
    <linearGradient xlink:href="#a" id="b" x1="0" x2="1"/>
    <filter id="shadow"><feGaussianBlur stdDeviation="2"/></filter>
  </defs>
  <metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></metadata>
  <g inkscape:label="Layer 1" inkscape:groupmode="layer" id="layer1">
    <rect style="fill:url(#b);filter:url(#shadow);-inkscape-stroke:none" width="40" height="20" id="r"/>
    <path style="fill:url('#b')" d="M 0,0 L 5,5 Z" sodipodi:nodetypes="ccc"/>
    <text xml:space="preserve" style="font-family:'DejaVu Sans'" x="1" y="5"><tspan>Weber</tspan></text>
  </g>
</svg>"""
ILLUSTRATOR = """<?xml version="1.0" encoding="utf-8"?>
<!-- Generator: Adobe Illustrator 16.0.0, SVG Export Plug-In . SVG Version: 6.00 Build 0)  -->
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd" [
  <!ENTITY ns_extend "http://ns.adobe.com/Extensibility/1.0/">
  <!ENTITY ns_ai "http://ns.adobe.com/AdobeIllustrator/10.0/">
  <!ENTITY ns_svg "http://www.w3.org/2000/svg">
  <!ENTITY ns_xlink "http://www.w3.org/1999/xlink">
]>
<svg version="1.1" xmlns:x="&ns_extend;" xmlns:i="&ns_ai;" xmlns="&ns_svg;" xmlns:xlink="&ns_xlink;"
   viewBox="0 0 40 20" enable-background="new 0 0 40 20" xml:space="preserve">
<style type="text/css"><![CDATA[ .st0{fill:#00AEEF;filter:url(#f);} .st1{clip-path:url(#clip);} ]]></style>
<switch>
  <foreignObject requiredExtensions="&ns_ai;" x="0" y="0" width="1" height="1">
    <i:pgfRef xlink:href="#adobe_illustrator_pgf"></i:pgfRef>
  </foreignObject>
  <g i:extraneous="self">
    <defs><rect id="clip_1_" width="40" height="20"/></defs>
    <clipPath id="clip"><use xlink:href="#clip_1_" overflow="visible"/></clipPath>
    <a xlink:href="https://example.com"><path class="st0" d="M0,0h40v20H0V0z"/></a>
  </g>
</switch>
</svg>"""


@pytest.mark.parametrize(
    ("svg", "kept", "gone"),
    [
        (INKSCAPE, ("<rect", "url(#b)", 'href="#a"', "Weber", "M 0,0 L 5,5 Z"), ("inkscape:", "sodipodi:", "filter")),
        (
            ILLUSTRATOR,
            ("M0,0h40v20H0V0z", ".st0{fill:#00AEEF;", "#clip_1_"),
            ("adobe", "foreign", "filter", "example"),
        ),
        ('<svg viewBox="0 0 1 1"><rect width="1" height="1"/></svg>', ('xmlns="http://www.w3.org/2000/svg"',), ()),
        (f"\ufeff<svg {NS}><rect/></svg>", ("<rect",), ()),
    ],
    ids=["Inkscape", "Illustrator", "no namespace", "byte order mark"],
)
def test_good_logo_stays_drawable(svg, kept, gone):
    made, media_type = checked_logo(svg.encode())

    assert media_type == "image/svg+xml"
    said = made.decode()
    assert [each for each in kept if each not in said] == []
    assert [each for each in gone if each in said] == []
    assert checked_logo(made)[0] == made
    edition = one(text("t", "Hello"))
    brand = replace(edition.brand, logo=made, logo_type=media_type)
    assert deck_pdf(replace(edition, brand=brand)).startswith(b"%PDF")


def uses(levels: int) -> str:
    """Return shapes each of which draws the one before ten times."""
    groups = (f"<g id='n{at}'>" + f"<use href='#n{at - 1}'/>" * 10 + "</g>" for at in range(1, levels))
    return '<rect id="n0"/>' + "".join(groups)


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<g><script href='https://example.com/a.js'/></g>",
        "<rect onload='alert(1)'/>",
        "<rect ONCLICK='alert(1)'/>",
        "<foreignObject><body xmlns='http://www.w3.org/1999/xhtml'/></foreignObject>",
        "<image href='https://example.com/a.png'/>",
        "<image xlink:href='data:image/png;base64,AAAA'/>",
        "<use xlink:href='https://example.com/a.svg#a'/>",
        "<use href='data:image/svg+xml,a'/>",
        "<rect fill='url(https://example.com/a.svg#a)'/>",
        "<rect style='fill:url( \"//example.com\")'/>",
        "<rect style='fill:u\\72l(//example.com)'/>",
        "<style>@import 'https://example.com/a.css';</style>",
        "<style>@imp<title/>ort 'https://example.com/a.css';</style>",
        "<style><title/>@import 'https://example.com/a.css';</style>",
        "<style>@font-face{src:url(https://example.com/a.woff)}</style>",
        "<animate attributeName='href' to='javascript:alert(1)'/>",
        "<set attributeName='onload' to='alert(1)'/>",
        "<g id='a'><use href='#a'/></g>",
        "<pattern id='a'><rect fill='url(#b)'/></pattern><mask id='b'><rect fill='url(#a)'/></mask>",
        uses(9),
        "<g>" * 50_000 + "</g>" * 50_000,
        "<rect/>" * 21_000,
        "<g",
    ],
    ids=lambda inside: inside[:40],
)
def test_svg_that_runs_or_asks_for_something_is_refused(inside):
    with pytest.raises(FileRefusedError, match=r"logo .*\."):
        checked_logo(f"<svg {NS}>{inside}</svg>".encode())


@pytest.mark.parametrize(
    "content",
    [
        b'<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><svg>&b;</svg>',
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg><text>&a;</text></svg>',
        b'<!DOCTYPE svg [<!ENTITY % a SYSTEM "https://example.com/a.dtd"> %a;]><svg/>',
        b'<!DOCTYPE svg [<!ENTITY a "https://a"><!ENTITY b "&a;&a;">]><svg>&b;</svg>',
        f"<svg {NS}><script/></svg>".encode("utf-16"),
        "\u733c\u6776".encode("utf-16-le") + f"<svg {NS}><script/></svg>".encode("utf-16-le"),
        b"<!-- <svg --><html><script/></html>",
        b"<svg",
        b"not <svg at all",
        b"",
        bytes(1_000_001),
    ],
)
def test_what_is_no_logo_is_refused(content):
    with pytest.raises(FileRefusedError, match=r"logo .*\."):
        checked_logo(content)


def test_picture_is_scaled_down():
    assert checked_logo(picture())[1] in ("image/png", "image/jpeg")


PATTERN = '<pattern id="p" width="1e6" height="1e6" patternUnits="userSpaceOnUse"/><rect fill="url(#p)"/>'


@pytest.mark.parametrize("drawing", ['width="0" height="0">', f'viewBox="0 0 10 10">{PATTERN}'])
def test_logo_that_no_file_can_show_is_refused(drawing: str):
    with pytest.raises(FileRefusedError, match="cannot be drawn in PDF and PowerPoint"):
        checked_logo(f'<svg xmlns="http://www.w3.org/2000/svg" {drawing}</svg>'.encode())


@pytest.mark.parametrize("size", ['width="1" height="1e7"', 'width="1e9" height="1"'])
def test_logo_takes_no_memory_by_the_size_that_it_says(size: str):
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect width="5" height="5"/></svg>'
    logo, _ = checked_logo(svg.encode())
    drawn = drawn_logo(logo)

    assert drawn
    with Image.open(BytesIO(drawn)) as picture:
        assert max(picture.size) == 720


def test_logo_that_is_kept_and_cannot_be_drawn_is_told_and_left_out_of_files():
    edition = one(text("a", "Hello"))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">{PATTERN}</svg>'.encode()
    bad = replace(edition, brand=replace(edition.brand, logo=svg, logo_type="image/svg+xml"))

    assert [found.text for found in problems(bad)] == [
        "The logo cannot be drawn, so no file shows it. Use a PNG instead, in Look."
    ]
    assert deck_pdf(bad).startswith(b"%PDF")
    assert deck_pptx(bad).startswith(b"PK")
