// What the page keeps of a run while it trains. It does not grow with time: of each network at most so many epochs are kept for the curves,
// so many columns for the strip of gradients, and one fan.
const mostEpochs = 2000, mostColumns = 400;

export class Curves {
  constructor(index, info) {
    this.index = index;
    this.info = info;
    this.epoch = [];
    this.network = [];
    this.ridge = [];
    this.naive = [];
    this.loss = [];
    this.gradients = [];
    this.gradientEpochs = [];
    this.every = 1;
    this.columnEvery = 1;
    this.newest = null;
    this.fan = null;
    this.beaten = null;
  }

  /** Takes an epoch in; one that is here already is left out, as after a connection that was lost. */
  add(event) {
    const last = this.newest?.epoch ?? 0;
    if (event.fan && event.epoch >= last)
      this.fan = event.fan;
    if (event.epoch <= last)
      return false;
    this.info = event.network;
    this.newest = event;
    if (event.epoch === 1 || event.epoch % this.every === 0) {
      this.epoch.push(event.epoch);
      for (const name of ["network", "ridge", "naive"])
        this[name].push(event.validation?.[name] ?? null);
      this.loss.push(event.loss ?? null);
      if (this.epoch.length > mostEpochs) {
        this.every *= 2;
        this.thin(["epoch", "network", "ridge", "naive", "loss"], this.epoch, this.every);
      }
    }
    if (event.gradients?.length > 0 && (event.epoch === 1 || event.epoch % this.columnEvery === 0)) {
      this.gradients.push(Float32Array.from(event.gradients));
      this.gradientEpochs.push(event.epoch);
      if (this.gradients.length > mostColumns) {
        this.columnEvery *= 2;
        this.thin(["gradients", "gradientEpochs"], this.gradientEpochs, this.columnEvery);
      }
    }
    if (event.fan)
      this.newest = { ...event, fan: undefined };
    return true;
  }

  thin(names, epochs, every) {
    const keep = epochs.map(epoch => epoch === 1 || epoch % every === 0);
    for (const name of names)
      this[name] = this[name].filter((_, i) => keep[i]);
  }

  /** The norms as rows of time steps, the oldest at the top, over the epochs. */
  strip() {
    const steps = this.gradients[0]?.length ?? 0;
    return Array.from({ length: steps }, (_, t) => this.gradients.map(column => column[t]));
  }

  /** Epochs and curves, with the newest epoch at the end: network, ridge and naive on validation rows, or the loss of training rows. */
  lines(names = ["network", "ridge", "naive"]) {
    const { newest } = this, more = newest && this.epoch.at(-1) !== newest.epoch;
    const end = { epoch: newest?.epoch, loss: newest?.loss, ...newest?.validation };
    return ["epoch", ...names].map(name => more ? [...this[name], end[name] ?? null] : this[name].slice());
  }

  /** Whether errors of rows that the network does not learn from are known. */
  get isValidated() {
    return Boolean(this.newest?.validation);
  }

  get title() {
    const { name, member, members, fitting } = this.info;
    const which = members > 1 && member ? `${name} ${member} of ${members}` : name;
    return fitting === "again" ? `${which}, again with all rows` : fitting === "final" ? `${which}, all training rows` : which;
  }
}
