import { get, post } from "./api.js";
import { el, fill, problem, say } from "./dom.js";
import { Digit } from "./digit.js";
import { Learner } from "./learn.js";
import { spell } from "./spell.js";
import { endWriting, write } from "./write.js";

let cards = null;

export function leave() {
  endWriting();
  for (const card of cards ?? []) card.leave();
}

export async function show(section) {
  const known = new Map((await get("api/shapes")).map(shape => [shape.name, shape]));
  if (!cards) {
    cards = [
      new Card("digit", "Draw a digit", digit),
      new Card("spell", "Type a word", spell, "the speller", "counting runs of 4 sounds"),
      new Card("write", "Let the novelist write on", write, "the novelist", "counting runs of 5 characters"),
    ];
    fill(
      section,
      el("h1", { id: "shapes-title" }, "Shapes"),
      el("p", { className: "quiet" }, "What else recurrent networks read and write, beside rows of numbers."),
      el("div", { className: "two" }, cards[0].element, cards[1].element),
      cards[2].element,
    );
  }
  for (const card of cards) card.show(known.get(card.name));
}

/** One shape: what it does, and how to get there where no network has learnt it. */
class Card {
  constructor(name, title, make, who, counting) {
    Object.assign(this, { name, make, mode: null });
    this.learner = who ? new Learner(name, who, counting, changed => this.show(changed)) : null;
    this.what = el("p", { className: "quiet" });
    this.wrong = el("p", { className: "problem", role: "alert", hidden: true });
    this.body = el("div");
    this.element = el("div", { className: "card shape" }, el("h2", {}, title), this.what, this.wrong, this.body);
  }

  show(shape) {
    say(this.what, shape?.what ?? "This studio does not have it.");
    say(this.wrong, shape?.problem ?? "");
    this.wrong.hidden = !shape?.problem;
    const mode = shape?.learning ? "learning" : shape?.ready ? (shape.partial ? "partial" : "ready") : shape?.trainable ? "offer" : "none";
    if (mode === "learning") this.learner.follow();
    if (mode === this.mode) return;
    const had = this.body.contains(document.activeElement);
    this.mode = mode;
    if (mode === "ready" || mode === "partial") this.made ??= this.make();
    fill(
      this.body,
      mode === "learning" && this.learner.element,
      (mode === "ready" || mode === "partial") && this.made,
      (mode === "offer" || mode === "partial") && this.learner.starter(mode, shape.offer),
      mode === "none" && shape?.offer && el("p", { className: "quiet small" }, shape.offer),
    );
    // What had the focus is gone: it goes to what came in its place.
    if (had) this.body.querySelector("input, button")?.focus();
  }

  leave() {
    this.learner?.leave();
  }
}

function digit() {
  const bars = Array.from({ length: 10 }, (_, i) => {
    const inner = el("span", { style: { width: "0" } }),
      text = el("span", { className: "figures" }, "–");
    return {
      inner,
      text,
      row: el(
        "div",
        { className: "bar" },
        el("span", {}, String(i)),
        el("span", { className: "track", "aria-hidden": "true" }, inner),
        text,
      ),
    };
  });
  const said = el("p", { className: "large", role: "status" }, "Nothing is drawn yet.");
  const drawing = new Digit(async pixels => {
    if (!pixels) {
      bars.forEach(bar => {
        bar.inner.style.width = "0";
        say(bar.text, "–");
      });
      return say(said, "Nothing is drawn yet.");
    }
    try {
      const { probabilities } = await post("api/shapes/digit", { pixels });
      const best = probabilities.indexOf(Math.max(...probabilities));
      bars.forEach((bar, i) => {
        bar.inner.style.width = `${probabilities[i] * 100}%`;
        bar.row.classList.toggle("best", i === best);
        say(bar.text, `${(probabilities[i] * 100).toFixed(1)} %`);
      });
      say(said, `This is a ${best}, at ${(probabilities[best] * 100).toFixed(0)} %.`);
    } catch (error) {
      problem(error);
    }
  });
  return el(
    "div",
    { className: "draw" },
    drawing.element,
    el(
      "div",
      {},
      said,
      el(
        "div",
        { className: "bars digits" },
        bars.map(bar => bar.row),
      ),
    ),
  );
}
