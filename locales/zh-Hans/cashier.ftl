# Hosted cashier (收银台), read by shoppers.
# $app is the app that shoppers open (微信), $method how its payments are called (微信支付), $scanner what reads
# its codes (云闪付或银行 App), $provider who takes the money and is asked about it (银联).
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
cashier-method-alipay = 支付宝
cashier-method-unionpay = 云闪付
cashier-method-by-code = 用另一台设备扫码
cashier-method-by-scan = 扫码付款
# Beside UnionPay, whose page takes cards.
cashier-method-cards = 也可使用银行卡
# The app that opens, and the apps that all read one code, joined two by two.
cashier-app-wechatpay = 微信
cashier-app-alipay = 支付宝
cashier-app-unionpay = 云闪付
cashier-scanner-wechatpay = 微信
cashier-scanner-alipay = 支付宝
cashier-scanner-unionpay = 云闪付或银行 App
cashier-provider-wechatpay = 微信支付
cashier-provider-alipay = 支付宝
cashier-provider-unionpay = 银联
# All but the last two are joined so, in turn.
cashier-apps-more = { $one }、{ $other }
cashier-apps = { $one }、{ $other }
cashier-method-not-configured = 商家暂未开通
cashier-method-unavailable = 暂时无法使用，请稍后再试
cashier-method-other-wallet = 当前应用内无法使用{ $method }，请在浏览器中打开本页
cashier-method-none = 暂无可用的支付方式，请联系商家

# One line on how the payment stands; also what a screen reader announces.
cashier-stage-preparing = 正在生成付款二维码…
cashier-stage-preparing-order = 正在发起付款…
cashier-stage-qr = 打开{ $scanner }“扫一扫”付款
cashier-stage-scan = 使用{ $apps }“扫一扫”付款
cashier-stage-wap = 使用{ $method }付款
cashier-stage-choose = 请选择付款方式
cashier-stage-away = 请确认付款是否已完成
cashier-stage-jsapi = 请在{ $app }中确认付款
cashier-stage-signin = 使用{ $method }付款
cashier-stage-elsewhere = 正在另一台设备或应用中付款
cashier-stage-elsewhere-scanned = 请在手机上完成付款
cashier-stage-unknown = 正在向{ $provider }核实
cashier-stage-expired = 二维码已过期
cashier-stage-expired-order = 付款已超时
cashier-stage-failed = 二维码生成失败
cashier-stage-failed-order = 暂时无法发起付款
cashier-stage-paid = 支付成功
cashier-stage-refunded = 订单已退款
cashier-stage-closed = 订单已关闭

cashier-preparing = 请稍候…
cashier-qr-alt = { $method }付款二维码
cashier-qr-alt-any = 付款二维码
cashier-qr-broken = 二维码加载失败，请刷新页面
cashier-expires-in = 二维码剩余有效时间
cashier-step-open = 打开{ $app }
cashier-step-open-any = 打开任一应用
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
cashier-asking = 正在向{ $provider }查询…
cashier-not-yet = { $provider }尚未收到这笔付款。如已付款，请稍等片刻再点“我已支付”，请勿重复付款。
cashier-still-unknown = { $provider }暂未给出结果，请勿重复支付，我们会继续核实。
cashier-trouble = 网络不稳定，正在重试…
cashier-offline = 网络已断开，恢复后将自动更新
cashier-sandbox-phone = 用沙箱手机扫码（演示）
cashier-phone-title = 正在用手机浏览？
cashier-phone-advice-wechatpay = 请将二维码截屏或保存后，发到电脑、平板等另一台设备上显示，再用微信“扫一扫”对准屏幕付款。微信不支持长按识别或从相册选取此类付款码。
cashier-phone-advice-alipay = 请将二维码保存到相册，打开支付宝“扫一扫”，从相册中选取付款；也可以发到另一台设备上显示后扫码。
cashier-phone-advice-unionpay = 请将二维码保存到相册，打开云闪付“扫一扫”，从相册中选取付款；也可以发到另一台设备上显示后扫码。
cashier-phone-save = 保存二维码图片
cashier-no-script = 本页每 { $seconds } 秒自动刷新一次；更换二维码需要启用 JavaScript。
cashier-reload = 立即刷新

