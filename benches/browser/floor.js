// The page of the floor: hands a file to its worker and draws the newest fifty. `result` is in milliseconds.
const worker = new Worker("floor-worker.js");
const list = document.querySelector("ol");
let started = 0;
const draw = ({ rows, ...told }) => {
  list.replaceChildren(
    ...rows.map(([date, text]) => Object.assign(document.createElement("li"), { textContent: `${date} ${text}` })),
  );
  requestAnimationFrame(() => setTimeout(() => (globalThis.result = { ms: performance.now() - started, ...told })));
};
worker.onmessage = ({ data }) => draw(data);
document.querySelector("input").addEventListener("change", (event) => {
  globalThis.result = null;
  started = performance.now();
  worker.postMessage({ file: event.target.files[0] });
});
globalThis.openAgain = () => {
  globalThis.result = null;
  started = performance.now();
  worker.postMessage({ open: true });
};
