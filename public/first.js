// Before every other script and before the first paint. One file, since each that a page waits for costs a journey.
"use strict";

// The one Trusted Types policy.
//
// Markup: only Leptos' own static templates reach this, all written by us; anything that could act is refused.
// Script addresses: only this origin's, for workers and the service worker.
// Text that would be run as a script: never.
(() => {
  if (!globalThis.trustedTypes) return;

  const active =
    /<\s*\/?\s*(?:script|iframe|frame|object|embed|applet|base|meta|link|style|form|foreignobject|animate|set)\b|[\s/"']on[a-z]+\s*=|(?:javascript|vbscript|data)\s*:|\b(?:srcdoc|formaction)\s*=/i;

  globalThis.trustedTypes.createPolicy("default", {
    createHTML(markup) {
      if (active.test(markup)) throw new TypeError("Active markup is refused.");
      return markup;
    },
    createScriptURL(address) {
      if (new URL(address, location.href).origin !== location.origin) {
        throw new TypeError("A script of another origin is refused.");
      }
      return address;
    },
  });
})();

// Language, colours and text size as they were last chosen on this device, and whether the
// locked screen or the first visit comes. Nothing of a record and nothing of a person is kept there.
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
