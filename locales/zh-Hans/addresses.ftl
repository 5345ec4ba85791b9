## 粘贴识别：提醒

address-region-not-found = 没有识别出所在地区，请手动选择省、市、区。
address-region-ambiguous = 有多个同名地区，请从候选中选择。
address-district-missing = 没有识别出区县，请补充选择。
address-region-replaced = 原文使用了已更名或撤销的地名，已换成现行名称，请核对。
address-region-inferred-from-town = 区县由街道或乡镇推断得出，请核对。
address-region-from-short-name = 地区由简称识别得出，请核对。
address-preferred-province-used = 有多个同名地区，已优先选用指定省份，请核对。
address-place-name-unclear = 地名不够明确，请核对所在地区。
address-name-missing = 没有识别出收货人姓名，请补充。
address-name-uncertain = 收货人姓名可能有误，请核对。
address-phone-missing = 没有识别出电话号码，请补充。
address-phone-unusual = 该号段一般不用于个人手机，请核对号码。
address-phone-without-area-code = 固定电话缺少区号，请补充。
address-phone-fixed-line = 这是固定电话，快递员通常需要手机号码。
address-phone-glued-to-digits = 电话号码与门牌号等数字连在一起，请核对。
address-several-phones = 识别出多个电话号码，已选用第一个手机号码。
address-detail-missing = 没有识别出详细地址，请补充。
address-identity-number-dropped = 原文含有身份证号，已去除；收货不需要身份证号。
address-postal-code-mismatch = 邮政编码与所在省份不符，请核对。
address-text-too-long = 文本过长，仅识别了前面的部分。

## 地址校验：问题

address-name-required = 请填写收货人姓名。
address-name-too-long = 收货人姓名不能超过 50 个字。
address-name-is-number = 收货人姓名不能是号码。
address-phone-required = 请填写电话号码。
address-phone-invalid = 电话号码格式不正确，请填写 11 位手机号码，或带区号的固定电话。
address-phone-length-unusual = 该区号下的固定电话位数通常不同，请核对。
address-region-required = 请选择所在地区。
address-region-code-malformed = 行政区划代码为六位数字，乡镇街道为九位数字。
address-region-unknown = 没有这个地区，请重新选择。
address-region-mismatch = 该地区与其他级别不相符，请重新选择。
address-region-split = 该区划已拆分为多个区划，请从候选中选择。
address-city-required = 请选择城市。
address-district-required = 请选择区县。
address-detail-required = 请填写详细地址。
address-detail-too-long = 详细地址不能超过 200 个字。
address-detail-repeats-region = 详细地址中重复了所在地区，可以删去。
address-postal-code-filled = 已填入当地常用的邮政编码，可以修改。
address-postal-code-malformed = 邮政编码为六位数字。
address-magento-too-long = 地址过长，店铺系统无法保存，请缩短。
