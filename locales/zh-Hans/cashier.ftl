# Hosted cashier (收银台), read by shoppers.
cashier-title = 收银台
# Names the other language, in that language.
cashier-language = English
cashier-test-mode = 测试模式：不会真实扣款
cashier-amount-due = 应付金额
cashier-amount-paid = 实付金额
cashier-amount = 订单金额
cashier-payee = 收款方
cashier-goods = 商品
cashier-order-number = 订单编号
cashier-method = 支付方式
cashier-method-wechatpay = 微信支付
cashier-method-not-configured = 商家暂未开通
cashier-method-unavailable = 暂时无法使用，请稍后再试
cashier-method-other-wallet = 当前应用内无法使用，请在浏览器中打开
cashier-method-none = 暂无可用的支付方式，请联系商家

# One line on how the payment stands; also what a screen reader announces.
cashier-stage-preparing = 正在生成付款二维码…
cashier-stage-preparing-order = 正在发起付款…
cashier-stage-qr = 打开微信“扫一扫”付款
cashier-stage-scan = 打开微信“扫一扫”付款
cashier-stage-wap = 使用微信支付付款
cashier-stage-away = 请确认付款是否已完成
cashier-stage-jsapi = 请在微信中确认付款
cashier-stage-signin = 使用微信支付付款
cashier-stage-elsewhere = 正在另一台设备或应用中付款
cashier-stage-elsewhere-scanned = 请在手机上完成付款
cashier-stage-unknown = 正在向微信支付核实
cashier-stage-expired = 二维码已过期
cashier-stage-expired-order = 付款已超时
cashier-stage-failed = 二维码生成失败
cashier-stage-failed-order = 暂时无法发起付款
cashier-stage-paid = 支付成功
cashier-stage-refunded = 订单已退款
cashier-stage-closed = 订单已关闭

cashier-preparing = 请稍候…
cashier-qr-alt = 微信支付付款二维码
cashier-qr-broken = 二维码加载失败，请刷新页面
cashier-expires-in = 二维码剩余有效时间
cashier-step-open = 打开微信
cashier-step-scan = 扫一扫
cashier-step-confirm = 确认支付
cashier-unknown = 正在核实
cashier-unknown-advice = 请勿重复支付，结果会自动显示
cashier-expired = 二维码已过期
cashier-expired-order = 付款已超时
cashier-failed = 二维码生成失败
cashier-failed-order = 暂时无法发起付款
cashier-failed-advice = 请稍后再试。如仍无法付款，请联系商家
cashier-renew = 点击刷新
cashier-renew-order = 重新付款
cashier-i-have-paid = 我已支付
cashier-asking = 正在向微信支付查询…
cashier-not-yet = 微信支付尚未收到这笔付款。如已付款，请稍等片刻再试。
cashier-still-unknown = 微信支付暂未给出结果，请勿重复支付，我们会继续核实。
cashier-trouble = 网络不稳定，正在重试…
cashier-offline = 网络已断开，恢复后将自动更新
cashier-sandbox-phone = 用沙箱手机扫码（演示）
cashier-phone-title = 正在用手机浏览？
cashier-phone-advice = 请将二维码截屏或保存后，发到电脑、平板等另一台设备上显示，再用微信“扫一扫”对准屏幕付款。微信不支持长按识别或从相册选取此类付款码。
cashier-phone-save = 保存二维码图片
cashier-no-script = 本页每 5 秒自动刷新一次；更换二维码需要启用 JavaScript。
cashier-reload = 立即刷新

# On a phone and inside WeChat.
cashier-pay-now = 确认支付
cashier-wap-advice = 点击后将打开微信，付款后请返回本页
cashier-away-advice = 如已在微信中完成付款，请点击“我已支付”；如未能打开微信，请重新打开，或改用手机自带的浏览器打开本页。
cashier-open-again = 未完成付款，重新打开微信
cashier-code-instead = 没有安装微信？用另一台手机扫码付款
cashier-signin-advice = 微信需要先确认付款人，确认后即可输入密码付款
cashier-elsewhere-advice = 请在该设备上完成付款，付款后本页会自动更新。改在本页付款时，原来的付款会先被取消。
cashier-elsewhere-advice-scanned = 手机已打开付款页面，付款后本页会自动更新。
cashier-take-over = 改在本页付款
cashier-take-over-scanned = 重新显示二维码
cashier-cancelled = 您已取消支付，订单仍为您保留
cashier-bridge-failed = 微信未能完成支付。如已扣款，请点击“我已支付”；否则请重试。
cashier-no-bridge = 未能调起微信支付，请点击按钮重试
cashier-open-in-browser = 当前应用内无法使用微信支付
cashier-guide = 请在手机浏览器中打开本页：
cashier-guide-menu = 点击右上角的“…”
cashier-guide-browser = 选择“在浏览器中打开”

