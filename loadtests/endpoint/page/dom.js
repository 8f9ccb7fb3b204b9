// Elements, words for numbers, and questions to the server.
const $ = (id) => document.getElementById(id);

/** An element; what a mail or a client says goes in as text only. */
function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const counted = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
const number = (value) => counted.format(value);
const many = (count, one, more) => `${number(count)} ${count === 1 ? one : more || `${one}s`}`;

function size(bytes) {
  if (bytes < 1000) return many(bytes, "byte");
  return bytes < 1e6 ? `${number(bytes / 1e3)} kB` : `${number(bytes / 1e6)} MB`;
}

/** The clock time of an instant, with the date unless it is today's. */
function clock(unixS) {
  const at = new Date(unixS * 1000);
  const time = at.toLocaleTimeString("en-GB");
  return at.toDateString() === new Date().toDateString() ? time : `${at.toLocaleDateString("en-CA")} ${time}`;
}

/** The JSON of an answer; throws an Error with the server's own sentence. */
async function ask(path, method = "GET", document_) {
  const asked = { method, cache: "no-store" };
  if (document_ !== undefined) {
    asked.body = JSON.stringify(document_);
    asked.headers = { "Content-Type": "application/json" };
  }
  const answer = await fetch(path, asked);
  const text = await answer.text();
  if (answer.ok) return JSON.parse(text);
  let sentence = `${answer.status} ${answer.statusText}`;
  try {
    sentence = JSON.parse(text).message;
  } catch {
    // it is no JSON: the status must do
  }
  throw new Error(sentence);
}
