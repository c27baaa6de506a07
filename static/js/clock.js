// Countdowns. The server's time comes with the page and with every answer; between two answers the machine's stopwatch
// counts on from it. The machine's own clock is never asked: it may be wrong by hours.

const SOON = 0.35; // as in leads/pages/promises.py
const LAST_S = 60;
const ANNOUNCED_S = [120, 60, 0];

const said = document.getElementById("said");
let ahead = 0; // the server's milliseconds less the stopwatch's

const serverNow = () => ahead + performance.now();

function hear(milliseconds) {
  if (milliseconds) ahead = Number(milliseconds) - performance.now();
}

function inWords(seconds, brief) {
  const s = Math.abs(seconds);
  const two = (number) => String(number).padStart(2, "0");
  if (s < 3600) return `${Math.floor(s / 60)}:${two(s % 60)}`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))}`;
  return `${Math.floor(s / 86400)} d` + (brief ? "" : ` ${Math.floor((s % 86400) / 3600)} h`);
}

function draw(timer) {
  const seconds = Math.round((Number(timer.dataset.due) - serverNow()) / 1000);
  const total = Number(timer.dataset.total);
  const overdue = seconds < 0;
  const arc = timer.querySelector(".fg");
  timer.querySelector(".left").textContent = (overdue ? "+" : "") + inWords(seconds, Boolean(arc));
  timer.querySelector(".side-of").textContent = overdue ? "overdue" : "left";
  if (!arc) return;
  const share = overdue || total <= 0 ? 100 : Math.max(0, Math.min(100, (seconds / total) * 100));
  arc.setAttribute("stroke-dasharray", `${share.toFixed(1)} 100`);
  timer.classList.toggle("bad", seconds < LAST_S);
  timer.classList.toggle("warn", seconds >= LAST_S && seconds < total * SOON);
  timer.classList.toggle("long", Math.abs(seconds) >= (overdue ? 600 : 3600));
  announce(timer, seconds);
}

// Rings are silent for screen readers but for three moments: two minutes, one minute, and overdue.
function announce(timer, seconds) {
  const before = timer.seconds;
  timer.seconds = seconds;
  if (before === undefined || before <= seconds) return;
  const name = timer.closest("[data-row]")?.querySelector("[data-open]")?.textContent;
  const passed = ANNOUNCED_S.find((moment) => before > moment && seconds <= moment);
  if (name === undefined || passed === undefined) return;
  said.textContent = passed === 0 ? `${name} is overdue` : `${name}: ${passed / 60} minute${passed === 60 ? "" : "s"} left`;
}

// "in 1:50", and "now" once it has come; a wait that grows has no sign.
function drawMoment(place) {
  const seconds = Math.round((Number(place.dataset.at) - serverNow()) / 1000);
  place.textContent = seconds > 0 ? `in ${inWords(seconds, true)}` : "now";
}

function drawWait(place) {
  place.textContent = inWords(Math.round((serverNow() - Number(place.dataset.since)) / 1000), false);
}

function tick() {
  document.querySelectorAll("[data-due]").forEach(draw);
  document.querySelectorAll("[data-at]").forEach(drawMoment);
  document.querySelectorAll("[data-since]").forEach(drawWait);
}

hear(document.querySelector("[data-now]")?.dataset.now);
tick();
setInterval(tick, 1000);
document.body.addEventListener("htmx:afterRequest", (event) => hear(event.detail.xhr.getResponseHeader("X-Server-Now")));
document.body.addEventListener("htmx:afterSettle", () => {
  hear(document.querySelector("[data-now]")?.dataset.now);
  tick();
});
