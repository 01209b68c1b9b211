import { follow, get, newest, post, runPath } from "./api.js";
import { announce, button, el, empty, fill, frame, problem, say } from "./dom.js";
import { Curves } from "./curves.js";
import { duration, error, percent, runTitle, sentence, states, whole } from "./format.js";
import { LiveCharts } from "./live.js";
import { Window } from "./window.js";

const stages = {
  choosing: "Choosing inputs",
  fitting: "Fitting rules",
  training: "Training",
  judging: "Judging on the test rows",
};
/** After the last fit: what follows has no share of its own. */
const closing = "Working out the forecast, what drives it, and the report";
/** A difference below this share of the error is called none, as in the verdict. */
const negligible = 0.005;
const over = new Set(["done", "stopped", "failed", "interrupted"]);
let section = null,
  view = null;

export async function show(place, id) {
  section = place;
  if (!id) {
    leave();
    fill(
      place,
      el("h1", { id: "train-title" }, "Train"),
      empty(
        "Nothing trains",
        "Choose data and press “Train and judge”; what the networks learn is drawn here, epoch by epoch.",
        el("a", { href: "#data", className: "button primary" }, "Choose data"),
      ),
    );
    return;
  }
  if (view?.id === id) return;
  leave();
  const run = await get(runPath(id));
  view = new RunView(id, run);
  fill(place, view.element);
  view.begin(run);
}

export function leave() {
  view?.end();
  view = null;
  if (section) fill(section);
}

class RunView {
  constructor(id, run) {
    this.id = id;
    this.networks = new Map();
    this.chosen = null;
    this.scrubbed = null;
    this.run = run;
    this.state = el("span", { className: "pill" });
    this.stage = el("p", { className: "stage" });
    this.bar = el(
      "div",
      { className: "progress", role: "progressbar", "aria-label": "Progress of the run", "aria-valuemin": "0", "aria-valuemax": "100" },
      el("div"),
    );
    this.pause = button("Pause", () => this.ask(this.run.state === "paused" ? "resume" : "pause"));
    this.stop = button("Stop and judge", () => this.ask("stop"));
    this.ended = el("div", { className: "ended", role: "status", hidden: true });
    this.which = el("select", { "aria-label": "Network", onchange: () => this.choose(Number(this.which.value), true) });
    this.following = el("input", { type: "checkbox", checked: true, onchange: () => this.changed() });
    this.standing = el("p", { className: "standing", role: "status" });
    this.epochText = el("output", { className: "figures" });
    this.slider = el("input", {
      type: "range",
      min: 1,
      max: 1,
      value: 1,
      step: 1,
      "aria-label": "Epoch that is shown",
      oninput: () => this.scrub(Number(this.slider.value)),
    });
    this.newestButton = button("Newest", () => this.scrub(null));
    this.lost = el(
      "p",
      { className: "problem", role: "alert", hidden: true },
      "The connection to the studio is lost; it is tried again. If `unroll studio` was ended, start it again.",
    );
    this.charts = new LiveCharts(run.horizon);
    this.window = new Window(id, run);
    this.loadEpoch = newest(
      ({ network, epoch }) => get(runPath(this.id, `/epochs/${epoch}?network=${network}`)),
      (epoch, wanted, failure) => this.showEpoch(epoch, wanted, failure),
    );
    this.element = el(
      "div",
      {},
      el(
        "div",
        { className: "heading" },
        el("div", {}, el("h1", { id: "train-title", className: "name" }, runTitle(run)), this.state),
        el("div", { className: "buttons" }, this.pause, this.stop),
      ),
      this.lost,
      this.ended,
      this.bar,
      this.stage,
      (this.controls = el(
        "div",
        { className: "card controls", hidden: true },
        el("label", { className: "inline" }, "Network ", this.which),
        (this.follower = el("label", { className: "check" }, this.following, "Follow the newest with errors")),
        el("div", { className: "scrub" }, this.slider, this.epochText, this.newestButton),
      )),
      this.standing,
      this.charts.element,
      this.window.element,
      (this.note = el("p", { className: "note", hidden: true })),
    );
  }

  begin(run) {
    for (const event of run.epochs ?? []) this.add(event);
    this.showState(run);
    this.changed();
    if (over.has(run.state)) return this.settle();
    this.close = follow(
      this.id,
      {
        state: row => this.showState(row),
        progress: progress => frame("progress", () => this.showProgress(progress)),
        epoch: event => {
          if (this.add(event)) this.changed();
        },
        result: () => {},
        failed: failure => this.showState({ ...this.run, state: "failed", message: failure.detail }),
      },
      lost => {
        this.lost.hidden = !lost || over.has(this.run.state);
      },
    );
  }

