import { get, post } from "./api.js";
import { announce, button, el, field, fill, say } from "./dom.js";
import { plural } from "./format.js";
import { valueWords } from "./words.js";

let options = null;

/** Of fewer rows a forecast can be made, but not judged. */
const fewRows = 20;

/** What is to be forecast, from what and how: with a default for all of it. */
export class Task {
  constructor(view, shown) {
    this.view = view;
    this.shown = shown;
    this.element = el("div", {}, el("h3", {}, "The forecast"), el("p", { className: "quiet" }, "…"));
    this.load();
  }

  async load() {
    options ??= await get("api/options");
    this.make();
  }

  make() {
    const { view } = this,
      numbers = view.columns.filter(column => column.is_number),
      suggested = view.suggested ?? {};
    const choose = (list, chosen) =>
      el(
        "select",
        {},
        list.map(([value, text]) => el("option", { value, selected: value === chosen }, text)),
      );
    this.roles = new Map(
      numbers.map(column => [
        column.name,
        el(
          "select",
          { onchange: () => this.changed() },
          [
            ["none", "not used"],
            ["target", "target"],
            ["past", "input"],
            ["known", "known ahead"],
          ].map(([value, text]) =>
            el(
              "option",
              {
                value,
                selected:
                  value ===
                  (column.name === suggested.target ? "target" : (suggested.inputs ?? []).includes(column.name) ? "past" : "none"),
              },
              text,
            ),
          ),
        ),
      ]),
    );
    const number = (placeholder, low, step = 1) =>
      el("input", { type: "number", min: low, step, placeholder: placeholder ?? "", inputmode: step === 1 ? "numeric" : "decimal" });
    const d = options.defaults;
    this.inputs = {
      horizon: number("", 1),
      name: el("input", { type: "text", maxlength: 120, placeholder: "made from the target" }),
      calendar: el("input", { type: "checkbox" }),
      holidays: el("input", { type: "text", placeholder: "none", maxlength: 10 }),
      missing: choose(
        options.missing.map(key => [key, valueWords("missing", key)]),
        options.missing[0],
      ),
      recipe: choose(
        options.recipes.map(key => [key, valueWords("recipe", key)]),
        "default",
      ),
      strategy: choose([["", "default"], ...options.strategies.map(key => [key, valueWords("strategy", key)])], ""),
      head: choose([["", "default"], ...options.heads.map(key => [key, valueWords("head", key)])], ""),
      window: number("default", 1),
      epochs: number(d.epochs, 1),
      layers: number(d.layers, 1),
      units: number(d.units, 1),
      members: number(d.members, 1),
      batch: number(d.batch, 1),
      learning_rate: number(d.learning_rate, 0, "any"),
      seed: number(d.seed, 0),
      train: el("input", { type: "text" }),
      test: el("input", { type: "text" }),
    };
    this.inputs.horizon.value = suggested.horizon ?? 1;
    this.inputs.calendar.checked = suggested.calendar ?? true;
    for (const name of ["train", "test"]) this.inputs[name].placeholder = suggested[name] ?? "default";
    for (const name of ["recipe", "strategy"]) this.inputs[name].addEventListener("change", () => this.keepToTarget());
    this.inputs.horizon.addEventListener("input", () => this.changed());
    this.models = options.models.map(model => ({ ...model, box: el("input", { type: "checkbox", value: model.key }) }));
    const boxes = isNetwork =>
      el(
        "div",
        { className: "checks explained" },
        this.models
          .filter(model => model.is_network === isNetwork)
          .map(({ key, words, box }) => {
            const hint = el("small", { id: `model-${key}` }, words);
            box.setAttribute("aria-describedby", hint.id);
            return el("div", {}, check(key, box), hint);
          }),
      );
    const check = (label, box) => el("label", { className: "check" }, box, label),
      i = this.inputs;
    this.sentence = el("p", { className: "sentence", "aria-live": "polite" });
    const longest = Math.max(...view.series.map(each => each.rows)),
      whose = view.series.length > 1 ? " of the longest series" : "";
    this.few =
      longest < fewRows &&
      el(
        "p",
        { className: "note" },
        `${plural(longest, "row")}${whose} ${longest === 1 ? "is" : "are"} too few to judge a forecast by: ` +
          "one can be made, but nobody can say how good it is.",
      );
    this.refused = el("p", { className: "problem", role: "alert", hidden: true });
    fill(
      this.element,
      el("h3", {}, "The forecast"),
      this.sentence,
      this.few,
      button("Train and judge", () => this.start(), { className: "primary", id: "start" }),
      this.refused,
      el("div", { className: "fields" }, field("Rows ahead", i.horizon)),
      el(
        "fieldset",
        {},
        el("legend", {}, "Columns"),
        el(
          "div",
          { className: "roles" },
          [...this.roles].map(([name, control]) => field(name, control)),
        ),
        el(
          "small",
          {},
          "Known ahead: values that are known for the rows to come, such as prices that you set. They need to be in the file.",
        ),
        check("Calendar: weekday, month, end of month", i.calendar),
      ),
      el(
        "details",
        {},
        el("summary", {}, "More settings"),
        el("fieldset", {}, el("legend", {}, "Networks"), boxes(true)),
        el(
          "fieldset",
          {},
          el("legend", {}, "Ridge and rules"),
          boxes(false),
          el("small", {}, "Where none is chosen, an LSTM and a GRU are blended with ridge and all rules that apply."),
        ),
        el(
          "div",
          { className: "fields" },
          field("Recipe", i.recipe),
          field("Strategy", i.strategy),
          field("Head", i.head),
          field("Public holidays", i.holidays, "As DE, US or DE-BY"),
          field("Epochs at most", i.epochs),
          field("Members", i.members),
          field("Layers", i.layers),
          field("Units", i.units),
          field("Window", i.window, "Rows back"),
          field("Batch", i.batch),
          field("Learning rate", i.learning_rate),
          field("Seed", i.seed),
          field("Missing values of the target", i.missing),
          field("Training rows", i.train, "As 2013..2017"),
          field("Test rows", i.test, "As 2018, 2018-07.. or last:30"),
        ),
        field("Name of the run", i.name),
      ),
    );
    this.changed();
  }

