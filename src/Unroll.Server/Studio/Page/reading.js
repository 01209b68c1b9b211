import { button, el, field } from "./dom.js";

const asked = [
  ["series", "Column that names the series", "Where one file has several, as a shop or a station"],
  ["date", "Column of dates", "Found by itself where it is left empty"],
  ["date_format", "Form of dates", "As dd.MM.yyyy"],
  ["delimiter", "Delimiter", "As ; or tab"],
  ["decimal", "Decimal mark", "As , or ."],
  ["skip", "Lines before the header", ""],
  ["sheet", "Sheet of a workbook", ""],
  ["na", "Mark of a missing value", "As -999"],
];

/** How a file is to be read, for files that are not understood by themselves. */
export class Reading {
  constructor(again) {
    this.inputs = new Map(asked.map(([name]) => [name, el("input", { type: "text", autocomplete: "off", spellcheck: "false" })]));
    this.again = button("Read the file again", again, { hidden: true, className: "primary" });
    this.element = el(
      "details",
      { className: "reading" },
      el("summary", {}, "How the file is to be read"),
      el(
        "div",
        { className: "fields wider" },
        asked.map(([name, label, hint]) => field(label, this.inputs.get(name), hint || null)),
      ),
      this.again,
    );
  }

  get given() {
    return Object.fromEntries([...this.inputs].map(([name, input]) => [name, input.value.trim()]).filter(([, text]) => text !== ""));
  }

  /** After a file was not understood: the same again, read in another way. */
  offer() {
    this.element.open = true;
    this.again.hidden = !this.file;
    this.again.textContent = `Read ${this.file?.name ?? "the file"} again`;
  }
}
