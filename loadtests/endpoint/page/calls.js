// The newest calls, and for each refusal what had filled the bucket.
const MOST_CALLS = 100;
const calls = { key: "", rows: new Map() };

/** Add what is new; a run that has begun anew has other calls. */
function takeCalls(account) {
  const key = `${account.account} ${account.region} ${account.zero_unix_s}`;
  if (key !== calls.key || (account.calls.length && account.calls.at(-1).row < newestRow())) {
    calls.key = key;
    calls.rows.clear();
  }
  for (const call of account.calls) calls.rows.set(call.row, call);
  const rows = [...calls.rows.keys()].sort((one, other) => one - other);
  for (const row of rows.slice(0, -MOST_CALLS)) calls.rows.delete(row);
  drawCalls();
}

const newestRow = () => Math.max(-1, ...calls.rows.keys());

function drawCalls() {
  if ($("traffic").hidden || $("hold").checked) return;
  const list = $("calls");
  const open = new Set([...list.querySelectorAll("details[open]")].map((one) => one.dataset.row));
  const rows = [...calls.rows.values()].sort((one, other) => other.row - one.row)
    .filter((call) => !$("only-refused").checked || call.outcome !== "accepted");
  const known = new Map([...list.children].map((one) => [one.dataset.row, one]));
  const items = rows.map((call) => known.get(String(call.row)) || callItem(call, open));
  if (!items.length) items.push(el("li", { class: "note" }, "No calls yet. Send one to this address with any SDK."));
  arrange(list, items);
}

/** The children of a list, moving none that is in its place: what has the focus keeps it. */
function arrange(list, items) {
  const wanted = new Set(items);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  let next = list.firstChild;
  for (const item of items) {
    if (item === next) next = next.nextSibling;
    else list.insertBefore(item, next);
  }
}

function callItem(call) {
  const line = el("div", { class: "call" },
    el("span", { class: "row" }, `#${call.row}`),
    el("time", {}, clock(call.decided_unix_s)),
    el("span", { class: `badge ${call.outcome === "accepted" ? "good" : "bad"}` }, call.outcome),
    el("span", {}, many(call.recipients, "recipient")),
    el("span", { class: "caller" }, call.caller));
  return el("li", { id: `call-${call.row}`, "data-row": call.row }, line, call.outcome === "accepted" ? null : reason(call));
}

function reason(call) {
  const said = el("p", {}, call.said || call.why);
  if (call.needed === undefined) return el("div", { class: "reason" }, said);
  if (call.used_24h !== undefined) {
    said.append(` It needed ${call.needed}; ${number(call.used_24h)} were used in 24 hours.`);
    return el("div", { class: "reason" }, said);
  }
  said.append(` It needed ${call.needed}, and ${call.left} of ${call.capacity} were left.`);
  const causes = call.filled_by.map((row) => el("a", { href: `#call-${row}`, onclick: showCall }, `#${row}`));
  const more = call.filled_by_calls - causes.length;
  return el("div", { class: "reason" }, said, el("details", { "data-row": call.row },
    el("summary", {}, `filled by ${many(call.filled_by_calls, "accepted call")}`),
    el("p", { class: "causes" }, ...causes, more > 0 ? `and ${number(more)} more` : null)));
}

/** Go to a call of the list, without leaving the view that the address names. */
function showCall(event) {
  event.preventDefault();
  const item = $(event.currentTarget.getAttribute("href").slice(1));
  for (const one of $("calls").querySelectorAll(".found")) one.classList.remove("found");
  if (!item) return void ($("readout").textContent = "This call is older than those of the list; see /_seslab/calls.");
  item.classList.add("found");
  item.scrollIntoView({ block: "center" });
}

function beginCalls() {
  $("only-refused").addEventListener("change", drawCalls);
  $("hold").addEventListener("change", drawCalls);
}
