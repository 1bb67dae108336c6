// Keeps one whole release for use without a network.
//
// A release is installed entirely or not at all: each file must have the SHA-256 that release.json gives it, and
// release.json the one given here. A release older than the one kept is refused. A new one waits until the person
// takes it. Nothing but the release's own files is ever kept: the record is none of this worker's business.
"use strict";

const RELEASE = "RELEASE_HASH";
const PREFIX = "tessera-release-";
const cacheName = (number) => `${PREFIX}${number}-${RELEASE.slice(0, 16)}`;

async function sha256(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function fetched(path, hash) {
  const response = await fetch(path, { cache: "no-store", credentials: "omit", redirect: "error" });
  if (!response.ok) throw new Error(`${response.status} for ${path}`);
  const bytes = await response.clone().arrayBuffer();
  if ((await sha256(bytes)) !== hash) throw new Error(`${path} is not the file of this release`);
  return response;
}

/** Numbers of the releases kept here. */
async function kept() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  return names.map((name) => ({ name, number: Number(name.slice(PREFIX.length).split("-")[0]) }));
}

async function install() {
  const manifest = await (await fetched("/release.json", RELEASE)).json();
  const newest = Math.max(0, ...(await kept()).map(({ number }) => number));
  if (manifest.number < newest) throw new Error("an older release is refused");
  const name = cacheName(manifest.number);
  try {
    const files = await Promise.all(
      Object.entries(manifest.files).map(async ([path, hash]) => [path, await fetched(path, hash)]),
    );
    const cache = await caches.open(name);
    for (const [path, response] of files) await cache.put(path, response);
  } catch (error) {
    await caches.delete(name);
    throw error;
  }
}

async function activate() {
  const all = await kept();
  const mine = all.find(({ name }) => name.endsWith(`-${RELEASE.slice(0, 16)}`));
  for (const { name } of all) if (name !== mine?.name) await caches.delete(name);
  await clients.claim();
}

async function answer(request) {
  const all = await kept();
  const mine = all.find(({ name }) => name.endsWith(`-${RELEASE.slice(0, 16)}`));
  if (mine) {
    const cache = await caches.open(mine.name);
    const found = await cache.match(request.mode === "navigate" ? "/" : new URL(request.url).pathname);
    if (found) return found;
  }
  return fetch(request);
}

addEventListener("install", (event) => event.waitUntil(install()));
addEventListener("activate", (event) => event.waitUntil(activate()));
addEventListener("message", (event) => {
  if (event.data === "activate") skipWaiting();
});
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && new URL(request.url).origin === location.origin) {
    event.respondWith(answer(request));
  }
});