# On a phone and inside a wallet.
cashier-pay-now = 确认支付
cashier-wap-advice = 点击后将打开{ $app }，付款后请返回本页
cashier-wap-advice-any = 点击后将打开相应的应用，付款后请返回本页
cashier-wap-advice-any-page = 点击后将打开相应的应用或付款页面，付款后请返回本页
cashier-page-advice = 点击后将前往{ $provider }付款页面，付款后自动返回
# Its code was refused.
cashier-page-advice-refused = 暂时无法生成{ $method }二维码，可前往{ $provider }付款页面付款
cashier-away-advice =
    如已在{ $app }中完成付款，请点击“我已支付”；
    如未能打开{ $app }，请重新打开，或改用手机自带的浏览器打开本页。
cashier-away-advice-home =
    如已完成付款，请点击“我已支付”；
    如尚未付款，可继续付款。
cashier-away-advice-page =
    如已在{ $provider }页面完成付款，请点击“我已支付”；
    如尚未付款，可继续前往{ $provider }。
cashier-open-again = 未完成付款，重新打开{ $app }
cashier-open-page-again = 尚未付款，继续前往{ $provider }
cashier-other-way = 或改用其他方式付款
# An order of before that its gateway could not end.
cashier-left-open = 先前打开的{ $provider }付款页面仍可付款，请勿重复支付。
cashier-page-instead = 手机不在身边？登录{ $method }付款
cashier-page-instead-unionpay = 没有云闪付？用银行卡付款
cashier-code-instead = 没有安装{ $app }？用另一台手机扫码付款
cashier-code-instead-any = 改用另一台手机扫码付款
cashier-signin-advice = { $app }需要先确认付款人，确认后即可输入密码付款
cashier-elsewhere-advice = 请在该设备上完成付款，付款后本页会自动更新。改在本页付款时，原来的付款会先被取消。
cashier-elsewhere-advice-open = 请在该设备上完成付款，付款后本页会自动更新。原来的付款页面在有效期内仍可付款，请勿重复支付。
cashier-elsewhere-advice-scanned = 手机已打开付款页面，付款后本页会自动更新。
cashier-take-over = 改在本页付款
cashier-take-over-scanned = 重新显示二维码
cashier-cancelled = 您已取消支付，订单仍为您保留
cashier-bridge-failed = { $app }未能完成支付。如已扣款，请点击“我已支付”；否则请重试。
cashier-no-bridge = 未能调起{ $method }，请点击按钮重试
cashier-open-in-browser = 当前应用内无法付款，请在浏览器中打开
cashier-guide = 请在手机浏览器中打开本页：
cashier-guide-other = 如何使用其他付款方式？
cashier-guide-menu = 点击右上角的“…”
cashier-guide-browser = 选择“在浏览器中打开”
cashier-guide-pay = 在浏览器中选择付款方式

# The page that goes on to a gateway’s by itself.
cashier-hop = 正在前往{ $provider }…
cashier-hop-advice = 请在{ $app }中核对金额后付款。如页面长时间没有反应，请点击下方按钮。
cashier-hop-advice-page = 请在{ $provider }页面核对金额后付款。如页面长时间没有反应，请点击下方按钮。
cashier-hop-go = 前往{ $provider }
# Within a gateway’s frame, once the gateway is done.
cashier-framed-checking = 正在核实付款结果…
cashier-framed-done = 付款结果已更新

cashier-paid = 支付成功
cashier-late = 这笔付款在订单关闭后到账，如有疑问请联系商家。
cashier-may-close = 商家已收到您的付款，可以关闭此页面。
cashier-return = 返回商家
# Shown with a number of seconds put in place of "#" by the page.
cashier-returning = # 秒后自动返回商家…
cashier-partly-refunded = 已部分退款
cashier-refunded = 已全额退款
cashier-refund-advice = 退款将原路退回，到账时间以银行或支付平台为准。
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
cashier-problem-still-open-advice = 我们尚未收到付款确认。如已付款，请稍等片刻再点“我已支付”，请勿重复支付。
cashier-problem-paid = 支付成功
cashier-problem-paid-advice = 商家已收到您的付款，可以关闭此页面。
cashier-problem-closed = 订单已关闭
cashier-problem-closed-advice = 此订单已不能付款。如仍需购买，请返回商家重新下单。
cashier-problem-link-over = 付款链接已失效
cashier-problem-link-over-advice = 请返回付款页面重新发起付款。如已付款，请勿重复支付。
cashier-problem-checking = 正在核实付款结果
cashier-problem-checking-advice = 请稍候几秒再试，请勿重复支付。
cashier-problem-open-in-browser = 请在手机浏览器中打开
cashier-problem-open-in-browser-advice = 此付款链接不能在当前应用内使用。请点击右上角的“…”，选择“在浏览器中打开”。
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
