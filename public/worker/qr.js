import { initSync } from "/qr-worker.js";
import { whenBooted } from "/worker/queue.js";

whenBooted((module) => initSync({ module }));
