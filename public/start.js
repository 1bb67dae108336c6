// Starts a worker with its program: for the page, and for the record worker, which has errands of its own.
//
//   worker(kind)   a fresh one each time. Messages may be posted at once: it keeps them until its program is ready.
//   program(path)  the program of this address, compiled once.

const programs = {
  record: { script: "/worker/record.js", wasm: "/record-worker_bg.wasm" },
  parser: { script: "/parser/boot.js", wasm: "/parser-worker_bg.wasm" },
  qr: { script: "/worker/qr.js", wasm: "/qr-worker_bg.wasm" },
  strength: { script: "/worker/strength.js", wasm: "/strength-worker_bg.wasm" },
  network: { script: "/network/boot.js", wasm: "/network-worker_bg.wasm" },
};

/** Compiles while it loads; a host that sends another content type gets the slower way. */
async function compile(address) {
  let response = await fetch(address);
  // A refusal may be one that the browser kept, from the midst of a release: it is asked for once more, past the cache.
  if (!response.ok) response = await fetch(address, { cache: "reload" });
  if (!response.ok) throw new Error(`${response.status} for ${address}`);
  const slow = response.clone();
  try {
    return await WebAssembly.compileStreaming(response);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return WebAssembly.compile(await slow.arrayBuffer());
  }
}

// Compiled once and shared: a parser worker lives for one file only, and has no network to fetch its program with.
const compiled = new Map();
export function program(address) {
  if (!compiled.has(address)) {
    const module = compile(address);
    // A failure is not remembered: the next try may have a network.
    module.catch(() => compiled.delete(address));
    compiled.set(address, module);
  }
  return compiled.get(address);
}

export function worker(kind) {
  const { script, wasm } = programs[kind];
  const started = new Worker(script, { type: "module", name: kind });
  program(wasm).then(
    (module) => started.postMessage({ tessera: "boot", module }),
    (error) => started.dispatchEvent(new ErrorEvent("error", { message: String(error), error })),
  );
  return started;
}
