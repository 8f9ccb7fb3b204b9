// Controls for what a scenario may say, made from the schema: each sets one key, or takes it away where it is left empty.
const ONE_ACCOUNT = ["Account", ["account"]];
const SEVERAL_ACCOUNTS = ["Accounts", ["accounts", "split", "pool"]];
const GROUPS = [
  ["Traffic", ["workload"]], ["Faults", ["fault"]], ["Contenders' settings", ["strategies", "variants"]],
  ["What is demanded", ["thresholds", "rank", "bill", "prices"]], ["Another sender", ["neighbour"]],
  ["After acceptance", ["delivery", "tenants"]],
  ["Services", ["latency", "client", "lambda", "sqs", "ticker"]], ["The run", ["name", "description", "seed", "horizon_s", "clock"]],
];
const OPEN = ["Account", "Accounts", "Traffic"];
const BEFORE_CONTENDERS = 2; // groups
const SPAN = 16; // a slider reaches from a sixteenth of a value to sixteen times as much

function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null));
  return made;
}

/** Words for a key, without the unit that stands beside them. */
const wordsOf = (knob) => {
  const words = knob.key.replace(/_per_s$/, "").replace(knob.unit ? /_(s|ms|gb)$/ : /$^/, "").replaceAll("_", " ");
  return knob.unit ? `${words} (${knob.unit})` : words;
};
const dotted = (path) => path.map((key, place) => (typeof key === "number" ? `[${key}]` : `${place ? "." : ""}${key}`)).join("");

class Knobs {
  /** `set(path, value, isOver)` is told each change; one that is not over is part of a longer one. `contenders()` are controls of the page's own. */
  constructor(root, knobs, { table, set, contenders }) {
    Object.assign(this, { root, knobs: new Map(knobs.map((knob) => [knob.key, knob])), table, set, contenders, opened: new Map() });
    root.addEventListener("submit", (event) => event.preventDefault());
    root.addEventListener("toggle", ({ target }) => target.dataset?.group && this.opened.set(target.dataset.group, target.open), true);
  }

  /** All controls anew; what has the focus keeps it. `contenders` makes those of who contends. */
  draw() {
    const focused = document.activeElement?.dataset?.path;
    const accounts = this.value(["accounts"]) === undefined ? ONE_ACCOUNT : SEVERAL_ACCOUNTS;
    const groups = [accounts, ...GROUPS].map(([name, keys]) => this.group(name, keys));
    this.root.replaceChildren(...groups.slice(0, BEFORE_CONTENDERS), this.contenders(), ...groups.slice(BEFORE_CONTENDERS));
    if (focused) this.root.querySelector(`[data-path="${CSS.escape(focused)}"]`)?.focus();
  }

  group(name, keys) {
    const set = keys.reduce((sum, key) => sum + this.count(this.value([key])), 0);
    const inside = keys.map((key) => (keys.length === 1 && this.knobs.get(key).kind !== "named" && !this.knobs.get(key).optional ? this.inside(this.knobs.get(key), [key]) : this.control(this.knobs.get(key), [key])));
    return this.folded(name, OPEN.includes(name), set ? `${set} set` : "", inside);
  }

  folded(name, isOpen, said, ...inside) {
    const head = el("summary", {}, name, said ? el("small", {}, ` ${said}`) : null);
    return el("details", { "data-group": name, open: this.opened.get(name) ?? isOpen }, head, ...inside);
  }

  count(value) {
    if (Array.isArray(value)) return value.length;
    return isTable(value) ? Object.values(value).reduce((sum, one) => sum + (isTable(one) ? this.count(one) : 1), 0) : Number(value !== undefined);
  }

  value(path) { return valueAt(this.table(), path); }

  /** After a change of what there is to set. */
  put(path, value) {
    this.set(path, value, true);
    this.draw();
  }

  control(knob, path) {
    switch (knob.kind) {
      case "table": return this.ownTable(knob, path);
      case "tables": case "named": return el("fieldset", {}, el("legend", {}, wordsOf(knob)), this.inside(knob, path));
      case "one": return this.one(knob, path);
      default: return this.field(knob, path, this[knob.kind](knob, path));
    }
  }

  inside(knob, path) {
    if (knob.kind === "tables") return this.tables(knob, path);
    if (knob.kind === "named") return this.named(knob, path);
    return knob.of.map((inner) => this.control(inner, [...path, inner.key]));
  }

