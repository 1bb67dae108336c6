import { initSync } from "/record-worker.js";
import { whenBooted } from "/worker/queue.js";

whenBooted((module) => initSync({ module }));
