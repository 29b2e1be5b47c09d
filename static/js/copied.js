// What is drawn, as it is copied: as Markdown, and as HTML of plain elements without a class, a style or a colour.
const LEFT_OUT = `button, input, textarea, select, svg, style, script, [hidden], [aria-hidden="true"], [role="img"],
  [translate="no"], [data-testid="stHeaderActionElements"], [class*="st-key-chat_actions_"]`;
const BLOCKS = "H1 H2 H3 H4 H5 H6 P UL OL LI BLOCKQUOTE TABLE THEAD TBODY TR TH TD HR".split(" ");
const INLINE = "A B STRONG EM I DEL S CODE SUB SUP BR".split(" ");
const THROUGH = ["SPAN", "SMALL", "LABEL"]; // inline, and nothing of their own
const HOLDS_WORDS = ["H1", "H2", "H3", "H4", "H5", "H6", "P", "LI", "TH", "TD"];
const MARKS = { B: "**", STRONG: "**", EM: "*", I: "*", DEL: "~~", S: "~~" };

const isText = (node) => node.nodeType === Node.TEXT_NODE;
const isInline = (node) => isText(node) || INLINE.includes(node.tagName) || THROUGH.includes(node.tagName);

/** Return {text, html} of what is drawn in these nodes. */
export function copied(nodes) {
  const clean = document.createElement("div");
  flow(nodes, clean);
  return { text: blocks(clean).join("\n\n"), html: clean.innerHTML };
}

/** Return {text, html} of a text that is copied as it is written. */
export function copiedText(text) {
  const clean = document.createElement("p");
  clean.append(...lines(text));
  return { text, html: clean.outerHTML };
}

/** Return {text, html} of what is selected. */
export function copiedRange(range) {
  const { commonAncestorContainer: node } = range;
  const common = isText(node) ? node.parentElement : node;
  if (common.closest('pre, [data-testid="stText"]')) return copiedText(range.toString());
  let piece = range.cloneContents();
  for (let around = node; around.matches?.("table, thead, tbody, tr, ul, ol"); around = around.parentElement) {
    const shell = around.cloneNode();
    shell.append(piece);
    piece = shell;
  }
  return copied([piece]);
}

function lines(text) {
  return text.split("\n").flatMap((line, number) => (number ? [document.createElement("br"), line] : [line]));
}

/** Add plain copies of nodes to an element; words that stand among blocks become a paragraph. */
function flow(nodes, into) {
  let words = null;
  for (const node of nodes) {
    if (node.matches?.(LEFT_OUT)) continue;
    if (isInline(node)) {
      if (!words && isText(node) && !node.data.trim()) continue;
      words ??= HOLDS_WORDS.includes(into.tagName) ? into : into.appendChild(document.createElement("p"));
      inline(node, words);
    } else {
      words = null;
      block(node, into);
    }
  }
}

function inline(node, into) {
  if (isText(node)) {
    into.append(node.data.replace(/\s+/g, " "));
  } else if (node.tagName && !node.matches(LEFT_OUT)) {
    const to = INLINE.includes(node.tagName) ? into.appendChild(document.createElement(node.tagName)) : into;
    if (node.tagName === "A" && /^(https?|mailto):/.test(node.href)) to.href = node.href;
    for (const child of node.childNodes) inline(child, to);
  }
}

function block(node, into) {
  const { tagName, childNodes } = node;
  if (node.dataset?.testid === "stText") {
    into.appendChild(document.createElement("p")).append(...lines(node.textContent));
  } else if (tagName === "PRE") {
    const code = into.appendChild(document.createElement("pre")).appendChild(document.createElement("code"));
    code.textContent = node.textContent.replace(/\n$/, "");
  } else if (BLOCKS.includes(tagName)) {
    const to = into.appendChild(document.createElement(tagName));
    if (tagName === "OL" && node.start !== 1) to.start = node.start;
    flow(childNodes, to);
  } else if (childNodes) {
    flow(childNodes, into);
  }
}

/** Return the Markdown of each block in an element of plain ones. */
function blocks(element) {
  const found = [];
  let words = "";
  for (const node of [...element.childNodes, null]) {
    if (node && isInline(node)) {
      words += inlineMarkdown(node);
    } else {
      if (words.trim()) found.push(words.trim());
      words = "";
      if (node) found.push(blockMarkdown(node));
    }
  }
  return found.filter(Boolean);
}

function blockMarkdown(element) {
  const { tagName } = element;
  if (/^H[1-6]$/.test(tagName)) return `${"#".repeat(Number(tagName[1]))} ${wordsOf(element)}`;
  if (tagName === "HR") return "---";
  if (tagName === "PRE") return `\`\`\`\n${element.textContent}\n\`\`\``;
  if (tagName === "BLOCKQUOTE") return blocks(element).join("\n\n").replace(/^/gm, "> ");
  if (tagName === "TABLE") return tableMarkdown(element);
  if (tagName === "UL") return [...element.children].map((item) => itemMarkdown("- ", item)).join("\n");
  if (tagName === "OL")
    return [...element.children].map((item, at) => itemMarkdown(`${element.start + at}. `, item)).join("\n");
  return blocks(element).join("\n\n");
}

function itemMarkdown(mark, item) {
  return (
    mark +
    blocks(item)
      .join("\n")
      .replaceAll("\n", `\n${" ".repeat(mark.length)}`)
  );
}

function tableMarkdown(table) {
  const cell = (one) => wordsOf(one).replaceAll("|", "\\|").replaceAll("\n", " ");
  const rows = [...table.rows].map((row) => [...row.cells].map(cell));
  rows.splice(
    1,
    0,
    rows[0].map(() => "---"),
  );
  return rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

const wordsOf = (element) => [...element.childNodes].map(inlineMarkdown).join("").trim();

function inlineMarkdown(node) {
  if (isText(node)) return node.data;
  if (node.tagName === "BR") return "\n";
  if (node.tagName === "CODE") return `\`${node.textContent}\``;
  const words = [...node.childNodes].map(inlineMarkdown).join("");
  if (node.tagName === "A" && node.href && node.href !== words) return `[${words}](${node.href})`;
  const mark = (words.trim() && MARKS[node.tagName]) || "";
  return mark + words + mark;
}