  /** A control with its words, and what it means once it is looked at. */
  field(knob, path, control, ...more) {
    const id = `k-${dotted(path)}`;
    const said = el("small", { class: "hint", id: `${id}-hint` }, knob.says, knob.default !== undefined && plain(knob.default) !== "" && knob.kind !== "switch" ? `; default ${plain(knob.default)}` : "");
    const own = control.querySelector("input[type=number]") || control; // which a slider may stand beside
    own.id = id;
    own.dataset.path = dotted(path);
    own.setAttribute("aria-describedby", said.id);
    return el("div", { class: `field ${knob.kind}`, title: dotted(path) }, el("label", { for: id }, wordsOf(knob)), control, ...more, knob.says ? said : null);
  }

  text(knob, path) {
    const control = el("input", { type: "text", placeholder: knob.default, required: knob.needed });
    control.value = this.value(path) ?? "";
    this.told(control, path, () => (control.value === "" ? undefined : control.value));
    if (knob.key === "path") control.setAttribute("list", "traces");
    return control;
  }

  number(knob, path) {
    const control = el("input", { type: "number", step: knob.kind === "whole" ? 1 : "any", min: knob.low, max: knob.high, placeholder: knob.default ?? (knob.needed ? "" : "default"), required: knob.needed });
    control.value = this.value(path) ?? "";
    const read = () => (control.value === "" ? undefined : Number(control.value));
    this.told(control, path, read);
    control.addEventListener("input", () => { if (control.value !== "") this.set(path, read(), false); });
    const base = this.base(knob, path);
    if (base === undefined || !(knob.needed || ["account", "accounts"].includes(path[0]))) return control;
    return el("span", { class: "dialled" }, this.slider(knob, path, base, control), control);
  }

  whole(knob, path) { return this.number(knob, path); }

  /** The number that a slider has in its middle. */
  base(knob, path) {
    const value = this.value(path) ?? knob.default ?? (knob.key === "burst" ? Math.ceil(this.rate(path)) : undefined);
    return typeof value === "number" && (value > 0 || knob.high === 1) ? value : undefined;
  }

  /** That of the account in which a key stands, set or not. */
  rate(path) {
    const plain = this.knobs.get("account").of.find(({ key }) => key === "max_send_rate_per_s");
    return this.value([...path.slice(0, path[0] === "accounts" ? 2 : 1), plain.key]) ?? plain.default;
  }

  slider(knob, path, base, control) {
    const isShare = knob.high === 1 && knob.low === 0;
    const low = isShare ? 0 : Math.max(base / SPAN, knob.low || 0, knob.kind === "whole" ? 1 : 1e-9);
    const high = isShare ? 1 : Math.min(base * SPAN, knob.high ?? Infinity);
    const at = (value) => (isShare ? 1000 * value : (1000 * Math.log(value / low)) / Math.log(high / low));
    const rounded = (value) => (knob.kind === "whole" ? Math.max(Math.round(value), Math.ceil(low)) : value);
    const of = (place) => rounded(Number((isShare ? place / 1000 : low * (high / low) ** (place / 1000)).toPrecision(isShare ? 2 : 3)));
    const slider = el("input", { type: "range", min: 0, max: 1000, step: isShare ? 10 : 1, "aria-label": `${wordsOf(knob)}, slider` });
    slider.dataset.path = `${dotted(path)}~`;
    slider.value = at(base);
    const move = (isOver) => {
      control.value = of(Number(slider.value));
      slider.setAttribute("aria-valuetext", control.value);
      this.set(path, Number(control.value), isOver);
    };
    slider.addEventListener("input", () => move(false));
    slider.addEventListener("change", () => move(true));
    control.addEventListener("input", () => { if (Number(control.value) > 0) slider.value = at(Number(control.value)); });
    return slider;
  }

  switch(knob, path) {
    const control = el("input", { type: "checkbox" });
    control.checked = this.value(path) ?? knob.default ?? false;
    control.addEventListener("change", () => this.set(path, control.checked === knob.default ? undefined : control.checked, true));
    return control;
  }

  choice(knob, path) {
    const shown = this.value(path) ?? knob.default;
    const none = knob.default === undefined ? [el("option", { value: "" }, knob.needed ? "choose" : "–")] : [];
    const options = knob.choices.map((word) => el("option", { value: word, selected: word === shown }, word === knob.default ? `${word} (default)` : word));
    const control = el("select", {}, none, options);
    control.addEventListener("change", () => this.set(path, control.value === "" || control.value === knob.default ? undefined : control.value, true));
    return control;
  }

