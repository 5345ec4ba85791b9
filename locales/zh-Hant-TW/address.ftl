# Addresses and their form (收货地址).

## Which address (选择地址)
address-shipping = 收件地址
address-billing = 帳單地址
address-same = 帳單地址與收件地址相同
address-new = 新增收件地址
address-ship-here = 送到這裡
address-ship-to = 送至：
address-save = 儲存至通訊錄
address-save-button = 儲存地址
address-choose = 選擇收件地址
address-default = 預設
address-default-shipping = 設為預設收件地址
address-default-billing = 設為預設帳單地址
address-tag = 地址標籤
address-tag-home = 住家
address-tag-work = 公司
address-tag-school = 學校

## Fields (填写项)
address-recipient = 收件人
address-recipient-placeholder = 請填寫收件人姓名
address-recipient-missing = 請填寫收件人
address-recipient-bad = 收件人姓名含有無法辨識的符號，請確認
name-given = 名
name-family = 姓
address-company = 公司名稱（選填）
address-phone = 手機號碼
address-phone-placeholder = 請填寫手機號碼
address-phone-missing = 請填寫手機號碼
address-phone-bad = 請填寫 11 碼大陸手機號碼，或含區碼的市話
address-phone-bad-local = 請填寫有效的當地電話號碼
address-phone-not-mobile = 建議填寫手機號碼，方便配送人員聯絡
address-fax = 傳真
address-country = 國家/地區
address-country-missing = 請選擇國家/地區
address-region = 所在地區
address-region-placeholder = 省、市、區縣、鄉鎮街道
address-province = 省份
address-province-missing = 請選擇省份
address-city = 城市
address-city-missing = 請選擇城市
address-district = 區/縣
address-district-missing = 請選擇區/縣
address-town = 街道/鄉鎮
address-area-hk = 區域
address-area-hk-missing = 請選擇區域
address-county-tw = 縣市
address-county-tw-missing = 請選擇縣市
address-township-tw = 鄉鎮市區
address-township-tw-missing = 請選擇鄉鎮市區
address-street = 詳細地址
address-street-placeholder = 路街、巷弄、門牌號、樓層
address-street-missing = 請填寫詳細地址
address-street-bad = 詳細地址請勿使用特殊符號與表情符號
address-street-short = 請填寫至門牌號碼，以免無法送達
address-postcode = 郵遞區號（選填）
address-postcode-bad = 大陸郵遞區號為 6 碼數字
address-postcode-tw = 郵遞區號
address-postcode-tw-bad = 郵遞區號應為 3、5 或 6 碼數字
address-postcode-missing = 請填寫郵遞區號
address-postcode-hint = 選擇地區後自動帶入
address-tax-id = 統一編號
address-email = 電子郵件
address-email-missing = 請填寫電子郵件
phone-hint = 方便配送人員聯絡您
field-email = 請輸入正確的電子郵件

## Paste and fill (智能填写)
address-paste = 貼上並辨識
address-paste-placeholder = 貼上姓名、手機號碼與地址，自動帶入欄位
address-paste-done = 已自動帶入，請確認
address-paste-unsure = 部分內容無法辨識，請補填
address-paste-choose = 請選擇您所在的地區
# $old (String) former name
# $new (String) present name
address-region-replaced = 「{ $old }」現為「{ $new }」，已更新
