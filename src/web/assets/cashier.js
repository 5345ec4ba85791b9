"use strict";
// Keeps the cashier true to its payment: listens, asks, and shows. The server rendered the first state,
// so everything here may fail without leaving the shopper with a wrong picture.
(() => {
  const root = document.getElementById("cashier");
  if (!root) return;
  const data = root.dataset;
  const $ = (id) => document.getElementById(id);
  const secret = "client_secret=" + encodeURIComponent(data.secret);
  const base = "/v1/payments/" + encodeURIComponent(data.payment);

  // The server's clock counts; the shopper's may be wrong.
  const clockSkew = Number(data.now) - Date.now();
  const now = () => Date.now() + clockSkew;

  let version = -1;
  let expiresAt = Number(data.expires);
  let opening = false;
  let pendingKey = null;
  let failures = 0;
  let stream = null;
  let streamHealthy = false;
  let leaving = false;
  let own = data.own;
  let jsapi = data.jsapi ? JSON.parse(data.jsapi) : null;
  // Opened on a phone that scanned this page's code, and asked for here again.
  let setAside = "";

  // ---- showing -------------------------------------------------------------------------------------

  function stageOf(payment) {
    if (payment.status === "paid" || payment.status === "closed") return payment.status;
    if (payment.status !== "open") return "refunded";
    if (!data.flow) return "none";
    const attempt = newest(payment);
    if (!attempt) return beforeAttempt();
    if (attempt.status === "creating") return "preparing";
    if (attempt.status === "failed") return data.flow !== "qr" && attempt.flow !== data.flow ? beforeAttempt() : "failed";
    const expired = attempt.status === "pending" && Date.parse(attempt.expires_at) <= now();
    if (expired || attempt.status === "closed" || isLeft(attempt)) return leadsAway || data.ownCode ? beforeAttempt() : "expired";
    if (attempt.status !== "pending") return "unknown";
    if (attempt.id === setAside) return beforeAttempt();
    switch (attempt.next_action && attempt.next_action.type) {
      case null:
      case undefined: return "preparing";
      case "display_qr":
      case "embed_frame":
        if (data.flow !== "qr" || data.ownCode) return beforeAttempt();
        return attempt.gateway === data.gateway ? "qr" : "elsewhere";
      case "redirect":
      case "submit_form": return attempt.id === own ? "away" : leadsAway ? "wap" : "elsewhere";
      case "invoke_jsapi": return attempt.id === own && data.flow === "jsapi" ? "jsapi" : "elsewhere";
      default: return "elsewhere";
    }
  }

  const leadsAway = data.flow === "wap" || data.flow === "page";
  const recognises = data.recognises === "true";

  // What is shown while there is nothing to go on with.
  function beforeAttempt() {
    if (leadsAway || (data.flow === "jsapi" && !recognises)) return "wap";
    return data.flow === "jsapi" ? "signin" : data.ownCode ? "scan" : "preparing";
  }

  // Replaced although its order could not be ended: there is nothing to wait for.
  const isLeft = (attempt) => attempt.status === "unknown" && attempt.failure && attempt.failure.code === "unopened";

  const chosen = () => root.querySelector('.method[aria-current]');

  let elsewhere = "";

  const newest = (payment) => (payment.attempts || [])[(payment.attempts || []).length - 1];

  function show(stage) {
    if (data.stage === stage) return;
    data.stage = stage;
    // What a wallet said of one order says nothing of what comes after it.
    if ([data.textCancelled, data.textNoBridge, data.textBridgeFailed].includes($("notice").textContent)) tell("");
    for (const part of document.querySelectorAll("[data-when]")) {
      part.hidden = !part.dataset.when.split(" ").includes(stage);
    }
    $("stage").textContent = data["text" + stage[0].toUpperCase() + stage.slice(1)];
    if (stage === "paid" || stage === "refunded" || stage === "closed") {
      tell("");
      $(stage).querySelector("h2").focus({ preventScroll: true });
      root.querySelector(".pay").scrollIntoView({ block: "nearest" });
    }
  }

  function tell(message) {
    $("notice").textContent = message;
    $("notice").hidden = message === "";
  }

  const yuan = (fen) => Math.floor(fen / 100) + "." + String(fen % 100).padStart(2, "0");

  function showQr(attempt) {
    const address = (form) => "/v1/attempts/" + encodeURIComponent(attempt.id) + "/qr." + form + "?" + secret;
    const qr = $("qr");
    if ($("gateway-code")) $("gateway-code").remove();
    if (qr.getAttribute("src") !== address("svg")) {
      qr.src = address("svg");
      if ($("save-qr")) $("save-qr").href = address("png");
    }
    qr.hidden = false;
  }

  function apply(payment) {
    if (!payment || typeof payment.status !== "string" || payment.version < version) return;
    const attempt = newest(payment);
    if (payment.status === "open" && attempt && needsAnotherPage(attempt)) return reload();
    version = payment.version;
    const before = data.stage;
    data.status = payment.status;
    data.attemptStatus = attempt ? attempt.status : "none";
    if (data.ownCode) expiresAt = Date.parse(payment.expires_at) || expiresAt;
    else if (attempt) expiresAt = Date.parse(attempt.expires_at) || expiresAt;
    const stage = stageOf(payment);
    if (stage === "qr" && attempt.next_action.type === "display_qr") showQr(attempt);
    if (stage === "jsapi") jsapi = attempt.next_action.parameters;
    if (stage === "elsewhere") elsewhere = attempt.id;
    $("late").hidden = !payment.late;
    if ($("may-close")) $("may-close").hidden = payment.late === true;
    $("refunded-amount").textContent = yuan(payment.refunded_fen || 0);
    $("refunded-partly").hidden = payment.status === "refunded";
    $("refunded-fully").hidden = payment.status !== "refunded";
    // A failure to open leaves no attempt behind: its message stays until the shopper tries again.
    if (!(before === "failed" && stage === "preparing" && !attempt)) show(stage);
    countDown();
    settle();
  }

  /** Texts and frame are those of one gateway's order: whatever was opened since needs a page of its own. */
  function needsAnotherPage(attempt) {
    if (attempt.gateway !== data.attemptGateway) return true;
    const framed = attempt.next_action && attempt.next_action.type === "embed_frame";
    return framed && data.flow === "qr" && !data.ownCode && attempt.status === "pending" && data.frame !== attempt.id;
  }

  function reload() {
    // A chosen method is on its way: the answer brings the page.
    if (leaving) return;
    leaving = true;
    location.reload();
  }

  /** A settled payment needs no more asking; a paid one brings the shopper back, unless there is something to read. */
  function settle() {
    if (data.status === "open") return;
    // A closed payment may still turn out paid, so its page goes on listening.
    if (data.status !== "closed" && stream) {
      stream.close();
      stream = null;
    }
    if (data.status === "paid" && $("late").hidden) goBackSoon();
  }

  function goBackSoon() {
    const link = $("return");
    const entry = performance.getEntriesByType("navigation")[0];
    // Whoever came here by the browser's Back button wants to stay.
    if (leaving || !link || (entry && entry.type === "back_forward")) return;
    leaving = true;
    let left = 3;
    const tick = () => {
      $("returning").hidden = false;
      $("returning").textContent = data.textReturning.replace("#", String(left));
      if (left === 0) return location.assign(link.href);
      left -= 1;
      setTimeout(tick, 1000);
    };
    tick();
  }

  const twoDigits = (number) => String(number).padStart(2, "0");

  function countDown() {
    if (data.stage !== "qr" && data.stage !== "scan") return;
    const left = Math.max(0, Math.floor((expiresAt - now()) / 1000));
    $("countdown").textContent =
      (left >= 3600 ? Math.floor(left / 3600) + ":" : "") + twoDigits(Math.floor(left / 60) % 60) + ":" + twoDigits(left % 60);
    if (left === 0) {
      if (data.stage === "qr") show("expired");
      load();
    }
  }

  // ---- asking --------------------------------------------------------------------------------------

  async function ask(path, options) {
    const response = await fetch(base + path + "?" + secret, {
      ...options,
      headers: { Accept: "application/json", "Accept-Language": document.documentElement.lang, ...(options || {}).headers },
      cache: "no-store",
      // A cookie of this server says which payer this browser is; nobody else's page brings it along.
      credentials: "same-origin",
    });
    const body = await response.json().catch(() => null);
    return { ok: response.ok, status: response.status, body };
  }

  function reached(answered) {
    failures = answered ? 0 : failures + 1;
    const words = [data.textTrouble, data.textOffline];
    if (!navigator.onLine) tell(data.textOffline);
    else if (failures >= 2) tell(data.textTrouble);
    else if (answered && words.includes($("notice").textContent)) tell("");
  }

  async function load() {
    try {
      const answer = await ask("");
      reached(answer.status < 500);
      if (answer.ok) apply(answer.body);
    } catch {
      reached(false);
    }
  }

  const randomKey = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  async function openAttempt() {
    const { gateway, flow } = data;
    if (opening) return;
    if (!gateway) return tell(data.textNone);
    if (leadsAway) return chosen().click();
    opening = true;
    $("renew").setAttribute("aria-busy", "true");
    // The key is kept until the server has answered: a repeat after a lost answer opens no second attempt.
    pendingKey = pendingKey || randomKey();
    try {
      const answer = await ask("/attempts", {
        method: "POST",
        headers: { "Content-Type": "application/json", "Idempotency-Key": pendingKey },
        body: JSON.stringify({ gateway, flow }),
      });
      const running = answer.status === 409 && answer.body && /idempotency/.test(answer.body.code);
      if (answer.status < 500 && !running) pendingKey = null;
      if (answer.ok) {
        tell("");
        if (flow === "jsapi") own = answer.body.id;
        await load();
        return answer.body;
      }
      // Inside the wallet nobody knows yet who this browser is.
      if (flow === "jsapi" && recognises && answer.status === 422 && /required_for_flow/.test(JSON.stringify(answer.body))) {
        return location.assign($("sign-in").href);
      }
      // Why a gateway refused is for the shop to read, in its log; the cover says what a shopper can do.
      fail(answer.status === 429 ? data.textTooMany : "");
    } catch {
      fail(navigator.onLine ? data.textTrouble : data.textOffline);
    } finally {
      opening = false;
      $("renew").removeAttribute("aria-busy");
    }
  }

  function fail(message) {
    tell(message || (data.stage === "preparing" ? "" : data.textFailedAdvice));
    if (data.stage === "preparing") show("failed");
  }

  async function iHavePaid() {
    const button = $("i-have-paid");
    if (button.disabled) return;
    button.disabled = true;
    tell(data.textAsking);
    try {
      const answer = await ask("/refresh", { method: "POST" });
      if (answer.ok) {
        apply(answer.body);
        if (data.status === "open") tell(data.stage === "unknown" ? data.textStillUnknown : data.textNotYet);
      } else {
        tell(answer.status === 429 ? data.textTooMany : data.textTrouble);
      }
    } catch {
      tell(navigator.onLine ? data.textTrouble : data.textOffline);
    } finally {
      button.disabled = false;
    }
  }

  // ---- inside a wallet ------------------------------------------------------------------------------

  const BRIDGE_WITHIN_MS = 8000;

  // How each wallet's browser is asked for the password, and what its answers hint at: "done" may be paid,
  // "cancelled" is the shopper's wish, anything else went wrong. None of them proves anything.
  const BRIDGES = {
    wechatpay: {
      name: "WeixinJSBridge",
      ready: "WeixinJSBridgeReady",
      invoke: (bridge, parameters, answered) => bridge.invoke("getBrandWCPayRequest", parameters, answered),
      hint(result) {
        const said = String((result && result.err_msg) || "");
        return said.endsWith(":ok") ? "done" : said.endsWith(":cancel") ? "cancelled" : "failed";
      },
    },
    alipay: {
      name: "AlipayJSBridge",
      ready: "AlipayJSBridgeReady",
      invoke: (bridge, parameters, answered) => bridge.call("tradePay", parameters, answered),
      hint(result) {
        const code = String((result && result.resultCode) || "");
        // 9000 done, 8000 and 6004 in progress, 6002 no network: only the server can find out.
        if (["9000", "8000", "6004", "6002"].includes(code)) return "done";
        return code === "6001" ? "cancelled" : "failed";
      },
    },
  };

  /** Resolves to a hint, or to "no bridge". */
  function invokeBridge(parameters) {
    const wallet = BRIDGES[data.wallet];
    return new Promise((resolve) => {
      if (!wallet) return resolve("no bridge");
      const timer = setTimeout(() => resolve("no bridge"), BRIDGE_WITHIN_MS);
      const invoke = () => {
        clearTimeout(timer);
        wallet.invoke(window[wallet.name], parameters, (result) => resolve(wallet.hint(result)));
      };
      if (window[wallet.name]) invoke();
      else document.addEventListener(wallet.ready, invoke, { once: true });
    });
  }

  async function payInWallet() {
    const button = $("bridge");
    if (button.disabled || !jsapi) return;
    button.disabled = true;
    tell("");
    const hint = await invokeBridge(jsapi);
    button.disabled = false;
    if (hint === "done") return iHavePaid();
    if (data.stage !== "jsapi") return;
    tell(hint === "no bridge" ? data.textNoBridge : hint === "cancelled" ? data.textCancelled : data.textBridgeFailed);
  }

  /** A tap asks the server first: what was handed out may have outlived its life, under the same number. */
  async function openAndPay() {
    const attempt = await openAttempt();
    if (attempt && data.stage === "jsapi") await payInWallet();
  }

  /** Once for each attempt by itself; whoever turned back, or reloads, taps. */
  function payOnArrival() {
    const key = "luodi-asked-" + own;
    try {
      if (sessionStorage.getItem(key)) return;
      sessionStorage.setItem(key, "1");
    } catch { /* a browser that remembers nothing asks each time */ }
    payInWallet();
  }

  /** Here instead of where it was opened; that order is ended first. */
  async function takeOver() {
    if (!data.ownCode) return openAndPay();
    setAside = elsewhere;
    show("scan");
  }

  // ---- listening -----------------------------------------------------------------------------------

  function listen() {
    if (stream || !("EventSource" in window)) return;
    let errors = 0;
    stream = new EventSource(base + "/stream?" + secret);
    stream.addEventListener("payment", (event) => {
      errors = 0;
      streamHealthy = true;
      reached(true);
      try {
        apply(JSON.parse(event.data));
      } catch {
        load();
      }
    });
    stream.addEventListener("open", () => { streamHealthy = true; });
    stream.addEventListener("error", () => {
      streamHealthy = false;
      errors += 1;
      // The browser tries again by itself; when that keeps failing, asking every 3 s takes over.
      if (stream && (errors >= 3 || stream.readyState === EventSource.CLOSED)) {
        stream.close();
        stream = null;
      }
    });
  }

  let beats = 0;
  function beat() {
    beats += 1;
    const settled = data.status !== "open" && data.status !== "closed";
    if (settled || document.hidden) return;
    // A proxy may hold the stream back without an error, so even a healthy one is checked now and then.
    if (!streamHealthy || beats % 10 === 0) load();
  }

  const on = (id, event, action) => { if ($(id)) $(id).addEventListener(event, action); };
  on("renew", "click", () => {
    tell("");
    openAndPay();
  });
  on("i-have-paid", "click", iHavePaid);
  on("bridge", "click", openAndPay);
  on("take-over", "click", takeOver);
  // One tap, one order; a page taken from the history is fresh again.
  const disable = (are) => { for (const button of root.querySelectorAll('form button')) button.disabled = are; };
  for (const form of root.querySelectorAll("form")) {
    form.addEventListener("submit", (event) => {
      leaving = true;
      event.submitter.setAttribute("aria-busy", "true");
      // Only after the browser has read which of them was tapped.
      setTimeout(() => disable(true));
    });
  }
  on("qr", "error", () => tell(data.textQrBroken));
  window.addEventListener("offline", () => tell(data.textOffline));
  window.addEventListener("online", load);
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    leaving = false;
    disable(false);
    for (const busy of root.querySelectorAll("form [aria-busy]")) busy.removeAttribute("aria-busy");
    load();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) load(); });

  setInterval(countDown, 1000);
  setInterval(beat, 3000);
  listen();
  settle();
  if (data.stage === "preparing" && data.attemptStatus === "none") openAttempt();
  if (data.stage === "jsapi") payOnArrival();
  // Back from the wallet: the gateway is asked at once.
  if (data.stage === "away") iHavePaid();
})();