# The page that goes on to WeChat by itself.
cashier-hop = 正在前往微信支付…
cashier-hop-advice = 请在微信中核对金额后付款。如页面长时间没有反应，请点击下方按钮。
cashier-hop-go = 前往微信支付

cashier-paid = 支付成功
cashier-late = 这笔付款在订单关闭后到账，如有疑问请联系商家。
cashier-may-close = 商家已收到您的付款，可以关闭此页面。
cashier-return = 返回商家
# Shown with a number of seconds put in place of "#" by the page.
cashier-returning = # 秒后自动返回商家…
cashier-partly-refunded = 已部分退款
cashier-refunded = 已全额退款
cashier-refund-advice = 退款将原路退回，到账时间以银行或微信支付为准。
cashier-closed = 订单已关闭
cashier-closed-advice = 此订单已不能付款。如仍需购买，请返回商家重新下单。
cashier-footer = 请核对收款方与金额后再付款

cashier-problem-not-found = 找不到这笔付款
cashier-problem-not-found-advice = 链接可能不完整或已失效，请返回商家重新打开付款页面。
cashier-problem-too-many = 访问过于频繁
cashier-problem-too-many-advice = 请稍等片刻再刷新。如已付款，结果不受影响。
cashier-problem-unavailable = 服务暂时不可用
cashier-problem-unavailable-advice = 请稍后刷新。如已付款，请勿重复支付。
cashier-problem-still-open = 您是否已完成付款？
cashier-problem-still-open-advice = 微信支付尚未确认这笔付款。如已付款，请稍等片刻再点“我已支付”，请勿重复支付。
cashier-problem-paid = 支付成功
cashier-problem-paid-advice = 商家已收到您的付款，可以关闭此页面。
cashier-problem-closed = 订单已关闭
cashier-problem-closed-advice = 此订单已不能付款。如仍需购买，请返回商家重新下单。
cashier-problem-link-over = 付款链接已失效
cashier-problem-link-over-advice = 请返回付款页面重新发起付款。如已付款，请勿重复支付。
cashier-problem-checking = 正在核实付款结果
cashier-problem-checking-advice = 请稍候几秒再试，请勿重复支付。
cashier-problem-open-in-browser = 请在手机浏览器中打开
cashier-problem-open-in-browser-advice = 此付款链接不能在微信内使用。请点击右上角的“…”，选择“在浏览器中打开”。
cashier-problem-earlier-unsettled = 上一次付款尚未结束
cashier-problem-earlier-unsettled-advice = 为避免重复付款，请稍候几秒再试。
cashier-problem-sign-in-lost = 付款页面已失效
cashier-problem-sign-in-lost-advice = 请返回商家，重新打开付款页面。如已付款，请勿重复支付。
cashier-problem-sign-in-expired = 微信确认已过期
cashier-problem-sign-in-expired-advice = 您还没有付款，请点击下方按钮重试。
cashier-problem-sign-in-denied = 微信未能确认付款人
cashier-problem-sign-in-denied-advice = 您还没有付款，请点击下方按钮重试。
cashier-problem-sign-in-preview = 请使用完整服务
cashier-problem-sign-in-preview-advice = 当前是微信的预览页面，无法付款。请点击页面底部的“使用完整服务”，再点击下方按钮重试。
cashier-problem-sign-in-misconfigured = 暂时无法在微信内付款
cashier-problem-sign-in-misconfigured-advice = 商家的微信支付设置有误，您没有被扣款。请联系商家，或在手机浏览器中打开付款页面。

# Ways on from these pages.
cashier-try-again = 重试
cashier-back = 返回付款页面
cashier-continue = 继续付款
