import { get, runPath } from "./api.js";
import { el, empty, fill } from "./dom.js";
import { runTitle, states } from "./format.js";

/** The heading of a section about one run, with a choice of the other runs that are judged. */
export async function heading(section, name, title, run) {
  const runs = (await get("api/runs")).filter(each => each.state === "done" || each.state === "stopped");
  const pick = el(
    "select",
    {
      "aria-label": "Run",
      onchange: () => {
        location.hash = `#${section}/${encodeURIComponent(pick.value)}`;
      },
    },
    runs.map(each =>
      el("option", { value: String(each.id), selected: String(each.id) === String(run.id) }, `${each.id}: ${runTitle(each)}`),
    ),
  );
  return el(
    "div",
    { className: "heading" },
    el(
      "div",
      {},
      el("h1", { id: `${section}-title`, className: "name" }, `${title}: ${runTitle(run)}`),
      el("span", { className: "pill", "data-state": run.state }, states[run.state] ?? run.state),
    ),
    runs.length > 1 && pick,
  );
}

/** The run of a section that needs a judged one; otherwise says what is missing and gives nothing. */
export async function judged(place, section, title, id) {
  const head = el("h1", { id: `${section}-title` }, title);
  if (!id) {
    const last = (await get("api/runs")).find(each => each.state === "done" || each.state === "stopped");
    if (!last) {
      fill(
        place,
        head,
        empty(
          "No run is judged yet",
          "Choose data and press “Train and judge”; some seconds later there is something to see here.",
          el("a", { href: "#data", className: "button primary" }, "Choose data"),
        ),
      );
      return null;
    }
    id = String(last.id);
  }
  const run = await get(runPath(id));
  if (!run.result) {
    fill(
      place,
      head,
      empty(
        "This run is not judged",
        run.message ?? `It is ${states[run.state] ?? run.state}.`,
        el("a", { href: `#train/${encodeURIComponent(id)}`, className: "button primary" }, "See it train"),
      ),
    );
    return null;
  }
  return run;
}
