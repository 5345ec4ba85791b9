"use strict";
// Goes on to the gateway's page. The hop leaves no trace in the history, so Back leads to the cashier.
(() => {
  const form = document.getElementById("form");
  const entry = performance.getEntriesByType("navigation")[0];
  // Whoever comes back by the Back button has the page as it was left: link and button stay for them.
  const isBack = entry && entry.type === "back_forward";
  if (form) {
    // Sent while the page still loads, it takes the place of this page in the history.
    // A field of the form's may be called like its methods.
    if (!isBack) HTMLFormElement.prototype.submit.call(form);
    return;
  }
  const link = document.getElementById("go");
  const go = () => location.replace(link.href);
  go();
  link.addEventListener("click", (event) => { event.preventDefault(); go(); });
})();
