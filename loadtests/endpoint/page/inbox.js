// The list of accepted mails: searched, paged, and kept up to date while its beginning is in sight.
const PAGE = 100;
const AHEAD_PX = 600;
const inbox = { before: null, seen: -1, kept: -1, asked: 0, chosen: null };

function query(more) {
  const given = { limit: PAGE, ...more };
  const text = $("text").value.trim();
  if (text) given[$("field").value] = text;
  return new URLSearchParams(given);
}

/** The first page anew. What comes too late, because another was asked for since, is not shown. */
async function refreshInbox() {
  const asked = ++inbox.asked;
  const found = await ask(`messages?${query()}`);
  if (asked !== inbox.asked) return;
  const known = new Map([...$("mails").children].map((one) => [one.dataset.id, one]));
  arrange($("mails"), found.messages.map((mail) => known.get(mail.id) || mailItem(mail)));
  inbox.seen = found.last_number;
  inbox.kept = found.kept;
  $("newer").hidden = true;
  $("nothing").hidden = found.messages.length > 0;
  $("nothing").textContent = found.kept
    ? "No mail that is kept has this." : "No mail yet. Point an SDK at this address and send one; it appears here.";
  showOlder(found);
}

/** The next page; what fails can be tried again. */
async function olderMails() {
  const [asked, before] = [++inbox.asked, inbox.before];
  inbox.before = null;
  try {
    const found = await ask(`messages?${query({ before })}`);
    if (asked !== inbox.asked) return;
    $("mails").append(...found.messages.map(mailItem));
    showOlder(found);
  } catch (error) {
    inbox.before = before;
    throw error;
  }
}

function showOlder(found) {
  inbox.before = found.next_before;
  $("older").hidden = inbox.before === null;
  markChosen();
  olderInSight();
}

/** More mails come before their reader has reached the end. */
function olderInSight() {
  const [button, box] = [$("older"), $("scroll")];
  if (inbox.before === null || !button.offsetParent) return;
  if (button.getBoundingClientRect().top < box.getBoundingClientRect().bottom + AHEAD_PX) attempt(olderMails);
}

function mailItem(mail) {
  const people = [...mail.to, ...mail.cc, ...mail.bcc];
  const tags = Object.entries(mail.tags).slice(0, 3).map(([name, value]) => el("span", { class: "tag" }, `${name}=${value}`));
  return el("li", { "data-id": mail.id }, el("a", { class: "mail", href: `#inbox/${mail.id}` },
    el("span", { class: "people" }, el("span", {}, people[0]),
      people.length > 1 ? el("span", { class: "more" }, ` +${people.length - 1}`) : null),
    el("time", {}, clock(mail.accepted_unix_s)),
    el("span", { class: "subject" }, mail.subject || "(no subject)"),
    el("span", { class: "tags" }, haveNames() ? el("span", { class: "tag" }, called(mail.account)) : null, ...tags)));
}

function markChosen() {
  for (const item of $("mails").children) {
    const is = item.dataset.id === inbox.chosen;
    if (is) item.firstChild.setAttribute("aria-current", "true");
    else item.firstChild.removeAttribute("aria-current");
  }
}

/** What the server says of the mails it keeps: the list follows, unless somebody reads further down. */
function takeMails(mails) {
  $("inbox-count").textContent = number(mails.kept);
  $("delete").disabled = mails.kept === 0;
  $("dropped").hidden = mails.dropped === 0;
  $("dropped").textContent = `${many(mails.dropped, "older mail")} (${size(mails.dropped_bytes)}) made room: `
    + "--keep-mails and --keep-mb say how much is kept.";
  if (mails.last_number === inbox.seen && mails.kept === inbox.kept) return;
  if ($("scroll").scrollTop < 5 || mails.kept < inbox.kept) return void attempt(refreshInbox);
  $("newer").textContent = `${many(mails.last_number - inbox.seen, "newer mail")}: show`;
  $("newer").hidden = mails.last_number === inbox.seen;
}

/** The list's items by the arrow keys, or j and k. */
function moveInList(event) {
  const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
  const links = [...$("mails").querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  if (!step || (at < 0 && event.key.startsWith("Arrow")) || !links.length) return;
  event.preventDefault();
  links[Math.max(0, Math.min(links.length - 1, at + step))].focus();
}

function beginInbox() {
  let typing;
  $("search").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(refreshInbox);
  });
  for (const id of ["text", "field"]) {
    $(id).addEventListener("input", () => {
      clearTimeout(typing);
      typing = setTimeout(() => attempt(refreshInbox), 200);
    });
  }
  $("newer").addEventListener("click", () => {
    $("scroll").scrollTop = 0;
    attempt(refreshInbox);
  });
  $("older").addEventListener("click", () => inbox.before !== null && attempt(olderMails));
  $("scroll").addEventListener("scroll", olderInSight, { passive: true });
  $("delete").addEventListener("click", () => {
    if (confirm("Delete all mails that are kept?")) attempt(() => ask("messages", "DELETE").then(refreshInbox));
  });
  $("list-column").addEventListener("keydown", (event) => {
    if (event.target !== $("text") && event.target !== $("field")) moveInList(event);
  });
}