  numbers(knob, path) {
    const control = el("input", { type: "text", inputmode: "decimal", placeholder: knob.needed ? "" : "none" });
    control.value = plain(this.value(path) ?? "");
    this.told(control, path, () => {
      const numbers = control.value.split(/[\s,]+/).filter(Boolean).map(Number);
      return control.value.trim() === "" ? undefined : numbers.some(Number.isNaN) ? control.value : numbers;
    });
    return control;
  }

  lines(knob, path) {
    const value = this.value(path);
    const control = el("textarea", { rows: 1, spellcheck: "false" });
    control.value = [value ?? ""].flat().join("\n");
    control.rows = control.value.split("\n").length;
    this.told(control, path, () => {
      const lines = control.value.split("\n").map((line) => line.trim()).filter(Boolean);
      return lines.length > 1 ? lines : lines[0] ?? "";
    });
    return control;
  }

  /** What has no control of its own is written as JSON. */
  json(knob, path) {
    const value = this.value(path);
    const control = el("input", { type: "text", spellcheck: "false", placeholder: "none" });
    control.value = value === undefined ? "" : JSON.stringify(value);
    this.told(control, path, () => {
      try {
        return control.value.trim() === "" ? undefined : JSON.parse(control.value);
      } catch {
        return control.value;
      }
    });
    return control;
  }

  /** Once it is done: half a word is none. */
  told(control, path, read) { control.addEventListener("change", () => this.set(path, read(), true)); }

  ownTable(knob, path) {
    if (path[0] === "strategies" && path.length === 2) {
      const set = this.count(this.value(path));
      return this.folded(knob.key, false, set ? `${set} set` : "", el("p", { class: "notes" }, knob.says), this.inside(knob, path));
    }
    const isThere = !knob.optional || this.value(path) !== undefined;
    return el("fieldset", {}, el("legend", {}, knob.optional ? this.switchedOn(knob, path, isThere) : wordsOf(knob)), isThere ? this.inside(knob, path) : el("small", { class: "notes" }, knob.says));
  }

  switchedOn(knob, path, isThere) {
    const control = el("input", { type: "checkbox", "data-path": dotted(path), onchange: () => this.put(path, isThere ? undefined : blank(knob)) });
    control.checked = isThere;
    return el("label", {}, control, ` ${wordsOf(knob)}`);
  }

  /** One of several tables, or a number instead: told apart by the keys that are there. */
  one(knob, path) {
    const value = this.value(path);
    const chosen = knob.of.find((one) => (one.kind === "table" ? isTable(value) && one.of.some(({ key }) => key in value) : typeof value === "number"));
    const control = el("select", {}, el("option", { value: "" }, `default${knob.default === undefined ? "" : `: ${plain(knob.default)}`}`),
      knob.of.map((one) => el("option", { value: one.key, selected: one === chosen }, one.key)));
    control.addEventListener("change", () => this.put(path, control.value ? blank(knob.of.find(({ key }) => key === control.value)) : undefined));
    const field = this.field({ ...knob, kind: "one", default: undefined }, path, control);
    if (!chosen) return field;
    const inside = chosen.kind === "table" ? this.inside(chosen, path) : this.field({ ...chosen, says: "" }, path, this.number(chosen, path));
    return el("div", { class: "one-of" }, field, inside);
  }

  tables(knob, path) {
    const value = this.value(path);
    const items = (Array.isArray(value) ? value : []).map((one, place) => this.item(knob, [...path, place], isTable(one) ? one : {}));
    return [...items, this.adding(knob.of, knob.by, (kind) => this.put([...path, items.length], { [knob.by]: kind.key, ...blank(kind) }))];
  }

  item(knob, path, table) {
    const kind = knob.of.find(({ key }) => key === table[knob.by]) || { key: String(table[knob.by]), of: [] };
    const kinds = el("select", { "aria-label": knob.by, "data-path": dotted([...path, knob.by]) }, knob.of.map(({ key }) => el("option", { value: key, selected: key === kind.key }, key)));
    kinds.addEventListener("change", () => {
      const other = knob.of.find(({ key }) => key === kinds.value);
      const both = Object.entries(table).filter(([key]) => other.of.some((one) => one.key === key));
      this.put(path, { [knob.by]: other.key, ...blank(other), ...Object.fromEntries(both) });
    });
    const isFirst = ({ key, needed }) => needed || key in table;
    const first = kind.of.filter(isFirst).sort((one, other) => Boolean(other.needed) - Boolean(one.needed));
    const rest = kind.of.filter((one) => !isFirst(one));
    const head = el("legend", {}, kinds, " ", this.removing(path, `${knob.key} ${path.at(-1) + 1}`));
    return el("fieldset", { class: "item" }, head, kind.says ? el("small", { class: "notes" }, kind.says) : null,
      first.map((inner) => this.control(inner, [...path, inner.key])),
      rest.length ? this.folded(`more of ${dotted(path)}`, false, "", rest.map((inner) => this.control(inner, [...path, inner.key]))) : null);
  }

