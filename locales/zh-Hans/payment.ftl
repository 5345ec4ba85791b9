# Paying (支付).

## Choosing how to pay (支付方式)
payment-method = 支付方式
payment-methods = 支付方式
payment-method-label = 支付方式：
payment-info = 支付信息
payment-none = 暂无可用的支付方式
payment-missing = 请选择支付方式
payment-not-available = 该支付方式暂不可用
payment-choose-other = 更换支付方式
payment-later = 提交订单前再填写支付信息
payment-no-capture = 当前订单无法收款
payment-wechatpay = 微信支付
payment-alipay = 支付宝
payment-unionpay = 银联云闪付
payment-octopus = 八达通
payment-fps = 转数快（FPS）
payment-payme = PayMe
payment-line-pay = LINE Pay
payment-jkopay = 街口支付
payment-bank = 银行转账
payment-atm-tw = ATM 转账
payment-cvs-code-tw = 超市代码缴费（台湾）
payment-check = 支票/汇票
payment-cod = 货到付款
payment-free = 无需支付
payment-instalments = 分期付款

## Cards (银行卡)
payment-card = 信用卡
payment-card-type = 卡种
payment-card-number = 卡号
payment-card-expiry = 有效期
payment-card-cvv = 安全码（CVV）
payment-card-name = 持卡人姓名
payment-card-month = 月
payment-card-year = 年
payment-card-bad = 卡号有误，请核对
payment-card-declined = 发卡行拒绝了交易，请换卡或联系发卡行

## How it went (支付结果)
payment-paying = 等待付款
# $app (String) name of the wallet
payment-scan = 请使用{ $app }扫码支付
# $time (String) time left, formatted
payment-expires = 请在 { $time } 内完成支付
payment-done = 支付成功
payment-failed = 支付失败，请重试
payment-canceled = 已取消支付
payment-unknown = 正在确认支付结果，请勿重复支付
payment-too-late = 订单超时未付款，已自动取消
