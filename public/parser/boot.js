// The worker that reads hostile files: every way out is closed before its program runs. Its own header
// (connect-src 'none') says the same; this holds on hosts that send no headers.
import { initSync } from "/parser-worker.js";
import { whenBooted } from "/worker/queue.js";

const ways = [
  "fetch",
  "fetchLater",
  "XMLHttpRequest",
  "WebSocket",
  "WebSocketStream",
  "WebTransport",
  "EventSource",
  "importScripts",
  "Worker",
  "SharedWorker",
  "BroadcastChannel",
  "RTCPeerConnection",
  "RTCDataChannel",
  "Notification",
  "PushManager",
  "indexedDB",
  "caches",
  "cookieStore",
];
for (const way of ways) {
  // Own, inherited, and what a later prototype lookup would find.
  for (let place = globalThis; place && place !== Object.prototype; place = Object.getPrototypeOf(place)) {
    if (place === globalThis || Object.hasOwn(place, way)) {
      Object.defineProperty(place, way, { value: undefined, writable: false, configurable: false });
    }
  }
}
Object.defineProperty(navigator, "storage", { value: undefined, configurable: false });
Object.defineProperty(navigator, "sendBeacon", { value: undefined, configurable: false });
Object.defineProperty(navigator, "serviceWorker", { value: undefined, configurable: false });

whenBooted((module) => initSync({ module }));
