// Two ways to look for words while they are typed, over the words that the app looks through too: a scan, and FlexSearch.
// Both draw how many there are and the first fifty, as the app does.
const told = document.querySelector("p");
const list = document.querySelector("ol");
const draw = (found, rows) => {
  told.textContent = `${found.length} of ${rows.length}`;
  list.replaceChildren(
    ...found.slice(0, 50).map((at) => Object.assign(document.createElement("li"), { textContent: rows[at] })),
  );
};
const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
const p95 = (times) => times.sort((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * 0.95))];

async function typed(words, look) {
  const times = [];
  for (const word of words) {
    for (let end = 1; end <= word.length; end += 1) {
      const started = performance.now();
      look(word.slice(0, end));
      await painted();
      times.push(performance.now() - started);
    }
  }
  return { p95: p95(times), median: p95(times.slice(0, Math.ceil(times.length * 0.53))) };
}

globalThis.measure = async (file, words) => {
  const bundle = await (await fetch(file)).json();
  const plain = bundle.entry.map(({ resource }) => JSON.stringify(Object.values(resource)));
  const out = {};
  let started = performance.now();
  const folded = plain.map((text) => text.toLowerCase());
  out.scanReady = performance.now() - started;
  out.scan = await typed(words, (word) => {
    const found = [];
    for (let at = 0; at < folded.length; at += 1) if (folded[at].includes(word)) found.push(at);
    draw(found, plain);
  });
  started = performance.now();
  const index = new FlexIndex({ tokenize: "forward" });
  // Its own words only: the whole resource would keep it busy for minutes.
  bundle.entry.forEach(({ resource }, at) => index.add(at, resource.code?.text ?? resource.medicationCodeableConcept?.text ?? ""));
  out.flexReady = performance.now() - started;
  out.flex = await typed(words, (word) => draw(index.search(word, { limit: 1e9 }), plain));
  return out;
};