  end() {
    this.close?.();
    this.charts.destroy();
    this.window.destroy();
  }

  get current() {
    return this.networks.get(this.chosen);
  }

  add(event) {
    const index = event.network.index;
    let curves = this.networks.get(index);
    if (!curves) {
      curves = new Curves(index, event.network);
      this.networks.set(index, curves);
      this.which.append(el("option", { value: String(index) }, curves.title));
    }
    const added = curves.add(event);
    // Errors are measured in a small part of the time: what is followed is the newest network of which some are known.
    const isNewer = curves.measured || !this.current?.measured;
    if (added && isNewer && (this.following.checked || this.chosen === null) && this.chosen !== index && this.scrubbed === null)
      this.choose(index, false);
    return added;
  }

  choose(index, byHand) {
    this.chosen = index;
    this.which.value = String(index);
    this.scrubbed = null;
    if (byHand) this.following.checked = false;
    this.changed();
  }

  scrub(epoch) {
    this.scrubbed = epoch !== null && epoch < this.current.newest.epoch ? epoch : null;
    const measured = this.scrubbed === null ? null : this.current.measuredBefore(this.scrubbed);
    if (measured !== null) this.loadEpoch({ network: this.chosen, epoch: measured });
    this.changed();
  }

  showEpoch(epoch, wanted, failure) {
    if (wanted.network !== this.chosen || (this.scrubbed !== null && wanted.epoch !== this.current.measuredBefore(this.scrubbed))) return;
    if (failure) return problem(failure);
    if (this.scrubbed === null) this.current.fan ??= epoch.fan;
    this.charts.showEpoch(epoch);
  }

  changed() {
    frame("live", () => this.draw());
  }

  draw() {
    const curves = this.current;
    this.controls.hidden = this.note.hidden = !curves;
    if (!curves) {
      this.window.element.hidden = true;
      this.standing.classList.add("neutral");
      return say(
        this.standing,
        this.run.state === "done" || this.run.state === "stopped"
          ? "No network was trained: there were too few rows, or none was asked for. The result says what was judged."
          : over.has(this.run.state)
            ? "The run ended before any network had trained an epoch."
            : "No network trains yet.",
      );
    }
    this.tellOf(curves);
    const last = curves.newest.epoch,
      at = this.scrubbed ?? last;
    this.slider.max = String(last);
    this.slider.value = String(at);
    this.slider.setAttribute("aria-valuetext", `Epoch ${at} of ${last}`);
    say(this.epochText, `epoch ${whole(at)} of ${whole(curves.newest.epochs)}`);
    this.newestButton.disabled = this.scrubbed === null;
    // Epochs of before this page was opened come without their fans.
    if (!curves.fan && curves.measured && !curves.asked) {
      curves.asked = true;
      this.loadEpoch({ network: this.chosen, epoch: curves.measured.epoch });
    }
    this.charts.show(curves, this.scrubbed);
    this.window.follow(this.chosen, this.run.state === "training" && this.scrubbed === null);
    this.tellStanding(curves);
  }

  /** Of what the errors on the page are. */
  tellOf({ newest }) {
    const of = [newest.series, newest.target].filter(Boolean).join(", ");
    say(
      this.note,
      "The errors while training are of validation rows, the newest training rows, in units of the target" +
        (newest.parts > 1 ? `, and of ${of} alone, the first of the ${whole(newest.parts)} that the network forecasts. ` : ". ") +
        "Test rows are not looked at until the end, and once.",
    );
  }

  tellStanding(curves) {
    const { measured } = curves,
      { network, ridge, naive } = measured?.validation ?? {};
    if (network === null || network === undefined) {
      this.standing.classList.remove("behind");
      this.standing.classList.add("neutral");
      this.standing.dataset.of = "";
      return say(
        this.standing,
        curves.info.fitting === "choosing"
          ? "No error of validation rows was measured for this network. Its loss is below."
          : "This fit learns from the validation rows too, so there are no errors of rows that it has not seen. Its loss is below.",
      );
    }
    const yardstick = ridge ?? naive,
      name = ridge !== null && ridge !== undefined ? "ridge" : "naive";
    if (yardstick === null || yardstick === undefined) return;
    const difference = network / yardstick - 1,
      beaten = Math.abs(difference) < negligible ? null : difference > 0;
    this.standing.classList.toggle("neutral", beaten === null);
    this.standing.classList.toggle("behind", beaten === true);
    const share = percent(Math.abs(difference));
    // What changes with each epoch is kept out of the live region: it speaks when the lead changes, not thirty times a second.
    if (curves.beaten !== beaten || this.standing.dataset.of !== `${curves.index}`) {
      curves.beaten = beaten;
      this.standing.dataset.of = `${curves.index}`;
      this.lead = el("span", { "aria-hidden": "true", className: "figures" });
      fill(
        this.standing,
        el("strong", {}, beaten === null ? `As good as ${name}` : beaten ? `Beaten by ${name}` : `Ahead of ${name}`),
        el("span", { className: "unseen" }, `: ${curves.title}`),
        " ",
        this.lead,
      );
    }
    say(
      this.lead,
      [
        `${error(network)} against ${error(yardstick)}, ${share} ${network > yardstick ? "more" : "less"} error`,
        naive !== null && naive !== undefined && name === "ridge" && `naive ${error(naive)}`,
        curves.kept
          ? `at epoch ${whole(curves.kept.epoch)}, whose weights it keeps`
          : measured.epoch < curves.newest.epoch && `measured at epoch ${whole(measured.epoch)}`,
      ]
        .filter(Boolean)
        .join("; "),
    );
  }

