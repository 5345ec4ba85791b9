// Stands in for the AlipayJSBridge that Alipay's own browser gives to every page.
// Load it into the page, or add it before the page's scripts run.
(() => {
  'use strict';
  if (window.AlipayJSBridge) return;
  const origin = "{origin}";
  const codes = { ok: '9000', cancel: '6001', fail: '4000' };
  // A page seen through the sandbox was asked for with Alipay's user agent: scripts see it too.
  if (!/AlipayClient/.test(navigator.userAgent)) {
    const userAgent = `${navigator.userAgent} AliApp(AP/10.5.66.6000) AlipayClient/10.5.66.6000 Language/zh-Hans`;
    Object.defineProperty(navigator, 'userAgent', { get: () => userAgent });
  }

  function showSheet(query, tell) {
    const frame = document.createElement('iframe');
    frame.id = 'alipay-payment-sheet';
    frame.title = '支付宝';
    Object.assign(frame.style, {
      position: 'fixed', inset: '0', width: '100%', height: '100%', border: '0', zIndex: '2147483647', background: '#fff',
    });
    const hear = (event) => {
      if (event.source !== frame.contentWindow || event.origin !== origin) return;
      window.removeEventListener('message', hear);
      frame.remove();
      tell(event.data.outcome, event.data.problem);
    };
    window.addEventListener('message', hear);
    frame.src = `${origin}/phone/alipay-trade-pay?${new URLSearchParams(query)}`;
    document.body.append(frame);
  }

  function call(name, parameters = {}, callback = () => {}) {
    if (typeof parameters === 'function') return call(name, {}, parameters);
    if (name !== 'tradePay') {
      callback({ error: 1, errorMessage: 'the sandbox knows tradePay only' });
      return undefined;
    }
    const { tradeNO = '', orderStr = '' } = parameters;
    showSheet(orderStr ? { orderStr } : { tradeNO }, (outcome, problem) => {
      const answer = { resultCode: codes[outcome] };
      if (problem) answer.memo = problem;
      callback(answer);
    });
    return undefined;
  }

  const ready = () => {
    window.AlipayJSBridge = { call };
    document.dispatchEvent(new Event('AlipayJSBridgeReady'));
  };
  // As in Alipay, the bridge is there a little later than the page's first scripts.
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => setTimeout(ready));
  else setTimeout(ready);
})();
