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
    this.measured = null;
    this.fan = null;
    this.beaten = undefined;
  }

  /** Takes an epoch in; one that is here already is left out, as after a connection that was lost. */
  add(event) {
    const last = this.newest?.epoch ?? 0;
    if (event.fan && event.epoch >= last) this.fan = event.fan;
    if (event.epoch <= last) return false;
    this.info = event.network;
    this.newest = event.fan ? { ...event, fan: undefined } : event;
    this.losses.add(event.epoch, [event.loss ?? null, event.validation_loss ?? null]);
    if (event.validation) {
      this.measured = this.newest;
      this.errors.add(event.epoch, event.validation);
    }
    if (event.gradients?.length > 0) this.gradients.add(event.epoch, Float32Array.from(event.gradients));
    return true;
  }

  /** Epochs, and the errors of network, ridge and naive on validation rows; ridge and naive reach to the newest epoch. */
  errorLines() {
    const { epochs, values } = this.errors,
      { measured, newest } = this;
    const x = epochs.slice(),
      lines = ["network", "ridge", "naive"].map(name => values.map(value => value[name]));
    if (measured && x.at(-1) !== measured.epoch) {
      x.push(measured.epoch);
      lines.forEach((line, i) => line.push(measured.validation[["network", "ridge", "naive"][i]]));
    }
    if (measured && newest.epoch > measured.epoch) {
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
    const { epochs } = this.errors;
    if (this.measured && this.measured.epoch <= epoch) return this.measured.epoch;
    return epochs.findLast(each => each <= epoch) ?? epochs[0] ?? null;
  }

  get title() {
    const { name, member, members, fitting } = this.info;
    const which = members > 1 && member ? `${name} ${member} of ${members}` : name;
    return fitting === "again" ? `${which}, again with all rows` : fitting === "final" ? `${which}, all training rows` : which;
  }
}
