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
cashier-stage-qr = 打开微信“扫一扫”付款
cashier-stage-unknown = 正在向微信支付核实
cashier-stage-expired = 二维码已过期
cashier-stage-failed = 二维码生成失败
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
cashier-failed = 二维码生成失败
cashier-failed-advice = 请稍后再试。如仍无法付款，请联系商家
cashier-renew = 点击刷新
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
cashier-problem-still-open = 尚未收到付款
cashier-problem-still-open-advice = 请回到商家的收银台页面，确认到账后会自动跳转。请勿重复支付。
