// What the page keeps of a run while it trains. It does not grow with time: of each network at most so many epochs are kept for each
// curve, so many columns for the strip of gradients, and one fan.
const mostPoints = 2000,
  mostColumns = 400;

/** Columns of values by epoch, of which every second row goes when there are too many. */
class Kept {
  constructor(most) {
    this.most = most;
    this.epochs = [];
    this.values = [];
    this.every = 1;
    this.passed = 0;
  }

  add(epoch, value) {
    if (this.passed++ % this.every !== 0) return;
    this.epochs.push(epoch);
    this.values.push(value);
    if (this.epochs.length > this.most) {
      this.every *= 2;
      this.epochs = this.epochs.filter((_, i) => i % 2 === 0);
      this.values = this.values.filter((_, i) => i % 2 === 0);
    }
  }
}

export class Curves {
  constructor(index, info) {
    this.index = index;
    this.info = info;
    this.losses = new Kept(mostPoints);
    this.errors = new Kept(mostPoints);
    this.gradients = new Kept(mostColumns);
    this.newest = null;
    this.last = null;
    this.kept = null;
    this.fan = null;
    this.beaten = undefined;
  }

  /** The newest epoch of which errors are known; of a network that is trained the one that it keeps. */
  get measured() {
    return this.kept ?? this.last;
  }

  /** Takes an epoch in; one that is here already is left out, as after a connection that was lost. */
  add(event) {
    if (event.is_kept) return this.keep(event);
    const last = this.newest?.epoch ?? 0;
    if (event.fan && event.epoch >= last) this.fan = event.fan;
    if (event.epoch <= last) return false;
    this.info = event.network;
    this.newest = event.fan ? { ...event, fan: undefined } : event;
    this.losses.add(event.epoch, [event.loss ?? null, event.validation_loss ?? null]);
    if (event.validation) {
      this.last = this.newest;
      this.errors.add(event.epoch, event.validation);
    }
    if (event.gradients?.length > 0) this.gradients.add(event.epoch, Float32Array.from(event.gradients));
    return true;
  }

  /** Takes in the epoch whose weights a network keeps. */
  keep(event) {
    if (this.kept || !event.validation) return false;
    this.kept = { ...event, fan: undefined };
    this.newest ??= this.kept;
    this.fan = event.fan ?? null;
    this.asked = false;
    return true;
  }

  /** Epochs and their errors, the last one and the one that is kept among them. */
  points() {
    const all = new Map(this.errors.epochs.map((epoch, i) => [epoch, this.errors.values[i]]));
    for (const each of [this.last, this.kept]) if (each) all.set(each.epoch, each.validation);
    return [...all].sort(([a], [b]) => a - b);
  }

  /** Epochs, and the errors of network, ridge and naive on validation rows; ridge and naive reach to the newest epoch. */
  errorLines() {
    const points = this.points(),
      { newest } = this;
    const x = points.map(([epoch]) => epoch),
      lines = ["network", "ridge", "naive"].map(name => points.map(([, value]) => value[name]));
    if (x.length > 0 && newest.epoch > x.at(-1)) {
      x.push(newest.epoch);
      lines.forEach((line, i) => line.push(i === 0 ? null : line.at(-1)));
    }
    return [x, ...lines];
  }

  /** Epochs, and the losses of training and validation rows. */
  lossLines() {
    const { epochs, values } = this.losses,
      { newest } = this;
    const x = epochs.slice(),
      lines = [0, 1].map(i => values.map(value => value[i]));
    if (newest && x.at(-1) !== newest.epoch) {
      x.push(newest.epoch);
      lines[0].push(newest.loss ?? null);
      lines[1].push(newest.validation_loss ?? null);
    }
    return [x, ...lines];
  }

  /** The norms as rows of time steps, the oldest at the top, over the epochs. */
  strip() {
    const columns = this.gradients.values;
    return Array.from({ length: columns[0]?.length ?? 0 }, (_, t) => columns.map(column => column[t]));
  }

  /** The epoch at or before another at which errors were measured; the first that was where there is none before. */
  measuredBefore(epoch) {
    const epochs = this.points().map(([each]) => each);
    return epochs.findLast(each => each <= epoch) ?? epochs[0] ?? null;
  }

  get title() {
    const { name, member, members, fitting } = this.info;
    const which = members > 1 && member ? `${name} ${member} of ${members}` : name;
    return fitting === "again" ? `${which}, again with all rows` : fitting === "final" ? `${which}, all training rows` : which;
  }
}