  showProgress(progress) {
    const percentDone = Math.round((progress.share ?? 0) * 100);
    this.bar.setAttribute("aria-valuenow", String(percentDone));
    this.bar.firstChild.style.transform = `scaleX(${progress.share ?? 0})`;
    const left = progress.left_seconds;
    if (progress.stage === "done") return progress.share < 1 ? undefined : say(this.stage, closing);
    say(
      this.stage,
      [
        [stages[progress.stage] ?? progress.stage, progress.forecaster].filter(Boolean).join(": "),
        progress.count && `${whole(progress.done)} of ${whole(progress.count)}`,
        `${percentDone} %`,
        left !== null && left !== undefined && `about ${duration(left)} left`,
      ]
        .filter(Boolean)
        .join(" · "),
    );
  }

  showState(run) {
    const before = this.run.state;
    this.run = { ...this.run, ...run };
    const { state } = this.run;
    say(this.state, states[state] ?? state);
    this.state.dataset.state = state;
    const ended = over.has(state);
    say(this.pause, state === "paused" ? "Resume" : "Pause");
    this.pause.hidden = ended || state === "judging" || state === "waiting";
    this.stop.hidden = ended || state === "judging";
    this.bar.hidden = ended;
    // The last events of a fit may come after it is known that it is judged.
    if (state === "judging" && before !== "judging") say(this.stage, this.run.verdict ? closing : stages.judging);
    if (state === "waiting") say(this.stage, "Another run trains; this one begins when it has ended.");
    if (ended) {
      this.close?.();
      this.lost.hidden = this.follower.hidden = true;
      say(this.stage, `Took ${duration(this.run.seconds)}.`);
      this.showEnd();
      if (!over.has(before)) {
        announce(`The run is ${states[state]}.`);
        this.complete().catch(problem);
      }
    }
  }

  /** Takes in the epochs that passed too fast to be sent one by one. */
  async complete() {
    const { epochs } = await get(runPath(this.id)),
      networks = new Map();
    for (const event of epochs) {
      if (!networks.has(event.network.index)) networks.set(event.network.index, new Curves(event.network.index, event.network));
      networks.get(event.network.index).add(event);
    }
    for (const [index, curves] of networks) curves.fan = this.networks.get(index)?.fan ?? null;
    this.networks = networks;
    fill(
      this.which,
      [...networks.values()].map(curves => el("option", { value: String(curves.index) }, curves.title)),
    );
    this.settle();
  }

  /** Of a run that has ended shows a network of which errors are known, unless the user chose another one. */
  settle() {
    if (this.following.checked || !this.networks.has(this.chosen))
      this.chosen = [...this.networks.values()].findLast(curves => curves.measured)?.index ?? [...this.networks.keys()].at(-1) ?? null;
    if (this.chosen !== null) this.which.value = String(this.chosen);
    this.changed();
  }

  showEnd() {
    const { state, verdict, message } = this.run;
    this.ended.hidden = false;
    if (state === "done" || state === "stopped")
      fill(
        this.ended,
        el(
          "div",
          {},
          el("p", {}, verdict ? sentence(verdict) : state === "stopped" ? "The run was stopped." : "The run is judged."),
          message && el("p", { className: "quiet small" }, message),
        ),
        el("a", { href: `#result/${encodeURIComponent(this.id)}`, className: "button primary" }, "See the result"),
      );
    else
      fill(
        this.ended,
        el("p", {}, message ?? "The run ended before it was judged."),
        button("Start it anew", async () => {
          const { id } = await post("api/runs", this.run.settings);
          location.hash = `#train/${encodeURIComponent(id)}`;
        }),
      );
  }

  async ask(what) {
    this.showState(await post(runPath(this.id, `/${what}`)));
    announce(what === "pause" ? "Paused." : what === "resume" ? "Training goes on." : "Training ends; the best weights so far are judged.");
  }
}
