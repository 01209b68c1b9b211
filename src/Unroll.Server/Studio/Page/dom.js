// Elements are made here and nowhere else. Text is always a text node: a name that looks like HTML is shown as it is.

/** An element with properties, listeners (onclick …), ARIA and data attributes, and children. */
export function el(tag, properties = {}, ...children) {
  const element = tag.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else if (name === "value") element.value = value;
    else element.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
  }
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children.flat(3))
    if (child !== null && child !== undefined && child !== false)
      element.append(child instanceof Node ? child : document.createTextNode(String(child)));
}

/** Puts children in the place of what an element has. */
export function fill(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

/** Sets a text, and touches the page only where it is another one. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export const byId = id => document.getElementById(id);

/** Tells people who hear the page. */
export const announce = text => say(byId("said"), text);

/** A problem at the top of the page, or none. */
export function problem(error) {
  const place = byId("problem");
  place.hidden = !error;
  say(place, error ? error.message : "");
}

const waiting = new Map();
let asked = 0;

/** Runs work at the next frame; of works with the same key the last one alone. */
export function frame(key, work) {
  waiting.set(key, work);
  asked ||= requestAnimationFrame(() => {
    asked = 0;
    const works = [...waiting.values()];
    waiting.clear();
    for (const each of works) each();
  });
}

/** A button that says what it is doing and cannot be pressed twice. */
export function button(text, work, properties = {}) {
  const made = el("button", { type: "button", ...properties }, text);
  made.addEventListener("click", async () => {
    if (made.getAttribute("aria-disabled") === "true") return;
    made.setAttribute("aria-disabled", "true");
    problem(null);
    try {
      await work(made);
    } catch (error) {
      problem(error);
    } finally {
      made.removeAttribute("aria-disabled");
    }
  });
  return made;
}

let labels = 0;

/** A control under its label. */
export function field(label, control, hint) {
  control.id ||= `field-${++labels}`;
  const note = hint ? el("small", { id: `${control.id}-hint` }, hint) : null;
  if (note) control.setAttribute("aria-describedby", note.id);
  return el("div", { className: "field" }, el("label", { for: control.id }, label), control, note);
}

/** A table of heads and rows; a cell is a text, a node, or {cell, properties}. The first cell of a row is its head. */
export function table(caption, heads, rows, properties = {}) {
  const cell = (tag, content, more) =>
    content && content.cell !== undefined ? el(tag, { ...more, ...content.properties }, content.cell) : el(tag, more, content);
  return el(
    "div",
    { className: "wide", tabindex: "0", role: "region", "aria-label": caption },
    el(
      "table",
      properties,
      el("caption", { className: "unseen" }, caption),
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          heads.map(head => cell("th", head, { scope: "col" })),
        ),
      ),
      el(
        "tbody",
        {},
        rows.map(row => {
          const cells = row.cells ?? row;
          return el(
            "tr",
            row.properties ?? {},
            cells.map((content, i) =>
              i === 0 ? cell("th", content, { scope: "row" }) : cell("td", content, { "data-name": headText(heads[i]) }),
            ),
          );
        }),
      ),
    ),
  );
}

const headText = head => (typeof head === "string" ? head : head?.cell !== undefined ? headText(head.cell) : (head?.textContent ?? ""));

/** What a section shows where it has nothing to show. */
export const empty = (title, text, ...more) => el("div", { className: "empty" }, el("h2", {}, title), el("p", {}, text), ...more);
