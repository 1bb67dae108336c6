// The one Trusted Types policy, loaded before every other script.
//
// Markup: only Leptos' own static templates reach this, all written by us; anything that could act is refused.
// Script addresses: only this origin's, for workers and the service worker.
// Text that would be run as a script: never.
"use strict";

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
