// Before the first paint: language, colours and text size as they were last chosen on this device, and whether the
// locked screen or the first visit comes. Nothing of a record and nothing of a person is kept there.
"use strict";

(() => {
  const root = document.documentElement;
  const kept = (name) => {
    try {
      return localStorage.getItem(`tessera.${name}`) ?? "";
    } catch {
      return "";
    }
  };
  root.lang = (kept("lang") || navigator.language || "").toLowerCase().startsWith("cy") ? "cy" : "en-GB";
  if (kept("appearance")) root.dataset.appearance = kept("appearance");
  if (kept("text")) root.dataset.text = kept("text");
  if (kept("here")) root.dataset.here = "";
})();
