## Reading a pasted text: warnings

address-region-not-found = 無法辨識所在地區，請自行選擇省、市、區。
address-region-ambiguous = 有多個同名地區，請從候選中選擇。
address-district-missing = 無法辨識區縣，請補選。
address-region-replaced = 原文使用了已更名或裁撤的地名，已換成現行名稱，請確認。
address-region-inferred-from-town = 區縣由街道或鄉鎮推斷而得，請確認。
address-region-from-short-name = 地區由簡稱辨識而得，請確認。
address-preferred-province-used = 有多個同名地區，已優先採用指定省份，請確認。
address-place-name-unclear = 地名不夠明確，請確認所在地區。
address-name-missing = 無法辨識收件人姓名，請補填。
address-name-uncertain = 收件人姓名可能有誤，請確認。
address-phone-missing = 無法辨識電話號碼，請補填。
address-phone-unusual = 此號段一般不用於個人手機，請確認號碼。
address-phone-without-area-code = 市話缺少區碼，請補填。
address-phone-fixed-line = 這是市話，配送人員通常需要手機號碼。
address-phone-glued-to-digits = 電話號碼與門牌號碼等數字連在一起，請確認。
address-several-phones = 辨識出多組電話號碼，已採用第一組手機號碼。
address-detail-missing = 無法辨識詳細地址，請補填。
address-identity-number-dropped = 原文含有身分證號碼，已移除；配送不需要身分證號碼。
address-postal-code-mismatch = 郵遞區號與所在省份不符，請確認。
address-text-too-long = 文字過長，僅辨識了前面的部分。

## Checking a form: problems

address-name-required = 請填寫收件人姓名。
address-name-too-long = 收件人姓名不能超過 50 個字。
address-name-is-number = 收件人姓名不能是號碼。
address-phone-required = 請填寫電話號碼。
address-phone-invalid = 電話號碼格式不正確，請填寫 11 碼大陸手機號碼，或含區碼的市話。
address-phone-length-unusual = 此區碼的市話通常為另一長度，請確認。
address-region-required = 請選擇所在地區。
address-region-code-malformed = 行政區劃代碼為六碼數字，鄉鎮街道為九碼數字。
address-region-unknown = 沒有這個地區，請重新選擇。
address-region-mismatch = 此地區與其他層級不符，請重新選擇。
address-region-split = 此區劃已拆分為多個區劃，請從候選中選擇。
address-city-required = 請選擇城市。
address-district-required = 請選擇區縣。
address-detail-required = 請填寫詳細地址。
address-detail-too-long = 詳細地址不能超過 200 個字。
address-detail-repeats-region = 詳細地址重複了所在地區，可以刪除。
address-postal-code-filled = 已帶入當地常用的郵遞區號，可以修改。
address-postal-code-malformed = 郵遞區號為六碼數字。
address-magento-too-long = 地址過長，商店系統無法儲存，請縮短。
