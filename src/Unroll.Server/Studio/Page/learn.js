import { get, listen, post } from "./api.js";
import { announce, button, el, frame, say } from "./dom.js";
import { duration, error } from "./format.js";
import { Plot } from "./plot.js";

/** A network of a shape that learns before one's eyes. */
export class Learner {
  /** who: what the network is called. counting: the baseline in words. changed: called with what the shape is at when that changes. */
  constructor(name, who, counting, changed) {
    Object.assign(this, { name, who, counting, changed });
    this.path = `api/shapes/${name}`;
    this.stage = el("p", { className: "stage" });
    this.inner = el("div");
    this.bar = el(
      "div",
      { className: "progress", role: "progressbar", "aria-label": `Progress of ${who}`, "aria-valuemin": "0", "aria-valuemax": "100" },
      this.inner,
    );
    this.lost = el(
      "p",
      { className: "problem", role: "alert", hidden: true },
      "The connection to the studio is lost; it is tried again. If `unroll studio` was ended, start it again.",
    );
    this.stop = button(`Stop ${who} and keep it`, async () => this.changed(await post(`${this.path}/stop`)));
    this.plot = new Plot({
      label: `Loss of ${who}`,
      title: name === "spell" ? "Loss in bits a sound: 0 is certain" : "Loss in bits a character: 0 is certain",
      unit: "epoch",
      height: 220,
      lines: [
        { label: "what it learns from", colour: "model-0", width: 2 },
        { label: "what it has not seen", colour: "model-2", width: 2, spanGaps: true, dots: true },
        { label: counting, colour: "naive", width: 1.6, dash: true },
      ],
    });
    this.element = el("div", {}, this.lost, this.bar, this.stage, this.plot.element, el("div", { className: "buttons" }, this.stop));
  }

  /** The button that begins. */
  starter(mode, offer) {
    return el(
      "div",
      {},
      mode === "offer" && el("p", { className: "quiet small" }, offer),
      button(
        mode === "offer" ? `Train ${this.who}` : `Train ${this.who} to the end`,
        async () => {
          const shape = await post(`${this.path}/train`);
          announce(`Training of ${this.who} has begun.`);
          this.changed(shape);
        },
        { className: mode === "offer" ? "primary" : "" },
      ),
    );
  }

  /** Listens until the network has learnt. */
  follow() {
    if (this.close) return;
    this.close = listen(
      `${this.path}/events`,
      {
        learning: view => frame(`learn ${this.name}`, () => this.draw(view)),
        ended: shape => {
          this.leave();
          announce(shape.problem ?? `${this.who[0].toUpperCase()}${this.who.slice(1)} has learnt.`);
          this.changed(shape);
        },
      },
      (lost, forGood) => {
        this.lost.hidden = !lost;
        if (forGood) this.ask();
      },
    );
  }

  /** Asks what the shape is at, where the studio has no events of it any more: it was started again. */
  ask() {
    this.leave();
    this.later = setTimeout(async () => {
      try {
        const shapes = await get("api/shapes");
        this.lost.hidden = true;
        this.changed(shapes.find(shape => shape.name === this.name));
      } catch {
        this.ask();
      }
    }, 1000);
  }

  leave() {
    clearTimeout(this.later);
    this.close?.();
    this.close = null;
  }

  /** How it stands beside counting, once an epoch has ended. */
  standing(view) {
    const bits = view.validation.findLast(each => each !== null);
    if (bits === undefined) return "";
    return `. What it has not seen costs it ${error(bits)} bits, ${this.counting} ${error(view.counted)}`;
  }

  draw(view) {
    const share = view.epochs > 0 ? (view.at.at(-1) ?? 0) / view.epochs : view.stage === "judging" ? 1 : 0;
    this.inner.style.transform = `scaleX(${share})`;
    this.bar.setAttribute("aria-valuenow", String(Math.round(share * 100)));
    say(
      this.stage,
      {
        reading: "Reading and counting what it learns from…",
        learning: `Epoch ${view.epoch} of ${view.epochs}, about ${duration(view.left)} left${this.standing(view)}`,
        judging: "Reading what was held out, to say how good it is…",
      }[view.stage],
    );
    if (view.at.length > 0) this.plot.set([view.at, view.loss, view.validation, view.at.map(() => view.counted)]);
  }
}