  get isAlone() {
    return this.inputs.recipe.value === "tutorial" || this.inputs.strategy.value === "recursive";
  }

  /** The tutorial's recipe and forecasts that are fed back look at the target alone, and the form shows that they do. */
  keepToTarget() {
    const past = this.isAlone ? [] : (this.view.suggested?.inputs ?? []);
    for (const [name, control] of this.roles)
      if (control.value === "past" || (control.value === "none" && past.includes(name)))
        control.value = past.includes(name) ? "past" : "none";
    this.changed();
  }

  of(role) {
    return [...this.roles].filter(([, control]) => control.value === role).map(([name]) => name);
  }

  changed() {
    const targets = this.of("target"),
      past = this.of("past"),
      known = this.of("known"),
      rows = Number(this.inputs.horizon.value);
    const inputs = [...past, ...known.map(name => `${name} (known ahead)`)];
    say(
      this.sentence,
      targets.length === 0
        ? "Choose a target below: the column to forecast."
        : `${targets.join(" and ")}, ${plural(rows || 1, "row")} ahead, from ` +
            `${targets.length > 1 ? "their" : "its"} own past${inputs.length > 0 ? ` and ${inputs.join(", ")}` : ""}.`,
    );
    if (targets.length > 0 && targets[0] !== this.target) {
      if (this.target) this.shown(targets[0]);
      this.target = targets[0];
    }
  }

  settings() {
    const { inputs } = this,
      settings = { data: this.view.id, targets: this.of("target"), horizon: Number(inputs.horizon.value) };
    if (inputs.recipe.value !== "tutorial")
      settings.inputs = {
        past: this.of("past"),
        known: this.of("known"),
        calendar: inputs.calendar.checked,
        holidays: inputs.holidays.value.trim() || null,
      };
    settings.recipe = inputs.recipe.value;
    const models = this.models.filter(model => model.box.checked).map(model => model.key);
    if (models.length > 0) settings.models = models;
    if (inputs.missing.value !== options.missing[0]) settings.missing = inputs.missing.value;
    for (const name of ["name", "strategy", "head", "train", "test"])
      if (inputs[name].value.trim()) settings[name] = inputs[name].value.trim();
    for (const name of ["window", "epochs", "layers", "units", "members", "batch", "learning_rate", "seed"])
      if (inputs[name].value !== "") settings[name] = Number(inputs[name].value);
    return settings;
  }

  async start() {
    this.refused.hidden = true;
    for (const input of this.element.querySelectorAll("input"))
      if (!input.checkValidity()) {
        input.closest("details")?.setAttribute("open", "");
        input.reportValidity();
        return;
      }
    try {
      const { id } = await post("api/runs", this.settings());
      announce("Training has begun.");
      location.hash = `#train/${encodeURIComponent(id)}`;
    } catch (error) {
      this.refused.hidden = false;
      say(this.refused, error.message);
    }
  }
}
