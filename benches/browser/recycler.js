// A list of many rows that draws what is near the window and uses its elements again.
const HEIGHT = 132;
const all = document.getElementById("all");
globalThis.fill = (count) => {
  all.style.blockSize = `${Math.min(count * HEIGHT, 8_000_000)}px`;
  const scale = Math.min(1, 8_000_000 / (count * HEIGHT));
  const rows = [];
  const draw = () => {
    const top = Math.max(0, -all.getBoundingClientRect().top / scale);
    const from = Math.max(0, Math.floor((top - innerHeight) / HEIGHT));
    const until = Math.min(count, Math.ceil((top + 2 * innerHeight) / HEIGHT));
    while (rows.length < until - from) {
      const row = document.createElement("article");
      row.className = "row";
      for (const kind of ["p", "h2", "p", "p"]) row.append(document.createElement(kind));
      all.append(row);
      rows.push(row);
    }
    rows.forEach((row, number) => {
      const at = from + number;
      row.hidden = at >= until;
      if (row.hidden || row.dataset.at === `${at}`) return;
      row.dataset.at = `${at}`;
      row.style.insetBlockStart = `${top * scale - top + at * HEIGHT}px`;
      const [kind, title, value, source] = row.children;
      kind.textContent = "Results";
      title.textContent = `Serum measurement ${at % 97}`;
      value.textContent = `${(at % 200) / 2} mmol/L · ${1 + (at % 28)} March ${1990 + (at % 35)}`;
      source.textContent = "Elm Surgery · not signed";
    });
  };
  addEventListener("scroll", draw);
  draw();
};
