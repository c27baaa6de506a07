// A short sound when a lead comes in, for whoever wants it: two notes, made here. Browsers allow none before the first
// click or key on the page, so it is prepared by that.

const NOTES = [[660, 0], [880, 0.11]]; // hertz, and when in seconds
const LOUDNESS = 0.12;
const LENGTH_S = 0.16;

let audio = null;

function prepare() {
  if (audio || !window.AudioContext) return;
  audio = new AudioContext();
}

function play() {
  if (!audio) return;
  audio.resume().then(() => {
    for (const [pitch, after] of NOTES) {
      const start = audio.currentTime + after;
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0, start);
      volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.015);
      volume.gain.exponentialRampToValueAtTime(0.0001, start + LENGTH_S);
      tone.connect(volume).connect(audio.destination);
      tone.start(start);
      tone.stop(start + LENGTH_S);
    }
    document.body.dispatchEvent(new CustomEvent("sound-played"));
  });
}

const isOn = () => document.getElementById("queue")?.dataset.sound === "on";

for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, prepare, { once: true });
document.body.addEventListener("lead-arrived", () => isOn() && play());
// Whoever turns it on hears how it sounds.
document.body.addEventListener("submit", (event) => {
  if (event.target.querySelector("#sound[aria-pressed=false]")) play();
});
