// The last minutes, second by second: bars against the limit, and the room that was left.
const LEFT_PX = 52; // for numbers up to a million
const charts = { account: null, cursor: null };

function svg(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** The seconds that fit, the newest last. */
function shown(width) {
  const { seconds } = charts.account;
  const wanted = width < 600 ? 120 : 300;
  const first = Math.max(0, seconds.accepted.length - wanted);
  const part = (name) => seconds[name].slice(first);
  return { wanted, firstUnixS: seconds.first_unix_s + first, ...Object.fromEntries(
    ["accepted", "refused", "tokens"].map((name) => [name, part(name)])) };
}

/** A round number that is not less, of which a half is round as well. */
function ceiling(most) {
  const power = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  return [1, 2, 4, 6, 10].map((times) => times * power).find((round) => round >= most);
}

/** A drawing with its scales: x of a second's place, y of a value. */
function drawing(id, most) {
  const box = $(id);
  const width = box.clientWidth;
  const height = box.clientHeight;
  const left = LEFT_PX;
  const { wanted } = shown(width);
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  const x = (place) => left + (place / wanted) * (width - left);
  const y = (value) => height - 20 - (value / most) * (height - 28);
  for (const value of [0, most / 2, most]) {
    root.append(svg("line", { class: "grid", x1: left, x2: width, y1: y(value), y2: y(value) }));
    const text = svg("text", { x: left - 5, y: y(value) + 4, "text-anchor": "end" });
    text.textContent = number(value);
    root.append(text);
  }
  for (let ago = 0; ago <= wanted; ago += 60) {
    const anchor = ago === 0 ? "end" : ago === wanted ? "start" : "middle";
    const text = svg("text", { x: x(wanted - ago), y: height - 5, "text-anchor": anchor });
    text.textContent = ago ? `${ago / 60} min ago` : "now";
    root.append(text);
  }
  box.replaceChildren(root);
  return { root, x, y, wanted };
}

/** Bars from one row of values to another, as one path; the newest second ends at the right edge. */
function bars({ x, y, wanted }, from, to) {
  const shift = wanted - from.length;
  return from.map((low, place) => {
    if (to[place] <= low) return "";
    const gap = x(1) - x(0) > 3 ? 1 : 0;
    return `M${x(shift + place)} ${y(low)}V${y(to[place])}H${x(shift + place + 1) - gap}V${y(low)}Z`;
  }).join("");
}

/** The rate over time, as steps. */
function steps({ x, y, wanted }, firstUnixS, length) {
  const place = (unixS) => Math.max(0, Math.min(wanted, wanted - length + unixS - firstUnixS));
  return charts.account.rates.map(({ since_unix_s: since, rate_per_s: rate }, step) =>
    `${step ? `H${x(place(since))}V${y(rate)}` : `M${x(0)} ${y(rate)}`}`).join("") + `H${x(wanted)}`;
}

function drawRate() {
  const { accepted, refused, firstUnixS } = shown($("chart-rate").clientWidth);
  const all = accepted.map((count, place) => count + refused[place]);
  const rates = charts.account.rates.map((step) => step.rate_per_s);
  const drawn = drawing("chart-rate", ceiling(Math.max(...all, ...rates.map((rate) => rate * 1.1), 1)));
  drawn.root.append(
    svg("path", { class: "accepted", d: bars(drawn, accepted.map(() => 0), accepted) }),
    svg("path", { class: "refused", d: bars(drawn, accepted, all) }),
    svg("path", { class: "limit", d: steps(drawn, firstUnixS, accepted.length) }),
  );
  mark(drawn, accepted.length);
  const last = accepted.length - 1;
  $("chart-rate").setAttribute("aria-label", last < 0 ? "Recipients per second: nothing yet"
    : `Recipients per second: in the last whole second ${accepted[last]} accepted, ${refused[last]} refused; `
      + `in all seconds shown ${total(accepted)} and ${total(refused)}; limit ${number(rates.at(-1))}`);
}

function drawRoom() {
  const { tokens } = shown($("chart-room").clientWidth);
  const drawn = drawing("chart-room", Math.max(charts.account.capacity, 1));
  const { x, y, wanted, root } = drawn;
  const shift = wanted - tokens.length;
  const points = tokens.map((room, place) => `${x(shift + place + 1)} ${y(room || 0)}`);
  if (points.length) {
    root.append(svg("path", { class: "level-area", d: `M${x(shift + 1)} ${y(0)}L${points.join("L")}V${y(0)}Z` }));
    root.append(svg("path", { class: "level", d: `M${points.join("L")}` }));
  }
  mark(drawn, tokens.length);
  $("chart-room").setAttribute("aria-label",
    `Room in the limiter: ${charts.account.tokens} of ${charts.account.capacity} recipients now`);
}

const total = (values) => values.reduce((sum, value) => sum + value, 0);

/** A line at the second that is read out. */
function mark({ root, x, wanted }, length) {
  if (charts.cursor === null) return;
  const place = x(wanted - charts.cursor - 0.5);
  root.append(svg("line", { class: "cursor", x1: place, x2: place, y1: 0, y2: "100%" }));
  const { accepted, refused, tokens } = shown($("chart-rate").clientWidth);
  const at = length - 1 - charts.cursor;
  const when = `${many(charts.cursor + 1, "second")} ago`;
  $("readout").textContent = at < 0 ? `${when}: it had not begun`
    : `${when}: ${accepted[at]} accepted, ${refused[at]} refused, room for ${tokens[at]} in the end`;
}

function drawCharts(account) {
  charts.account = account || charts.account;
  if (!charts.account || $("traffic").hidden) return;
  drawRate();
  drawRoom();
}

/** Point at a second with the mouse, or with the arrow keys. */
function beginCharts() {
  $("readout").textContent = "Point at a second, or choose a chart with Tab and go with the arrow keys.";
  for (const id of ["chart-rate", "chart-room"]) {
    const box = $(id);
    box.addEventListener("pointermove", (event) => {
      const { left, width } = box.getBoundingClientRect();
      const { wanted } = shown(width);
      point(Math.floor(((left + width - event.clientX) / (width - LEFT_PX)) * wanted), wanted);
    });
    box.addEventListener("keydown", (event) => {
      const move = { ArrowLeft: 1, ArrowRight: -1, PageUp: 10, PageDown: -10 }[event.key];
      if (!move || !charts.account) return;
      event.preventDefault();
      point((charts.cursor ?? -1) + move, shown(box.clientWidth).wanted);
    });
  }
  new ResizeObserver(() => drawCharts()).observe($("traffic"));
}

function point(agoS, wanted) {
  charts.cursor = Math.max(0, Math.min(wanted - 1, agoS));
  drawCharts();
}
