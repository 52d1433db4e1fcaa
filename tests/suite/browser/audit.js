// What is wrong with the page as it stands, one complaint a line. Run in every page that a test looks at.
const complaints = [];
const complain = (what, element) => complaints.push(element ? `${what}: ${element.outerHTML.slice(0, 140)}` : what);
const [width, ours] = arguments;
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const html = document.documentElement;
const seen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
const forReadersOnly = (element) => element.closest(".hidden, .skip, .site-link span") && getComputedStyle(element.closest(".hidden, .skip, .site-link span")).position === "absolute";

// Language, direction, landmarks, headings.
if (!["ar", "fr", "en"].includes(html.lang)) complain(`lang is ${html.lang}`);
if (getComputedStyle(html).direction !== (html.lang === "ar" ? "rtl" : "ltr")) complain("wrong direction");
if (!document.title.trim()) complain("no title");
if (all("h1").filter(seen).length !== 1) complain(`${all("h1").filter(seen).length} h1`);
if (ours && all("main").length !== 1) complain("not one main");
if (ours && (!all("body > header").length || !all("body > footer").length)) complain("no header or footer");
let level = 1;
for (const heading of all("h1, h2, h3, h4").filter(seen)) {
  const own = Number(heading.tagName[1]);
  if (own > level + 1) complain(`heading skips from ${level}`, heading);
  level = own;
}

// Names.
for (const field of all("input:not([type=hidden]), select, textarea")) {
  if (!field.labels.length && !field.getAttribute("aria-label")) complain("no label", field);
}
const name = (element) => (element.getAttribute("aria-label") || element.textContent).trim() || all("[alt]", element).map((image) => image.alt).join("");
for (const element of all("a[href], button, [role=img]")) if (seen(element) && !name(element)) complain("no name", element);
for (const image of all("img")) {
  if (!image.hasAttribute("alt")) complain("no alt", image);
  if (image.complete && !image.naturalWidth) complain("broken image", image);
}
for (const svg of all("svg")) if (!svg.closest("[aria-hidden=true]") && !svg.closest("[role=img]")) complain("svg neither hidden nor named", svg);
const ids = all("[id]").map((element) => element.id);
for (const id of new Set(ids)) if (ids.filter((other) => other === id).length > 1) complain(`id ${id} stands twice`);
for (const attribute of ["for", "aria-describedby", "aria-labelledby"]) {
  for (const element of all(`[${attribute}]`)) {
    for (const id of element.getAttribute(attribute).split(/\s+/)) if (!ids.includes(id)) complain(`${attribute} leads nowhere`, element);
  }
}
for (const link of all("a[href^='#']")) if (!ids.includes(link.getAttribute("href").slice(1))) complain("leads nowhere", link);
for (const group of all("fieldset")) if (!all("legend", group).length) complain("no legend", group);
for (const wrong of all("[aria-invalid=true]")) if (!wrong.getAttribute("aria-describedby")) complain("fault not tied to its field", wrong);

// Width.
if (html.scrollWidth > width) complain(`scrolls sideways: ${html.scrollWidth} > ${width}`);
const scrolls = (element) => { for (let at = element; at; at = at.parentElement) if (["auto", "scroll"].includes(getComputedStyle(at).overflowX)) return true; return false; };
for (const element of all("body *")) {
  if (!seen(element) || forReadersOnly(element) || scrolls(element) || element.closest("svg")) continue;
  const box = element.getBoundingClientRect();
  if (box.width && (box.left < -1 || box.right > width + 1)) complain(`sticks out (${Math.round(box.left)} to ${Math.round(box.right)} of ${width})`, element);
  if (getComputedStyle(element).overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1) complain("cut off", element);
}

// Amounts as the language runs; references and phone numbers from left to right; all of them in one piece.
const box = (element) => { const range = document.createRange(); range.selectNodeContents(element); return range.getClientRects(); };
for (const element of all(".money, .code, bdi[dir=ltr]")) {
  if (!seen(element) || element.matches("input")) continue;
  const direction = element.matches(".money") ? getComputedStyle(html).direction : "ltr";
  if (getComputedStyle(element).direction !== direction) complain(`not ${direction}`, element);
  const lines = new Set([...box(element)].map((part) => Math.round(part.top / 4)));
  if (lines.size > 1) complain("broken over lines", element);
}

// Targets large enough for a thumb; links inside a sentence are let off.
for (const element of all("a[href], button, input:not([type=hidden]), select, summary")) {
  if (!seen(element) || forReadersOnly(element)) continue;
  const target = element.closest("label, .card") || element;
  const { height, width: across } = target.getBoundingClientRect();
  const inSentence = element.tagName === "A" && getComputedStyle(element).display === "inline" && element.parentElement.textContent.trim() !== element.textContent.trim();
  if ((height < 24 || across < 24) && !inSentence) complain(`target of ${Math.round(across)}x${Math.round(height)}`, element);
}

// Contrast of every text with what is painted behind it.
const colour = (text) => { const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number); return { r, g, b, a }; };
const over = (top, below) => ({ r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a), b: top.b * top.a + below.b * (1 - top.a), a: 1 });
const ground = (element) => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    const layer = colour(getComputedStyle(at).backgroundColor);
    layers.push(layer);
    if (layer.a === 1) break;
  }
  return layers.reverse().reduce((below, layer) => over(layer, below), { r: 255, g: 255, b: 255, a: 1 });
};
const light = ({ r, g, b }) => [r, g, b].map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)).reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
const contrast = (one, other) => { const [high, low] = [light(one), light(other)].sort((a, b) => b - a); return (high + 0.05) / (low + 0.05); };
const judge = (element, text) => {
  const style = getComputedStyle(element), behind = ground(element);
  const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  const ratio = contrast(over(colour(text), behind), behind);
  if (ratio < (large ? 3 : 4.5)) complain(`contrast ${ratio.toFixed(2)}`, element);
  if (size < 13) complain(`type of ${size} px`, element);
};
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || element.closest("svg, script, style, noscript, option, .skip") || !seen(element)) continue;
  judge(element, getComputedStyle(element).color);
}
for (const field of all("input[placeholder]")) {
  const style = getComputedStyle(field), pen = document.createElement("canvas").getContext("2d");
  judge(field, getComputedStyle(field, "::placeholder").color);
  pen.font = style.font;
  const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  if (pen.measureText(field.placeholder).width > room) complain(`placeholder longer than ${room} px`, field);
}

// No message of the catalogue came out as its key, and no placeholder was left.
const words = document.body.innerText;
for (const bad of words.match(/\{ ?\$?\w+ ?\}|\b(undefined|null|NaN)\b|Unknown localization/g) || []) complain(`left over: ${bad}`);
return complaints;
