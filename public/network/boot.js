// The one worker that may ask other hosts (its own header: connect-src https:). It is started when a person has agreed to
// ask one host, and is given an address and what to say there; never a key, never anything of a record. Every way but
// `fetch` is closed before its program runs.
import { initSync } from "/network-worker.js";
import { whenBooted } from "/worker/queue.js";

const ways = [
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
