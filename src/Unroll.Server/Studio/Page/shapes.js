import { get, post, stream } from "./api.js";
import { announce, button, el, field, fill, problem, say } from "./dom.js";
import { Digit } from "./digit.js";
import { Heat } from "./heat.js";

let made = false,
  writing = null;

export function leave() {
  writing?.abort();
}

export async function show(section) {
  if (made) return;
  const shapes = await get("api/shapes"),
    known = new Map(shapes.map(shape => [shape.name, shape]));
  made = shapes.every(shape => shape.ready);
  fill(
    section,
    el("h1", { id: "shapes-title" }, "Shapes"),
    el("p", { className: "quiet" }, "What else recurrent networks read and write, beside rows of numbers."),
    el("div", { className: "two" }, card("digit", "Draw a digit", digit), card("spell", "Type a word", spell)),
    card("write", "Let the novelist write on", write),
  );
  function card(name, title, make) {
    const shape = known.get(name);
    return el(
      "div",
      { className: "card shape" },
      el("h2", {}, title),
      el("p", { className: "quiet" }, shape?.what ?? "This studio does not have it."),
      shape?.ready && make(),
    );
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

function spell() {
  const word = el("input", { type: "text", maxlength: 40, autocomplete: "off", spellcheck: "false", autocapitalize: "none" }),
    answer = el("div");
  word.value = "recurrent";
  const form = el(
    "form",
    { className: "row", onsubmit: event => event.preventDefault() },
    field("Word", word),
    button(
      "Pronounce",
      async () => {
        const text = word.value.trim();
        if (text === "") throw new Error("There is no word yet. Type one, such as “recurrent”.");
        const { phonemes, alignment, letters } = await post("api/shapes/spell", { word: text }),
          across = letters ?? [...text];
        const heat = new Heat({
          label: "Alignment",
          title: "Which letters it looked at: sounds down, letters across",
          height: Math.max(90, phonemes.length * 22),
          name: (r, c) => `${phonemes[r]} looks at ${across[c]}`,
        });
        heat.set(alignment);
        fill(
          answer,
          el("p", { className: "large", role: "status" }, phonemes.join(" ")),
          el(
            "div",
            { className: "aligned" },
            el(
              "div",
              { className: "labels down", "aria-hidden": "true" },
              phonemes.map(sound => el("span", {}, sound)),
            ),
            heat.element,
            el(
              "div",
              { className: "labels across", "aria-hidden": "true" },
              across.map(letter => el("span", {}, letter)),
            ),
          ),
        );
      },
      { type: "submit" },
    ),
  );
  return el("div", {}, form, answer);
}

function write() {
  const start = el("input", { type: "text", maxlength: 400, value: "Alice " }),
    length = el("input", { type: "number", min: 1, max: 5000, step: 1, value: "400" });
  const seed = el("input", { type: "number", min: 0, step: 1, value: "1" }),
    temperature = el("input", { type: "range", min: 0.1, max: 1.5, step: 0.1, value: "0.7" }),
    shown = el("output", { className: "figures" }, "0.7");
  temperature.addEventListener("input", () => say(shown, Number(temperature.value).toFixed(1)));
  const text = el(
    "div",
    { className: "written", tabindex: "0", role: "region", "aria-label": "What is written" },
    el("p", { className: "quiet" }, "It writes here, character by character."),
  );
  const stop = button("Stop", () => writing?.abort(), { hidden: true });
  const go = button(
    "Write on",
    async () => {
      for (const input of [length, seed]) if (!input.reportValidity()) return;
      writing = new AbortController();
      stop.hidden = false;
      const given = el("b", {}, start.value),
        more = document.createTextNode("");
      fill(text, el("p", {}, given, more));
      let waiting = "",
        asked = 0;
      const flush = () => {
        asked = 0;
        more.appendData(waiting);
        waiting = "";
        text.scrollTop = text.scrollHeight;
      };
      try {
        await stream(
          "api/shapes/write",
          { start: start.value, temperature: Number(temperature.value), length: Number(length.value), seed: Number(seed.value) },
          event => {
            waiting += event.text;
            asked ||= requestAnimationFrame(flush);
          },
          writing.signal,
        );
        announce("It has written to the end.");
      } catch (error) {
        if (error.name !== "AbortError") throw error;
      } finally {
        stop.hidden = true;
      }
    },
    { className: "primary" },
  );
  return el(
    "div",
    {},
    el(
      "div",
      { className: "row" },
      field("Beginning", start),
      field("Characters", length),
      field("Seed", seed),
      el("div", { className: "field" }, el("label", { for: (temperature.id = "temperature") }, "Temperature ", shown), temperature),
    ),
    el("div", { className: "buttons" }, go, stop),
    text,
  );
}
