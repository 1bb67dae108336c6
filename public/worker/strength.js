import { initSync } from "/strength-worker.js";
import { whenBooted } from "/worker/queue.js";

whenBooted((module) => initSync({ module }));
