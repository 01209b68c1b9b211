import { el, say } from "./dom.js";
import { isNumbered, percent, place } from "./format.js";
import { Heat } from "./heat.js";
import { Plot } from "./plot.js";

const three = [
  { label: "network", colour: "model-0", width: 2.2 },
  { label: "ridge", colour: "model-1", width: 1.6 },
  { label: "naive", colour: "naive", width: 1.6, dash: true },
];

/** The charts of a network that learns. */
export class LiveCharts {
  constructor(horizon) {
    this.errors = new Plot({
      label: "Error by epoch",
      unit: "epoch",
      lines: three.map(line => ({ ...line, dots: u => u.data[0].length < 60 })),
    });
    this.losses = new Plot({
      label: "Loss by epoch",
      unit: "epoch",
      lines: [
        { label: "training rows", colour: "model-0", width: 2 },
        { label: "validation rows", colour: "model-2", width: 2 },
      ],
    });
    this.steps = new Plot({ label: "Error by rows ahead", unit: "row", lines: three.map(line => ({ ...line, dots: horizon <= 30 })) });
    this.fan = new Plot({ label: "Forecast of validation rows", unit: "date", lines: [], bands: [] });
    this.gradients = new Heat({
      label: "Gradient norm through time",
      title: "Gradient norm through time: oldest step at the top, epochs to the right",
      kind: "log",
      height: 130,
      name: (row, column) =>
        `epoch ${this.curves.gradients.epochs[column]}, ${this.curves.gradients.values[0].length - 1 - row} steps back`,
      mark: () => (this.scrubbed === null || !this.curves ? null : this.curves.gradients.epochs.findIndex(epoch => epoch >= this.scrubbed)),
    });
    this.vanished = el("p", { className: "quiet small" });
    const card = (...content) => el("div", { className: "card", hidden: true }, ...content);
    this.cards = {
      errors: card(this.errors.element),
      fan: card((this.fanHolder = el("div", {}, this.fan.element))),
      steps: card(this.steps.element),
      losses: card(this.losses.element),
      gradients: card(this.gradients.element, this.vanished),
    };
    this.cards.gradients.classList.add("whole");
    this.element = el("div", { className: "two charts" }, Object.values(this.cards));
  }

  /** Shows a network, as it was at an epoch of before where one is given; its errors by step and its fan then come by showEpoch. */
  show(curves, scrubbed) {
    this.curves = curves;
    this.scrubbed = scrubbed;
    const { cards } = this;
    cards.errors.hidden = !curves.measured;
    if (curves.measured) this.errors.set(curves.errorLines());
    cards.losses.hidden = false;
    this.losses.set(curves.lossLines());
    this.errors.mark(scrubbed);
    this.losses.mark(scrubbed);
    const norms = curves.gradients.values.at(-1);
    cards.gradients.hidden = !norms;
    if (norms) {
      this.gradients.set(curves.strip());
      say(this.vanished, `At the oldest step the gradient has ${percent(norms[0] / norms.at(-1), 2)} of its norm at the newest one.`);
    }
    if (scrubbed === null) this.showEpoch({ ...curves.measured, fan: curves.fan });
  }

  /** Errors by step and the fan of one epoch. */
  showEpoch(epoch) {
    const by = epoch.validation?.by_step,
      { cards } = this;
    cards.steps.hidden = !by || by.network.length < 2;
    cards.fan.hidden = !epoch.fan;
    if (by)
      this.steps.set([
        by.network.map((_, i) => i + 1),
        by.network,
        by.ridge ?? by.network.map(() => null),
        by.naive ?? by.network.map(() => null),
      ]);
    if (epoch.fan) this.showFan(epoch.fan);
  }

  showFan(fan) {
    const levels = fan.intervals ?? [];
    this.shape(levels.map(interval => interval.level));
    const history = fan.history ?? { dates: [], values: [] },
      old = history.dates.map(place),
      ahead = fan.dates.map(place);
    const before = old.length,
      last = before > 0 ? history.values[before - 1] : null;
    const line = values => [...history.values.map((_, i) => (i === before - 1 ? last : null)), ...values];
    const lines = [[...history.values, ...(fan.actual ?? ahead.map(() => null))], line(fan.value)];
    for (const interval of levels) lines.push(line(interval.lower), line(interval.upper));
    this.fan.set([[...old, ...ahead], ...lines], isNumbered(fan.dates));
  }

  /** Makes the chart of the fan anew where there are other intervals than before. */
  shape(levels) {
    const key = levels.join();
    if (this.levels === key) return;
    this.levels = key;
    this.fan.destroy();
    this.fan = new Plot({ ...fanOptions(levels, "model-0"), label: "Forecast of validation rows" });
    this.fanHolder.replaceChildren(this.fan.element);
  }

  destroy() {
    for (const chart of [this.errors, this.losses, this.steps, this.fan]) chart.destroy();
  }
}

/** Lines and bands of a forecast with intervals of some levels. */
export function fanOptions(levels, colour, label = "forecast") {
  return {
    unit: "date",
    height: 240,
    lines: [
      { label: "actual", colour: "actual", width: 1.5 },
      { label, colour, width: 2.2 },
      ...levels.flatMap(() => [
        { label: "from", colour, width: 0, opacity: 0.01, mute: true, dots: false },
        { label: "to", colour, width: 0, opacity: 0.01, mute: true, dots: false },
      ]),
    ],
    bands: levels.map((level, i) => ({
      lower: 2 + i * 2,
      upper: 3 + i * 2,
      colour,
      opacity: level > 0.9 ? 0.14 : 0.26,
      label: `${Math.round(level * 100)} %`,
    })),
  };
}
