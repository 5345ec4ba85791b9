# 命令行文字：只有演示使用读者的语言。

cli-demo-title = 演示已启动。除了代码一切皆为模拟：无需签约，不动真钱。
cli-demo-shop = 商店
cli-demo-phone = 手机（沙箱）
cli-demo-docs = REST 接口
cli-demo-control = 模拟网关
cli-demo-way = 选一款茶下单，在收银台点开“沙箱手机”扫码并付款。
cli-demo-curl = 也可以自己创建一笔支付：
cli-demo-stop = 按 Ctrl-C 停止，写入的数据随之删除。

cli-step-shop = 顾客打开商店
cli-step-cart = 茶叶放入购物车
cli-step-checkout = 提交订单，进入收银台
cli-step-code = 收银台展示网关给出的二维码
cli-step-listening = 收银台页面开始监听
cli-step-scanned = 手机扫码
cli-step-paid-on-phone = 顾客在手机上付款
cli-step-cashier-paid = 收银台页面得知已支付
cli-step-shop-paid = 商店收到 webhook，订单页显示已支付
cli-step-api-paid = GET /v1/payments 显示已支付
cli-step-refunded = 商店部分退款
cli-step-shop-refunded = 商店收到退款 webhook
cli-step-forgery = 伪造的通知被拒绝
cli-step-unionpay-paid = 再买一份茶，用云闪付付款
cli-step-events = 事件日志没有缺口

cli-walk-ok = 支付完成，各方均已得知，共 { $ms } 毫秒。
cli-walk-failed = 演示在 { $ms } 毫秒后失败，见标 ✗ 的步骤。
