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
    this.errors = new Plot({ label: "Error by epoch", unit: "epoch", lines: three.map(line => ({ ...line })) });
    this.losses = new Plot({ label: "Loss of training rows by epoch", unit: "epoch", lines: [{ label: "loss", colour: "model-0", width: 2.2 }] });
    this.losses.element.hidden = true;
    this.steps = new Plot({ label: "Error by rows ahead", unit: "row", lines: three.map(line => ({ ...line, dots: horizon <= 30 })) });
    this.fan = new Plot({ label: "Forecast of validation rows", unit: "date", height: 240, lines: [], bands: [] });
    this.gradients = new Heat({
      label: "Gradient norm through time", title: "Gradient norm through time: oldest step at the top, epochs to the right", kind: "log", height: 200,
      name: (row, column) => `epoch ${this.curves?.gradientEpochs[column]}, ${(this.curves?.gradients[0]?.length ?? 0) - 1 - row} steps back`,
      mark: () => this.scrubbed === null || !this.curves ? null : this.curves.gradientEpochs.findIndex(epoch => epoch >= this.scrubbed),
    });
    this.vanished = el("p", { className: "quiet small" });
    this.element = el("div", { className: "two" },
      el("div", { className: "card" }, this.errors.element, this.losses.element), this.fanCard = el("div", { className: "card", hidden: true }, this.fanHolder = el("div", {}, this.fan.element)),
      this.stepCard = el("div", { className: "card", hidden: true }, this.steps.element), this.gradientCard = el("div", { className: "card", hidden: true }, this.gradients.element, this.vanished));
  }

  show(curves, scrubbed) {
    this.curves = curves;
    this.scrubbed = scrubbed;
    this.errors.element.hidden = !curves.isValidated;
    this.losses.element.hidden = curves.isValidated;
    if (curves.isValidated)
      this.errors.set(curves.lines());
    else
      this.losses.set(curves.lines(["loss"]));
    this.errors.mark(scrubbed);
    this.losses.mark(scrubbed);
    this.gradients.set(curves.strip());
    const norms = curves.gradients.at(-1);
    this.gradientCard.hidden = !norms;
    if (norms)
      say(this.vanished, `At the oldest step the gradient has ${percent(norms[0] / norms.at(-1), 2)} of its norm at the newest one.`);
    if (scrubbed === null)
      this.showEpoch({ ...curves.newest, fan: curves.fan });
  }

  /** Errors by step and the fan of one epoch. */
  showEpoch(epoch) {
    const by = epoch.validation?.by_step;
    this.stepCard.hidden = !by;
    this.fanCard.hidden = !epoch.fan;
    if (by?.network)
      this.steps.set([by.network.map((_, i) => i + 1), by.network, by.ridge ?? by.network.map(() => null), by.naive ?? by.network.map(() => null)]);
    if (epoch.fan)
      this.showFan(epoch.fan);
  }

  showFan(fan) {
    const levels = fan.intervals ?? [];
    this.shape(levels.map(interval => interval.level));
    const history = fan.history ?? { dates: [], values: [] }, old = history.dates.map(place), ahead = fan.dates.map(place);
    const before = old.length, last = before > 0 ? history.values[before - 1] : null;
    const line = values => [...history.values.map((_, i) => i === before - 1 ? last : null), ...values];
    const lines = [[...history.values, ...(fan.actual ?? ahead.map(() => null))], line(fan.value)];
    for (const interval of levels)
      lines.push(line(interval.lower), line(interval.upper));
    this.fan.set([[...old, ...ahead], ...lines], isNumbered(fan.dates));
  }

  /** Makes the chart of the fan anew where there are other intervals than before. */
  shape(levels) {
    const key = levels.join();
    if (this.levels === key)
      return;
    this.levels = key;
    this.fan.destroy();
    this.fan = new Plot({ ...fanOptions(levels, "model-0"), label: "Forecast of validation rows" });
    this.fanHolder.replaceChildren(this.fan.element);
  }

  destroy() {
    for (const chart of [this.errors, this.losses, this.steps, this.fan])
      chart.destroy();
  }
}

/** Lines and bands of a forecast with intervals of some levels. */
export function fanOptions(levels, colour, label = "forecast") {
  return {
    unit: "date", height: 240,
    lines: [
      { label: "actual", colour: "actual", width: 1.5 }, { label, colour, width: 2.2 },
      ...levels.flatMap(() => [{ label: "from", colour, width: 0, opacity: 0.01, mute: true, dots: false }, { label: "to", colour, width: 0, opacity: 0.01, mute: true, dots: false }]),
    ],
    bands: levels.map((level, i) => ({ lower: 2 + i * 2, upper: 3 + i * 2, colour, opacity: level > 0.9 ? 0.14 : 0.26, label: `${Math.round(level * 100)} %` })),
  };
}
