# Words of every page of a shop (通用).

## Moving about (导航)
loading = 載入中…
next = 下一步
back = 返回
edit = 修改
apply = 使用
nav-toggle = 選單
nav-skip = 跳至主要內容
not-found = 找不到此頁面
cookie-notice = 本網站使用 Cookie 以提供更佳的瀏覽體驗
contact-title = 聯絡我們
home = 首頁
menu = 選單
previous = 上一頁
go-home = 返回主頁
# $name (String) name of the product or person
welcome-user = { $name }，歡迎回來！
page-current = 目前頁面

## Buttons (按钮)
save = 儲存
cancel = 取消
close = 關閉
confirm = 確定
remove = 移除
delete = 刪除
submit = 提交
update = 更新
continue = 繼續
view = 查看
view-all = 查看全部
view-details = 查看詳情
see-details = 查看詳情
change = 更改
print = 列印
search = 搜尋
clear = 清除
copy = 複製
retry = 重試
yes = 是
no = 否

## Forms (表单)
form-required-mark = * 為必填項目
form-choose = 請選擇
form-optional = 選填

## Contact form (联系客服)
contact-write = 聯絡我們
contact-name = 姓名
contact-email = 電郵
contact-phone = 電話
contact-message = 查詢內容
contact-intro = 請留下您的查詢，我們會盡快回覆
contact-failed = 未能提交，請稍後再試

## Notices (提示)
demo-store = 示範商店，訂單不會出貨
javascript-off = 瀏覽器未啟用 JavaScript
offline = 網絡已中斷，請檢查網絡連線
copied = 已複製
language = 語言
currency = 貨幣

## Numbers and times (数量与时间)
# $amount (String) money, formatted
amount = ¥{ $amount }
# $from (String) lower end
# $to (String) upper end
date-range = { $from } 至 { $to }
today = 今天
tomorrow = 明天

## Footer (页脚)
footer-about = 關於我們
footer-service = 客戶服務
footer-privacy = 私隱政策
footer-terms = 服務條款
footer-returns = 退換貨政策
footer-shipping = 送貨安排
# $year (String) year
# $shop (String) name of the shop
footer-copyright = © { $year } { $shop }
