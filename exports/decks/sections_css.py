"""The style sheet of a deck's sections. All is as wide as the section is, so that one is a slide or a thumbnail."""

from exports.decks.measure import TWINS
from exports.decks.places import BAR, PANEL, PANEL_EDGE
from exports.decks.records import Brand, Font
from exports.decks.theme import (
    CELL_X,
    CELL_Y,
    FIGURE,
    FIGURE_PAD,
    FOOTER_Y,
    GAP,
    INDENT,
    LINE,
    MARGIN,
    RULE,
    theme,
)

FAMILIES = {font: f"Deck {font}" for font in Font}  # under which the app serves the twins

_RULES = f"""
SCOPE {{
  --u: calc(100cqw / 960); container-type: inline-size; position: relative; box-sizing: border-box; width: 100%;
  aspect-ratio: 16 / 9; overflow: hidden; background: var(--ground); color: var(--ink); line-height: {LINE};
  font-kerning: none; font-variant-ligatures: none; text-rendering: geometricPrecision; text-align: start;
}}
SCOPE :not(svg, svg *) {{
  box-sizing: border-box; margin: 0; padding: 0; border: 0; font: inherit; color: inherit; letter-spacing: 0;
  text-align: inherit; white-space: pre-wrap; overflow-wrap: anywhere;
}}
SCOPE :is(strong, h2, h3, th, .value, .total tr:last-child td) {{ font-weight: 700; }}
SCOPE em {{ font-style: italic; }}
SCOPE a {{ color: var(--link); text-decoration: underline; text-underline-offset: 0.12em; }}
SCOPE .box {{
  position: absolute; left: calc(var(--x) * var(--u)); top: calc(var(--y) * var(--u));
  width: calc(var(--w) * var(--u)); height: calc(var(--h) * var(--u)); font-size: calc(var(--s) * var(--u));
}}
SCOPE :is(h2, h3, .value) {{ color: var(--title); }}
SCOPE :is(.footer, .number, .label) {{ color: var(--pale); }}
SCOPE .footer {{ overflow: hidden; }}
SCOPE .number {{ text-align: end; }}
SCOPE .mark {{ color: var(--link); text-align: end; }}
SCOPE::before {{
  content: ""; position: absolute; left: calc({MARGIN} * 100cqw / 960); top: calc({FOOTER_Y - 6} * 100cqw / 960);
  width: calc({960 - 2 * MARGIN} * 100cqw / 960); height: calc(0.5 * 100cqw / 960); background: var(--edge);
}}
SCOPE::after {{
  content: ""; position: absolute; inset-inline-start: calc({BAR.x} * 100cqw / 960);
  top: calc({BAR.y} * 100cqw / 960);
  width: calc({BAR.width} * 100cqw / 960); height: calc({BAR.height} * 100cqw / 960); background: var(--accent);
}}
SCOPE.cover::before {{
  left: 0; top: 0; width: 100%; height: calc({PANEL.height} * 100cqw / 960); background: var(--primary);
}}
SCOPE.cover::after {{
  inset-inline: 0; top: calc({PANEL_EDGE.y} * 100cqw / 960); width: 100%;
  height: calc({PANEL_EDGE.height} * 100cqw / 960);
}}
SCOPE.cover h2 {{ color: var(--on-primary); background: var(--primary); }}
SCOPE :is(img, svg) {{ display: block; width: 100%; height: 100%; object-fit: contain; }}
SCOPE .logo {{
  width: calc(var(--w) * var(--u)); height: calc(var(--h) * var(--u)); object-position: right center;
}}
SCOPE .missing {{
  height: 100%; overflow: hidden; border: calc(1 * var(--u)) dashed var(--pale); padding: calc(12 * var(--u));
  color: var(--pale); font-size: calc(12 * var(--u)); display: grid; place-content: center; text-align: center;
}}
SCOPE :is(.text > * + *, li + li, ul + *, ol + *, li > ul, li > ol) {{ margin-top: calc(var(--g) * var(--u)); }}
SCOPE :is(ul, ol) {{ list-style: none; padding-inline-start: calc({INDENT}em * var(--k, 0)); }}
SCOPE li {{ --k: 0; position: relative; padding-inline-start: {INDENT}em; }}
SCOPE li > span {{ display: block; }}
SCOPE li::before {{
  content: attr(data-mark); position: absolute; inset-inline-start: 0;
  color: var(--link);
}}
SCOPE .agenda > li {{ display: grid; grid-template-columns: calc(var(--l) * var(--u)) 1fr; padding: 0; }}
SCOPE .agenda b {{ font-weight: 700; color: var(--link); }}
SCOPE .agenda > li > span {{ grid-column: 2; }}
SCOPE .agenda > li::before {{ content: none; }}
SCOPE .agenda > li + li::before {{
  content: ""; inset-inline: 0; top: calc((var(--g) + {RULE}) * var(--u) / -2); height: calc({RULE} * var(--u));
  background: var(--edge);
}}
SCOPE table {{ width: 100%; table-layout: fixed; border-collapse: separate; border-spacing: 0; display: table; }}
SCOPE tr {{ height: calc(var(--h) * var(--u)); }}
SCOPE :is(th, td) {{
  vertical-align: top; padding: calc({CELL_Y} * var(--u)) calc({CELL_X} * var(--u));
  box-shadow: inset 0 calc(-0.5 * var(--u)) var(--edge);
}}
SCOPE :is(th, td) > span {{ display: block; }}
SCOPE th {{ background: var(--primary); color: var(--on-primary); }}
SCOPE tbody tr:nth-child(even) td {{ background: var(--tint); }}
SCOPE .total tbody tr:last-child td {{ box-shadow: inset 0 calc(1.5 * var(--u)) var(--primary); }}
SCOPE .end {{ text-align: end; }}
SCOPE .grid {{ display: grid; gap: calc({GAP} * var(--u)); height: 100%; }}
SCOPE .figure {{
  padding: calc({FIGURE_PAD} * var(--u)); background: var(--tint);
  box-shadow: inset calc(3 * var(--u)) 0 var(--accent);
}}
SCOPE .value {{ font-size: {FIGURE}em; }}
"""


def local_families(font: Font) -> str:
    """Return the fonts that a browser may have of its own."""
    last = "serif" if font in (Font.TIMES, Font.CAMBRIA) else "sans-serif"
    return f"'{TWINS[font]}', '{font}', {last}"


def sections_css(brand: Brand) -> str:
    """Return the style sheet of a brand's decks."""
    look = theme(brand)
    colours = {name: getattr(look, name) for name in ("primary", "accent", "title", "link", "tint", "ink", "pale")}
    more = {"on-primary": look.on_primary, "edge": look.edge, "ground": look.ground}
    told = "".join(f"--{name}: {colour}; " for name, colour in (colours | more).items())
    families = f"'{FAMILIES[brand.font]}', 'Deck Noto', {local_families(brand.font)}"
    rules = f"SCOPE {{ {told}font-family: {families}; }}{_RULES}"
    return rules.replace("SCOPE", ".travelbot-deck.travelbot-deck")
