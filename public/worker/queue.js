// What every worker starts with: messages that come before the program is ready wait for it, in order.
//
// The first message with { tessera: "boot" } brings the compiled program. `start` runs it; its main must have set
// its own message listener when `start` returns.

export function whenBooted(start) {
  const waiting = [];
  const listen = (event) => {
    event.stopImmediatePropagation();
    if (event.data?.tessera !== "boot") {
      waiting.push(event);
      return;
    }
    removeEventListener("message", listen);
    try {
      start(event.data.module);
    } catch (error) {
      // Reaches the page as the worker's "error" event.
      reportError(error);
      return;
    }
    for (const { data, ports } of waiting) {
      dispatchEvent(new MessageEvent("message", { data, ports }));
    }
  };
  addEventListener("message", listen);
}
