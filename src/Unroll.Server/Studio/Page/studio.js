import { announce, byId, problem } from "./dom.js";
import { themeSwitch } from "./colours.js";
import * as data from "./data.js";
import * as train from "./train.js";
import * as result from "./result.js";
import * as understand from "./understand.js";
import * as compare from "./compare.js";
import * as shapes from "./shapes.js";

// The address after # says what is shown: #SECTION or #SECTION/ID, so that going back, reloading and passing on an address work.
const sections = { data, train, result, understand, compare, shapes };
const titles = { data: "Data", train: "Train", result: "Result", understand: "Understand", compare: "Compare", shapes: "Shapes" };
let shown = null,
  run = null;

async function show() {
  const [asked, id] = decodeURIComponent(location.hash.slice(1)).split("/");
  const name = Object.hasOwn(sections, asked) ? asked : "data";
  const ofRun = name === "train" || name === "result" || name === "understand";
  if (ofRun && id) run = id;
  problem(null);
  const moved = shown !== name;
  if (moved && shown) sections[shown].leave?.();
  shown = name;
  for (const section of Object.keys(sections)) byId(section).hidden = section !== name;
  for (const link of document.querySelectorAll("nav a")) {
    const section = link.dataset.section;
    if (section === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    if (run && (section === "train" || section === "result" || section === "understand"))
      link.href = `#${section}/${encodeURIComponent(run)}`;
  }
  document.title = `${titles[name]} – Unroll studio`;
  try {
    await sections[name].show(byId(name), ofRun ? (id ?? run) : id);
  } catch (error) {
    problem(error);
  }
  if (moved) scrollTo(0, 0);
}

// A link to a section leads to its content, for people who use the keyboard.
for (const link of document.querySelectorAll("nav a"))
  link.addEventListener("click", () => announce(`${titles[link.dataset.section]} is shown.`));
document.querySelector(".skip").addEventListener("click", event => {
  event.preventDefault();
  byId("main").focus();
});
themeSwitch(byId("theme"));
addEventListener("hashchange", show);
addEventListener("unhandledrejection", event => {
  event.preventDefault();
  problem(event.reason instanceof Error ? event.reason : new Error(String(event.reason)));
});
show();
