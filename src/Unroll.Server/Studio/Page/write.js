import { stream } from "./api.js";
import { announce, button, el, field, fill, say } from "./dom.js";

let writing = null;

/** Ends what is being written. */
export const endWriting = () => writing?.abort();

/** A beginning to type, and what the novelist makes of it. */
export function write() {
  const start = el("input", { type: "text", maxlength: 400, value: "She " }),
    length = el("input", { type: "number", min: 1, max: 5000, step: 1, value: "400" });
  const seed = el("input", { type: "number", min: 0, max: 2147483646, step: 1, value: "1" }),
    temperature = el("input", { type: "range", min: 0.1, max: 1.5, step: 0.1, value: "0.7", id: "temperature" }),
    shown = el("output", { className: "figures" }, "0.7");
  temperature.addEventListener("input", () => say(shown, Number(temperature.value).toFixed(1)));
  const text = el(
    "div",
    { className: "written", tabindex: "0", role: "region", "aria-label": "What is written" },
    el("p", { className: "quiet" }, "It writes here, character by character."),
  );
  const wrong = el("p", { className: "problem", role: "alert", hidden: true });
  const stop = button("Stop", endWriting, { hidden: true });
  const go = button("Write on", () => begin(), { type: "submit", className: "primary" });
  const again = button(
    "Write it another way",
    () => {
      seed.value = String((Number(seed.value) + 1) % 2147483647);
      return begin();
    },
    { hidden: true },
  );

  async function begin() {
    for (const input of [length, seed]) if (!input.reportValidity()) return;
    endWriting();
    const own = (writing = new AbortController());
    const given = el("b", {}, start.value),
      more = document.createTextNode("");
    let written = "",
      asked = 0,
      end = "It has written to the end.";
    const flush = () => {
      asked = 0;
      // Lines of a book end where its page did; paragraphs stay.
      more.data = written.replace(/([^\n])\n(?!\n)/g, "$1 ");
      text.scrollTop = text.scrollHeight;
    };
    stop.hidden = false;
    wrong.hidden = true;
    try {
      await stream(
        "api/shapes/write",
        { start: start.value, temperature: Number(temperature.value), length: Number(length.value), seed: Number(seed.value) },
        event => {
          if (!more.isConnected) fill(text, el("p", {}, given, more));
          written += event.text;
          asked ||= requestAnimationFrame(flush);
        },
        own.signal,
      );
    } catch (error) {
      end = error.name === "AbortError" ? "It was stopped." : null;
      wrong.hidden = end !== null;
      if (!end) say(wrong, error.message);
    } finally {
      if (writing === own) {
        writing = null;
        if (document.activeElement === stop) go.focus();
        stop.hidden = true;
        again.hidden &&= !more.isConnected;
      }
    }
    if (end) announce(end);
  }

  return el(
    "form",
    { onsubmit: event => event.preventDefault() },
    el(
      "div",
      { className: "row" },
      field("Beginning", start),
      field("Characters", length),
      field("Seed", seed, "The same seed writes the same text."),
      el(
        "div",
        { className: "field" },
        el("label", { for: "temperature" }, "Temperature ", shown),
        temperature,
        el("small", {}, "Low is careful, high is daring."),
      ),
    ),
    el("div", { className: "buttons" }, go, stop, again),
    wrong,
    text,
  );
}