  named(knob, path) {
    const items = Object.entries(isTable(this.value(path)) ? this.value(path) : {}).map(([name, table]) => {
      const head = el("legend", {}, name, knob.by ? ` of ${isTable(table) ? table[knob.by] : ""}` : "", " ", this.removing([...path, name], name));
      const kind = knob.by ? knob.of.find(({ key }) => isTable(table) && key === table[knob.by]) : null;
      const inside = kind ? this.inside(kind, [...path, name]) : knob.by ? [] : this.sameOfAll(knob.of[0], [...path, name]);
      return el("fieldset", { class: "item" }, head, inside);
    });
    const name = el("input", { type: "text", placeholder: "a name", "aria-label": `name of another of ${knob.key}`, "data-path": `${dotted(path)}+`, pattern: "[A-Za-z][A-Za-z0-9\\-]{0,31}", size: 10 });
    const add = (kind) => {
      if (name.value && name.checkValidity()) this.put([...path, name.value], knob.by ? { [knob.by]: kind.key } : this.new(knob.of[0], path));
      else name.focus();
    };
    return [...items, el("small", { class: "notes" }, knob.says), this.adding(knob.by ? knob.of : [], knob.by, add, name)];
  }

  /** What any name stands for: expressions, or a table, of which a share alone may stand there. */
  sameOfAll(knob, path) {
    if (knob.kind === "lines") return [this.field({ ...knob, key: "must hold", says: "" }, path, this.lines(knob, path))];
    if (isTable(this.value(path))) return this.inside(knob, path);
    const share = knob.of.find(({ key }) => key === "share");
    const button = el("button", { type: "button", onclick: () => this.put(path, { share: this.value(path) }) }, "Set more of it");
    return [this.field(share, path, this.number(share, path)), button];
  }

  /** What another name stands for at first; where names have shares, the share that others have left. */
  new(knob, path) {
    return knob.of?.some(({ key }) => key === "share") ? this.rest(path) : blank(knob);
  }

  /** The share that others have left. */
  rest(path) {
    const shares = Object.values(this.value(path) ?? {}).map((one) => (isTable(one) ? one.share : one));
    return Math.max(0, Number((1 - shares.reduce((sum, one) => sum + (Number(one) || 0), 0)).toPrecision(6)));
  }

  adding(kinds, by, add, ...more) {
    const choice = kinds.length ? el("select", { "aria-label": `${by} to add` }, kinds.map(({ key }) => el("option", { value: key }, key))) : null;
    const button = el("button", { type: "button", onclick: () => add(kinds.find(({ key }) => key === choice?.value)) }, "Add");
    return el("div", { class: "adding" }, ...more, choice, button);
  }

  removing(path, what) {
    return el("button", { type: "button", class: "remove", "aria-label": `Remove ${what}`, onclick: () => this.put(path, undefined) }, "✕");
  }
}

const plain = (value) => (Array.isArray(value) ? value.map(plain).join(", ") : isTable(value) ? Object.entries(value).map(([key, one]) => `${key} ${plain(one)}`).join(", ") : String(value));

/** A value of a kind with no more than it must have. */
function blank(knob) {
  switch (knob.kind) {
    case "table": return Object.fromEntries(knob.of.filter(({ needed }) => needed).map((inner) => [inner.key, blank(inner)]));
    case "numbers": return Array(knob.least ?? 1).fill(1);
    case "choice": return knob.choices[0];
    case "number": case "whole": return knob.default ?? FIRST[knob.key] ?? Math.min(Math.max(knob.low ?? 1, 1), knob.high ?? 1);
    default: return knob.default ?? "";
  }
}

/** Where a new table begins: of no meaning but that something is seen of it. */
const FIRST = {
  duration_s: 10, messages: 900, messages_per_s: 10, from_per_s: 0, to_per_s: 20, probability: 0.1, start_s: 5, pod: 0, factor: 4,
  median_ms: 50, p99_ms: 250, mean_ms: 50, constant_ms: 50, min_ms: 20, max_ms: 100, runs_per_month: 30,
};
