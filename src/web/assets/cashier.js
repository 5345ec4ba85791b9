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
    if (attempt.status === "failed") return "failed";
    const over = attempt.status === "closed" || (attempt.status === "pending" && Date.parse(attempt.expires_at) <= now());
    if (over) return data.flow === "wap" || data.ownCode ? beforeAttempt() : "expired";
    if (attempt.status !== "pending") return "unknown";
    if (attempt.id === setAside) return beforeAttempt();
    switch (attempt.next_action && attempt.next_action.type) {
      case null:
      case undefined: return "preparing";
      case "display_qr": return data.flow === "qr" && !data.ownCode ? "qr" : beforeAttempt();
      case "redirect": return attempt.id === own ? "away" : data.flow === "wap" ? "wap" : "elsewhere";
      case "invoke_jsapi": return attempt.id === own ? "jsapi" : "elsewhere";
      default: return "elsewhere";
    }
  }

  // What is shown while there is nothing to go on with.
  const beforeAttempt = () =>
    data.flow === "wap" ? "wap" : data.flow === "jsapi" ? "signin" : data.ownCode ? "scan" : "preparing";

  const chosen = () => root.querySelector('input[name="method"]:checked');

  let elsewhere = "";

  const newest = (payment) => (payment.attempts || [])[(payment.attempts || []).length - 1];

  function show(stage) {
    if (data.stage === stage) return;
    data.stage = stage;
    // What WeChat said of one order says nothing of what comes after it.
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
    if (qr.getAttribute("src") !== address("svg")) {
      qr.src = address("svg");
      $("save-qr").href = address("png");
    }
    qr.hidden = false;
  }

  function apply(payment) {
    if (!payment || typeof payment.status !== "string" || payment.version < version) return;
    version = payment.version;
    const attempt = newest(payment);
    const before = data.stage;
    data.status = payment.status;
    data.attemptStatus = attempt ? attempt.status : "none";
    if (data.ownCode) expiresAt = Date.parse(payment.expires_at) || expiresAt;
    else if (attempt) expiresAt = Date.parse(attempt.expires_at) || expiresAt;
    const stage = stageOf(payment);
    if (stage === "qr") showQr(attempt);
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
    const method = chosen();
    if (opening) return;
    if (!method) return tell(data.textNone);
    const [gateway, flow] = method.value.split(":");
    if (flow === "wap") return $("wap").requestSubmit();
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
      // Inside WeChat nobody knows yet who this browser is.
      if (flow === "jsapi" && answer.status === 422 && /required_for_flow/.test(JSON.stringify(answer.body))) {
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

  // ---- inside WeChat --------------------------------------------------------------------------------

  const BRIDGE_WITHIN_MS = 8000;

  /** Resolves to what WeChat says, such as "get_brand_wcpay_request:cancel"; a hint, never a proof. */
  function invokeBridge(parameters) {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve("no bridge"), BRIDGE_WITHIN_MS);
      const invoke = () => {
        clearTimeout(timer);
        window.WeixinJSBridge.invoke("getBrandWCPayRequest", parameters, (result) => {
          resolve(String((result && result.err_msg) || ""));
        });
      };
      if (window.WeixinJSBridge) invoke();
      else document.addEventListener("WeixinJSBridgeReady", invoke, { once: true });
    });
  }

  async function payInWeChat() {
    const button = $("bridge");
    if (button.disabled || !jsapi) return;
    button.disabled = true;
    tell("");
    const said = await invokeBridge(jsapi);
    button.disabled = false;
    if (said.endsWith(":ok")) return iHavePaid();
    if (data.stage !== "jsapi") return;
    tell(said === "no bridge" ? data.textNoBridge : said.endsWith(":cancel") ? data.textCancelled : data.textBridgeFailed);
  }

  /** A tap asks the server first: what was handed out may have outlived its life, under the same number. */
  async function payAgainInWeChat() {
    const attempt = await openAttempt();
    if (attempt && data.stage === "jsapi") await payInWeChat();
  }

  /** Once for each attempt by itself; whoever turned back, or reloads, taps. */
  function payOnArrival() {
    const key = "luodi-asked-" + own;
    try {
      if (sessionStorage.getItem(key)) return;
      sessionStorage.setItem(key, "1");
    } catch { /* a browser that remembers nothing asks each time */ }
    payInWeChat();
  }

  /** Here instead of where it was opened; that order is ended first. */
  async function takeOver() {
    if (!data.ownCode) {
      const attempt = await openAttempt();
      if (attempt && data.stage === "jsapi") await payInWeChat();
      return;
    }
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
    openAttempt();
  });
  on("i-have-paid", "click", iHavePaid);
  on("bridge", "click", payAgainInWeChat);
  on("take-over", "click", takeOver);
  // One tap, one order; a page taken from the history is fresh again.
  on("wap", "submit", () => setTimeout(() => { $("pay-with-wechat").disabled = true; }));
  on("qr", "error", () => tell(data.textQrBroken));
  for (const input of root.querySelectorAll('input[name="method"]')) {
    input.addEventListener("change", openAttempt);
  }
  window.addEventListener("offline", () => tell(data.textOffline));
  window.addEventListener("online", load);
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    if ($("pay-with-wechat")) $("pay-with-wechat").disabled = false;
    load();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) load(); });

  setInterval(countDown, 1000);
  setInterval(beat, 3000);
  listen();
  settle();
  if (data.stage === "preparing" && data.attemptStatus === "none") openAttempt();
  if (data.stage === "jsapi") payOnArrival();
  // Back from WeChat: the gateway is asked at once.
  if (data.stage === "away") iHavePaid();
})();
