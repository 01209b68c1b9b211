import { post } from "./api.js";
import { button, el, field, fill, say } from "./dom.js";
import { Heat } from "./heat.js";

/** The sounds of the dictionary in words that have them. */
const examples = {
  AA: "odd", AE: "at", AH: "hut", AO: "ought", AW: "cow", AY: "hide", B: "be", CH: "cheese", D: "dee", DH: "thee", EH: "bed",
  ER: "hurt", EY: "ate", F: "fee", G: "green", HH: "he", IH: "it", IY: "eat", JH: "jam", K: "key", L: "lee", M: "me", N: "knee",
  NG: "ping", OW: "oat", OY: "toy", P: "pea", R: "read", S: "sea", SH: "she", T: "tea", TH: "theta", UH: "hood", UW: "two",
  V: "vee", W: "we", Y: "yield", Z: "zoo", ZH: "seizure",
};

/** A word to type, its sounds, and which letters the network looked at for each. */
export function spell() {
  const word = el("input", { type: "text", maxlength: 80, autocomplete: "off", spellcheck: "false", autocapitalize: "none" }),
    answer = el("div"),
    wrong = el("p", { className: "problem", role: "alert", hidden: true });
  word.value = "recurrent";
  const form = el(
    "form",
    { className: "row", onsubmit: event => event.preventDefault() },
    field("Word", word),
    button(
      "Pronounce",
      async () => {
        wrong.hidden = true;
        try {
          fill(answer, shown(await post("api/shapes/spell", { word: word.value })));
        } catch (error) {
          // It is said where one looks: the top of the page can be far away on a phone.
          wrong.hidden = false;
          say(wrong, error.message);
        }
      },
      { type: "submit", className: "primary" },
    ),
  );
  return el("div", {}, form, wrong, answer);
}

function shown({ phonemes, rows, letters, alignment, dictionary }) {
  const heat = new Heat({
    label: "Alignment",
    title: "Which letters it looked at: sounds down, letters across",
    height: Math.max(90, rows.length * 24),
    name: (r, c) => `${rows[r]} looks at ${letters[c]}`,
    hint: "Stronger colours count more; arrow keys go through them.",
  });
  heat.set(alignment);
  const strange = [...new Set(phonemes)].filter(sound => examples[sound]);
  return el(
    "div",
    {},
    el("p", { className: "large", role: "status" }, phonemes.join(" ") || "It writes no sound."),
    el("p", { className: "quiet small" }, strange.map(sound => `${sound} as in ${examples[sound]}`).join(", ")),
    el("p", { className: "small" }, compared(phonemes, dictionary)),
    el(
      "div",
      { className: "aligned" },
      el(
        "div",
        { className: "labels down", "aria-hidden": "true" },
        rows.map(sound => el("span", {}, sound)),
      ),
      heat.element,
      el(
        "div",
        { className: "labels across", "aria-hidden": "true" },
        letters.map(letter => el("span", {}, letter)),
      ),
    ),
  );
}

/** What the dictionary says of a word. */
function compared(phonemes, dictionary) {
  const written = phonemes.join(" "),
    known = dictionary.map(sounds => sounds.join(" "));
  if (known.length === 0) return "The dictionary does not have this word: nobody says whether that is right.";
  if (known.includes(written)) return "The dictionary says the same; it may be one of the words that the network learnt from.";
  return `The dictionary has ${known.join(" or ")}, so this is wrong.`;
}
