## Reading a pasted text: warnings

address-region-not-found = 未能識別所在地區，請自行選擇省、市、區。
address-region-ambiguous = 有多個同名地區，請從候選中選擇。
address-district-missing = 未能識別區縣，請補充選擇。
address-region-replaced = 原文使用了已更名或撤銷的地名，已換成現行名稱，請核對。
address-region-inferred-from-town = 區縣由街道或鄉鎮推斷得出，請核對。
address-region-from-short-name = 地區由簡稱識別得出，請核對。
address-preferred-province-used = 有多個同名地區，已優先選用指定省份，請核對。
address-place-name-unclear = 地名不夠明確，請核對所在地區。
address-name-missing = 未能識別收件人姓名，請補充。
address-name-uncertain = 收件人姓名可能有誤，請核對。
address-phone-missing = 未能識別電話號碼，請補充。
address-phone-unusual = 此號段一般不用於個人手機，請核對號碼。
address-phone-without-area-code = 固定電話欠缺區號，請補充。
address-phone-fixed-line = 這是固定電話，速遞員通常需要手機號碼。
address-phone-glued-to-digits = 電話號碼與門牌號碼等數字連在一起，請核對。
address-several-phones = 識別出多個電話號碼，已選用第一個手機號碼。
address-detail-missing = 未能識別詳細地址，請補充。
address-identity-number-dropped = 原文含有身份證號碼，已刪去；送貨毋須身份證號碼。
address-postal-code-mismatch = 郵政編碼與所在省份不符，請核對。
address-text-too-long = 文字過長，只識別了前面的部分。

## Checking a form: problems

address-name-required = 請填寫收件人姓名。
address-name-too-long = 收件人姓名不能超過 50 個字。
address-name-is-number = 收件人姓名不能是號碼。
address-phone-required = 請填寫電話號碼。
address-phone-invalid = 電話號碼格式不正確，請填寫 11 位內地手機號碼，或連區號的固定電話。
address-phone-length-unusual = 此區號的固定電話通常為另一長度，請核對。
address-region-required = 請選擇所在地區。
address-region-code-malformed = 行政區劃代碼為六位數字，鄉鎮街道為九位數字。
address-region-unknown = 沒有這個地區，請重新選擇。
address-region-mismatch = 此地區與其他級別不相符，請重新選擇。
address-region-split = 此區劃已拆分為多個區劃，請從候選中選擇。
address-city-required = 請選擇城市。
address-district-required = 請選擇區縣。
address-detail-required = 請填寫詳細地址。
address-detail-too-long = 詳細地址不能超過 200 個字。
address-detail-repeats-region = 詳細地址重複了所在地區，可以刪去。
address-postal-code-filled = 已填入當地常用的郵政編碼，可以更改。
address-postal-code-malformed = 郵政編碼為六位數字。
address-magento-too-long = 地址過長，商店系統未能儲存，請縮短。
