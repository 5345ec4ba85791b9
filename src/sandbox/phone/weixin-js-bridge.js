// Stands in for the WeixinJSBridge that WeChat's own browser gives to every page.
// Load it into the page, or add it before the page's scripts run.
(() => {
  'use strict';
  if (window.WeixinJSBridge) return;
  const origin = "{origin}";
  // A page seen through the sandbox was asked for with WeChat's user agent: scripts see it too.
  if (!/MicroMessenger/.test(navigator.userAgent)) {
    const userAgent = `${navigator.userAgent} MicroMessenger/8.0.42(0x18002a2e) NetType/WIFI Language/zh_CN`;
    Object.defineProperty(navigator, 'userAgent', { get: () => userAgent });
  }

  function showSheet(parameters, tell) {
    const frame = document.createElement('iframe');
    frame.id = 'weixin-payment-sheet';
    frame.title = '微信支付';
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
    frame.src = `${origin}/phone/jsapi?${new URLSearchParams({ parameters: JSON.stringify(parameters) })}`;
    document.body.append(frame);
  }

  function invoke(name, parameters, callback = () => {}) {
    if (name !== 'getBrandWCPayRequest') {
      callback({ err_msg: `${name}:fail`, err_desc: 'the sandbox knows getBrandWCPayRequest only' });
      return;
    }
    showSheet(parameters, (outcome, problem) => {
      const answer = { err_msg: `get_brand_wcpay_request:${outcome}` };
      if (problem) answer.err_desc = problem;
      callback(answer);
    });
  }

  const ready = () => {
    window.WeixinJSBridge = { invoke, call() {}, on() {} };
    document.dispatchEvent(new Event('WeixinJSBridgeReady'));
  };
  // As in WeChat, the bridge is there a little later than the page's first scripts.
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', () => setTimeout(ready));
  else setTimeout(ready);
})();
