// Import and opening in plain JavaScript, encrypted and durable: what the budgets of import and unlock are held against.
const SEGMENT = 256 << 10;
const aes = "AES-GCM";

const database = () =>
  new Promise((done, fail) => {
    const request = indexedDB.open("floor", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("rows");
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });

const key = () =>
  crypto.subtle.importKey("raw", new Uint8Array(32).fill(7), aes, false, ["encrypt", "decrypt"]);

const seal = async (with_, bytes) => {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, sealed: await crypto.subtle.encrypt({ name: aes, iv }, with_, bytes) };
};
const open = async (with_, { iv, sealed }) => new Uint8Array(await crypto.subtle.decrypt({ name: aes, iv }, with_, sealed));

const dateOf = (r) => r.effectiveDateTime ?? r.authoredOn ?? r.onsetDateTime ?? r.period?.start ?? "";
const textOf = (r) => r.code?.text ?? r.medicationCodeableConcept?.text ?? r.type?.[0]?.text ?? r.resourceType;

async function take(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  const bundle = JSON.parse(new TextDecoder().decode(bytes));
  const index = bundle.entry.map(({ resource }, at) => [dateOf(resource), at, textOf(resource)]);
  index.sort((a, b) => (a[0] < b[0] ? 1 : a[0] > b[0] ? -1 : a[1] - b[1]));
  const with_ = await key();
  const rows = [];
  for (let at = 0; at < bytes.length; at += SEGMENT) rows.push(await seal(with_, bytes.subarray(at, at + SEGMENT)));
  const head = await seal(with_, new TextEncoder().encode(JSON.stringify(index)));
  const db = await database();
  await new Promise((done, fail) => {
    const transaction = db.transaction("rows", "readwrite", { durability: "strict" });
    const store = transaction.objectStore("rows");
    store.clear();
    rows.forEach((row, number) => store.put(row, number));
    store.put({ ...head, hash }, "index");
    transaction.oncomplete = done;
    transaction.onabort = () => fail(transaction.error);
  });
  db.close();
  return { count: index.length, rows: index.slice(0, 50).map(([date, , text]) => [date, text]) };
}

async function openAgain() {
  const with_ = await key();
  const db = await database();
  const get = (name) =>
    new Promise((done, fail) => {
      const request = db.transaction("rows").objectStore("rows").get(name);
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
    });
  const index = JSON.parse(new TextDecoder().decode(await open(with_, await get("index"))));
  db.close();
  return { count: index.length, rows: index.slice(0, 50).map(([date, , text]) => [date, text]) };
}

onmessage = async ({ data }) => {
  postMessage(data.open ? await openAgain() : await take(data.file));
};
