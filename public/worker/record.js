// The record worker has workers of its own: a parser for files that are read again, the meter of passphrases.
import { initSync } from "/record-worker.js";
import { worker } from "/start.js";
import { whenBooted } from "/worker/queue.js";

// As on the page (first.js): script addresses of this origin only, and no other use at all.
globalThis.trustedTypes?.createPolicy("default", {
  createScriptURL(address) {
    if (new URL(address, location.href).origin !== location.origin) {
      throw new TypeError("A script of another origin is refused.");
    }
    return address;
  },
});
globalThis.tessera = Object.freeze({ worker });

whenBooted((module) => initSync({ module }));
