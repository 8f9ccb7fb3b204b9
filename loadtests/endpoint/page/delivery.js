// What becomes of accepted mail: the account's standing, and each recipient's way.
const FATES = ["accepted", "delivered", "bounced", "suppressed", "expired", "pending", "deferrals", "complained"];
const UNDER_WAY = ["on its way", "waiting"];
const percent = (share, digits = 1) => `${new Intl.NumberFormat("en-GB", { maximumFractionDigits: digits }).format(share * 100)} %`;

/** Rows for the numbers that are always in sight; none where providers are not modelled. */
function standingRows({ delivery }) {
  if (!delivery.modelled) return [];
  const of = (rate) => `pause at ${percent(delivery.thresholds[rate].pause)}`;
  const isWrong = (rate) => delivery[rate] >= delivery.thresholds[rate].review;
  return [
    ["Bounced", percent(delivery.bounce_rate, 2), of("bounce_rate"), isWrong("bounce_rate")],
    ["Complained", percent(delivery.complaint_rate, 2), of("complaint_rate"), isWrong("complaint_rate")],
    ["Account", delivery.standing, "", delivery.standing !== "healthy"],
  ];
}

function showDelivery({ delivery }) {
  const counts = Object.entries(delivery.providers);
  $("delivery").hidden = !delivery.modelled && !counts.length;
  $("standing").textContent = standingSentence(delivery);
  const row = (name, values) => el("tr", {}, el("th", { scope: "row" }, name),
    ...values.map((value) => el("td", {}, number(value))));
  $("providers").replaceChildren(...counts.map(([name, of]) => row(name, FATES.map((fate) => of[fate]))));
}

function standingSentence(delivery) {
  if (!delivery.modelled) return "Of addresses that tell what becomes of their mail.";
  const { bounce_rate: bounces, complaint_rate: complaints } = delivery.thresholds;
  const since = { "under review": delivery.reviewed_unix_s, paused: delivery.paused_unix_s }[delivery.standing];
  return `The account is ${delivery.standing}${since ? ` since ${clock(since)}` : ""}: of the last `
    + `${number(delivery.representative_volume)} recipients ${percent(delivery.bounce_rate, 2)} bounced (review from `
    + `${percent(bounces.review)} on, pause from ${percent(bounces.pause)}) and ${percent(delivery.complaint_rate, 2)} complained `
    + `(${percent(complaints.review)}, ${percent(complaints.pause)}).`
    + (delivery.speed === 1 ? "" : ` What follows acceptance is ${number(delivery.speed)} times as fast as in reality.`)
    + (delivery.not_followed ? ` So much waits that ${many(delivery.not_followed, "recipient")} could not be followed.` : "");
}

/** How far a recipient's mail has come, in words; null where all is over at once. */
function way(mail, { state, provider, since_unix_s: since, next_attempt_unix_s: next, gives_up_unix_s: end }) {
  if (!state) return null;
  const said = {
    "not followed": () => "not followed: too much waits already",
    "on its way": () => "on its way",
    waiting: () => next ? `waiting for the next attempt at ${clock(next)}` : `no further attempt before SES gives up at ${clock(end)}`,
  }[state] || (() => `${state} ${after(since - mail.accepted_unix_s)}`);
  return [undefined, "by-address"].includes(provider) ? said() : `${provider}: ${said()}`;
}

const after = (seconds) => seconds < 0.05 ? "at once" : `after ${duration(seconds)}`;

function duration(seconds) {
  if (seconds < 60) return `${number(Math.max(0, seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const isUnderWay = (mail) => mail.recipients.some(({ state }) => UNDER_WAY.includes(state));
