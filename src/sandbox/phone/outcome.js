// Tells the page that opened the payment sheet how it ended.
(() => {
  'use strict';
  const { outcome, problem } = document.currentScript.dataset;
  if (window.parent !== window) window.parent.postMessage({ outcome, problem }, '*');
})();
