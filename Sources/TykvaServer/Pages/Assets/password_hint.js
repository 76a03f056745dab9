// Says of a new password, while it is typed, how far it is. Nothing is sent; what is taken is decided when the form is.
"use strict";
const field = document.getElementById("new");
const hint = document.getElementById("strength");

// What a person sees as one character counts as one, as it does when the form is sent.
function split(text) {
  if (!Intl.Segmenter) return Array.from(text);
  return Array.from(new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text), (part) => part.segment);
}

// Whether a short unit, repeated, makes up the whole.
function repeats(characters) {
  for (let unit = 1; unit <= Math.min(4, characters.length / 2); unit++) {
    if (characters.every((character, index) => character === characters[index % unit])) return true;
  }
  return new Set(characters).size < 5;
}

function judge(password) {
  const characters = split(password.normalize("NFC"));
  const minimum = Number(hint.dataset.minimum);
  if (characters.length === 0) return ["", ""];
  const missing = minimum - characters.length;
  if (missing > 0) return ["weak", `${hint.dataset.missing} ${missing}`];
  if (repeats(characters)) return ["weak", hint.dataset.repetition];
  if (characters.every((character) => character >= "0" && character <= "9")) return ["weak", hint.dataset.digits];
  return characters.length < minimum + 5 ? ["fair", hint.dataset.enough] : ["good", hint.dataset.good];
}

field.addEventListener("input", () => {
  const [level, words] = judge(field.value);
  hint.dataset.level = level;
  hint.textContent = words;
});
