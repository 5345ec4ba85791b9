"use strict";
// Goes on to the gateway's page. The hop leaves no trace in the history, so Back leads to the cashier.
(() => {
  const link = document.getElementById("go");
  const go = () => location.replace(link.href);
  go();
  // Whoever comes back by the Back button has the page as it was left: the link stays for them.
  link.addEventListener("click", (event) => { event.preventDefault(); go(); });
})();
