// The page of a cluster: what it computes, who computes it, how fast. It asks every two seconds while it is looked at.
import { ask, get } from "./api.js";
import { el, fill, byId, say, announce, problem, button, table, empty } from "./dom.js";
import { themeSwitch } from "./colours.js";
import { duration, whole } from "./format.js";
import { Plot } from "./plot.js";

const often = 2000;
let opened = null;
let shown = null;
let busy = false;

function ago(moment) {
  if (!moment) return "–";
  const seconds = Math.max(0, (Date.now() - Date.parse(moment)) / 1000);
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  return new Date(moment).toISOString().slice(0, 16).replace("T", " ");
}

const rate = new Plot({
  label: "Pieces done a minute, the last hour",
  unit: "date",
  height: 180,
  lines: [{ label: "pieces a minute", colour: "model-1", width: 2 }],
});

function facts(now) {
  const alive = now.workers.filter(worker => worker.is_alive);
  const left = study => study.state === "running" ? study.pieces - study.done - study.under_way : 0;
  const waiting = now.studies.reduce((sum, study) => sum + left(study), 0);
  const under = now.studies.reduce((sum, study) => sum + study.under_way, 0);
  const slots = alive.reduce((sum, worker) => sum + worker.slots, 0);
  const minutes = now.throughput.slice(-6, -1);
  const lately = minutes.length > 0 ? minutes.reduce((sum, minute) => sum + minute.done, 0) / minutes.length : 0;
  const fact = (value, name) => el("div", {}, el("strong", {}, value), el("span", {}, name));
  fill(
    byId("facts"),
    fact(whole(alive.length), alive.length === 1 ? "worker" : "workers"),
    fact(`${whole(under)} of ${whole(slots)}`, "slots at work"),
    fact(whole(waiting), "pieces wait"),
    fact(lately.toLocaleString("en-GB", { maximumFractionDigits: 1 }), "pieces a minute, of the last 5"),
  );
}

/** A button that acts on a study and then looks again; one that loses something asks first. */
function act(study, name, what, asks) {
  return button(
    what,
    async () => {
      if (asks && !confirm(asks)) return;
      await ask("POST", `api/studies/${encodeURIComponent(study)}/${name}`);
      announce(`${study}: ${what.toLowerCase()} is done`);
      await look();
    },
    { "aria-label": `${what} ${study}` },
  );
}

function acts(study) {
  const ended = study.state === "done" || study.state === "cancelled" || study.state === "failed";
  return el(
    "div",
    { className: "acts" },
    study.state === "running" ? act(study.name, "pause", "Pause") : null,
    study.state === "paused" ? act(study.name, "resume", "Resume") : null,
    ended ? null : act(study.name, "cancel", "Cancel"),
    ended ? act(study.name, "remove", "Remove", `Remove ${study.name} with its ${whole(study.done)} results?`) : null,
  );
}

function studies(now) {
  if (now.studies.length === 0) {
    fill(byId("studies"), empty("No studies", "Begin one with unroll tune, backtest or forecast and --cluster."));
    return;
  }
  fill(
    byId("studies"),
    el("h2", {}, "Studies"),
    table(
      "Studies",
      ["Study", "State", "Done", "Under way", "Computed", "Last result", ""],
      now.studies.map(study => [
        button(study.name, () => open(study.name), { className: "plain name", "aria-expanded": String(opened === study.name) }),
        el(
          "span",
          { className: `state ${study.state}` },
          study.state,
          study.error ? el("span", { className: "why" }, study.error) : null,
        ),
        el(
          "span",
          { className: "figures" },
          `${whole(study.done)} of ${whole(study.pieces)}`,
          el("progress", {
            className: "share",
            max: String(Math.max(1, study.pieces)),
            value: String(study.done),
            "aria-label": "Share done",
          }),
        ),
        whole(study.under_way),
        duration(study.seconds),
        ago(study.last_result),
        acts(study),
      ]),
      { className: "scores" },
    ),
  );
}

function workers(now) {
  if (now.workers.length === 0) {
    fill(byId("workers"), empty("No workers", "Start one on any machine with unroll worker."));
    return;
  }
  fill(
    byId("workers"),
    el("h2", {}, "Workers"),
    table(
      "Workers",
      ["Worker", "Alive", "Slots", "Works on", "Done", "Version"],
      now.workers.map(worker => ({
        properties: worker.is_alive ? {} : { className: "gone" },
        cells: [
          el("span", { className: "name" }, worker.instance),
          worker.is_alive ? "yes" : `no, ${ago(worker.last_check_in)}`,
          whole(worker.slots),
          worker.working_on.length > 0 ? el("span", { className: "name" }, worker.working_on.join(", ")) : "–",
          whole(worker.done),
          el("span", { className: "name" }, worker.group),
        ],
      })),
      { className: "scores" },
    ),
  );
}

async function open(study) {
  opened = opened === study ? null : study;
  await look();
}

function pieces(list) {
  const place = byId("pieces");
  place.hidden = opened === null;
  if (opened === null) return;
  fill(
    place,
    el("h2", {}, `Newest pieces of ${opened}`),
    list.length === 0
      ? el("p", { className: "quiet" }, "No piece has begun yet.")
      : table(
          "Pieces",
          ["Number", "Piece", "State", "Took", "Worker"],
          list.map(piece => [
            whole(piece.number),
            el("span", { className: "name" }, piece.key),
            piece.made ? `done ${ago(piece.made)}` : `since ${ago(piece.since).replace(" ago", "")}`,
            piece.made ? duration(piece.seconds) : "–",
            el("span", { className: "name" }, piece.worker ?? "–"),
          ]),
          { className: "scores" },
        ),
  );
}

async function look() {
  if (busy) return;
  busy = true;
  try {
    const now = await get("api/cluster");
    const list = opened === null ? [] : await get(`api/studies/${encodeURIComponent(opened)}`);
    problem(null);
    const text = JSON.stringify([now, list, opened]);
    say(byId("place"), now.place);
    if (text !== shown) draw(now, list);
    shown = text;
  } catch (error) {
    problem(error);
  } finally {
    busy = false;
  }
}

/** Draws all anew; what has the keyboard keeps it. */
function draw(now, list) {
  const focused = document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent;
  facts(now);
  rate.set([now.throughput.map(minute => minute.at), now.throughput.map(minute => minute.done)], false);
  studies(now);
  pieces(list);
  workers(now);
  if (focused && document.activeElement === document.body) {
    const again = [...document.querySelectorAll("main button")]
      .find(each => (each.getAttribute("aria-label") ?? each.textContent) === focused);
    again?.focus();
  }
}

themeSwitch(byId("theme"));
byId("rate").append(rate.element);
look();
setInterval(() => {
  if (document.visibilityState === "visible") look();
}, often);
