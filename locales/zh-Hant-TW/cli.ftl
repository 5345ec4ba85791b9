# Texts of the command line: only the demo speaks the reader’s language.

cli-demo-title = 示範已啟動。除了程式碼，一切都是模擬：不必簽約，也不動用真錢。
cli-demo-shop = 商店
cli-demo-phone = 手機（沙盒）
cli-demo-docs = REST API
cli-demo-control = 模擬金流
cli-demo-way = 選一款茶訂購，在付款頁開啟「沙盒手機」掃描並付款。
cli-demo-curl = 也可以自行建立一筆付款：
cli-demo-stop = 按 Ctrl-C 停止，寫入的資料會一併刪除。

cli-step-shop = 顧客開啟商店
cli-step-cart = 將茶葉放入購物車
cli-step-checkout = 送出訂單，進入付款頁
cli-step-code = 付款頁顯示金流提供的 QR Code
cli-step-listening = 付款頁開始監聽
cli-step-scanned = 手機掃描
cli-step-paid-on-phone = 顧客在手機上付款
cli-step-cashier-paid = 付款頁得知已付款
cli-step-shop-paid = 商店收到 webhook，訂單頁顯示已付款
cli-step-api-paid = GET /v1/payments 顯示已付款
cli-step-refunded = 商店部分退款
cli-step-shop-refunded = 商店收到退款 webhook
cli-step-forgery = 偽造的通知被拒絕
cli-step-unionpay-paid = 再買一份茶，以雲閃付付款
cli-step-events = 事件紀錄沒有缺口

cli-walk-ok = 付款完成，各方皆已得知，共 { $ms } 毫秒。
cli-walk-failed = 示範在 { $ms } 毫秒後失敗，請見標示 ✗ 的步驟。
