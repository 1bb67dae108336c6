// Starts the door, then the record worker, and the app when it is asked for.
//
// What the programs may use of it, as `globalThis.tessera`:
//   worker(kind)   "record": always the same one; others as in start.js: a fresh one each time.
//                  Messages may be posted at once: a worker keeps them until its program is ready.
//   preload()      fetches and compiles the app without starting it (when the person starts to type).
//   startApp()     starts the app once; it draws itself into #app. Resolves when its main has run.
//   lock()         ends the record worker, with all that was unlocked, and loads the page again.
//   update()       takes the waiting release, if there is one, and loads the page again.
//   unkept(on)     while on, the browser asks before it leaves or reloads the page: something is only in memory.
// A waiting release is told by the event "tessera-update" on window.

import { program, worker as start } from "/start.js";

const app = { script: "/app.js", wasm: "/app_bg.wasm" };

/** The browser's own question; its words are the browser's too. */
function ask(event) {
  event.preventDefault();
  // Browsers before 2023 want it said so.
  event.returnValue = true;
}
/** The listener stands only while there is something to lose: without it a page can come back from the browser's cache. */
function unkept(on) {
  if (on) addEventListener("beforeunload", ask);
  else removeEventListener("beforeunload", ask);
}

let record = null;
let starting = null;
let waiting = null;

globalThis.tessera = Object.freeze({
  worker(kind) {
    if (kind !== "record") return start(kind);
    if (!record) {
      const worker = start("record");
      // One that could not start is not kept: who asks next may have a network.
      worker.addEventListener("error", () => {
        if (record === worker) record = null;
        worker.terminate();
      });
      record = worker;
    }
    return record;
  },
  preload() {
    // Errors are told by startApp, which the person waits for.
    program(app.wasm).catch(() => {});
    import(app.script).catch(() => {});
  },
  startApp() {
    starting ??= (async () => {
      const [glue, module] = await Promise.all([import(app.script), program(app.wasm)]);
      await glue.default({ module_or_path: module });
    })();
    starting.catch(() => {
      starting = null;
    });
    return starting;
  },
  unkept,
  lock() {
    unkept(false);
    record?.terminate();
    record = null;
    location.reload();
  },
  update() {
    if (!waiting) return;
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    waiting.postMessage("activate");
  },
});

// A program that traps has a memory that nobody may trust again: everything is locked, and the page begins at the door,
// without the address that may have led to it. The door takes the mark away when it says so; a door that traps itself
// leaves it, and then the page stands still.
function trapped(error) {
  if (!(error instanceof WebAssembly.RuntimeError)) return;
  unkept(false);
  record?.terminate();
  record = null;
  if (sessionStorage.getItem("tessera.stopped")) return;
  sessionStorage.setItem("tessera.stopped", "1");
  location.replace(location.pathname);
}
addEventListener("error", ({ error }) => trapped(error));
addEventListener("unhandledrejection", ({ reason }) => trapped(reason));

// What localStorage was told reaches the disk some seconds late: after a crash it may not know that records are here.
// The list of databases knows, and so does the mark beside it. Asking makes neither.
async function recall() {
  if (localStorage.getItem("tessera.here")) return;
  const databases = await indexedDB.databases();
  let here = databases.some(({ name }) => name === "tessera");
  for await (const name of (await navigator.storage.getDirectory()).keys()) here ||= name.startsWith("tessera.mark.");
  if (!here) return;
  localStorage.setItem("tessera.here", "1");
  document.documentElement.dataset.here = "";
}

const door = document.querySelector("script[data-js]");
const [glue] = await Promise.all([
  import(door.dataset.js),
  // A browser that does not answer, or forbids the question, keeps nobody from the first screen.
  Promise.race([recall(), new Promise((done) => setTimeout(done, 1500))]).catch(() => {}),
]);
await glue.default({ module_or_path: door.dataset.wasm });

// Behind the door, not beside it: on a slow line its program would keep the first screen waiting.
globalThis.tessera.worker("record");

// The release is kept for use without a network; a development build is not (it has no release.json).
async function keep(tries = 3) {
  if (!("serviceWorker" in navigator) || !/-[0-9a-f]{16}\.js$/.test(door.dataset.js)) return;
  const registration = await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
  const tell = (worker) => {
    // Without a controller this is the first installation, which takes over by itself.
    if (!worker || !navigator.serviceWorker.controller) return;
    waiting = worker;
    dispatchEvent(new Event("tessera-update"));
  };
  const watch = (fresh) => {
    fresh?.addEventListener("statechange", () => {
      if (fresh.state === "installed") tell(fresh);
      // A line that broke once must not leave the app without its offline copy until the next visit.
      if (fresh.state === "redundant" && !registration.active && tries > 1) {
        setTimeout(() => keep(tries - 1).catch(() => {}), 5000);
      }
    });
  };
  tell(registration.waiting);
  // The first one is watched already where it began before this was heard.
  const seen = registration.installing;
  watch(seen);
  registration.addEventListener("updatefound", () => {
    if (registration.installing !== seen) watch(registration.installing);
  });
}
// An app that cannot be kept still works while there is a network.
keep().catch(() => {});
