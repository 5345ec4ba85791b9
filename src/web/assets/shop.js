"use strict";
// Quantities save themselves, and an open order asks every two seconds whether it was paid.
(() => {
  for (const input of document.querySelectorAll('.quantity input[type="number"]')) {
    input.addEventListener("change", () => { if (input.reportValidity()) input.form.requestSubmit(); });
    input.form.querySelector("button").hidden = true;
  }

  const order = document.getElementById("order");
  if (!order) return;
  const { order: id, status, refunded } = order.dataset;
  async function look() {
    if (document.hidden) return;
    try {
      const answer = await fetch("/orders/" + encodeURIComponent(id) + "/status", { cache: "no-store" });
      if (!answer.ok) return;
      const now = await answer.json();
      // By address and not by reload(): a page that answered a form would ask to send it again.
      if (now.status !== status || String(now.refunded_fen) !== refunded) {
        location.replace("/orders/" + encodeURIComponent(id));
      }
    } catch {
      // The next look is two seconds away.
    }
  }
  setInterval(look, 2000);
  document.addEventListener("visibilitychange", look);
})();
