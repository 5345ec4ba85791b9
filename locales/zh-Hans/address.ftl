# Addresses and their form (收货地址).

## Which address (选择地址)
address-shipping = 收货地址
address-billing = 账单地址
address-same = 账单地址与收货地址相同
address-new = 新增收货地址
address-ship-here = 配送到这里
address-ship-to = 送至：
address-save = 保存到地址簿
address-save-button = 保存地址
address-choose = 选择收货地址
address-default = 默认
address-default-shipping = 设为默认收货地址
address-default-billing = 设为默认账单地址
address-tag = 地址标签
address-tag-home = 家
address-tag-work = 公司
address-tag-school = 学校

## Fields (填写项)
address-recipient = 收货人
address-recipient-placeholder = 请填写收货人姓名
address-recipient-missing = 请填写收货人
address-recipient-bad = 收货人姓名含有无法识别的符号，请检查
name-given = 名
name-family = 姓
address-company = 单位名称（选填）
address-phone = 手机号
address-phone-placeholder = 请填写手机号
address-phone-missing = 请填写手机号
address-phone-bad = 请填写 11 位手机号，或带区号的固定电话
address-phone-bad-local = 请填写当地的电话号码
address-phone-not-mobile = 建议填写手机号，方便快递员联系
address-fax = 传真
address-country = 国家/地区
address-country-missing = 请选择国家/地区
address-region = 所在地区
address-region-placeholder = 省、市、区县、乡镇街道
address-province = 省份
address-province-missing = 请选择省份
address-city = 城市
address-city-missing = 请选择城市
address-district = 区/县
address-district-missing = 请选择区/县
address-town = 街道/乡镇
address-area-hk = 区域
address-area-hk-missing = 请选择区域
address-county-tw = 县市
address-county-tw-missing = 请选择县市
address-township-tw = 乡镇市区
address-township-tw-missing = 请选择乡镇市区
address-street = 详细地址
address-street-placeholder = 街道、小区、楼栋号、门牌号
address-street-missing = 请填写详细地址
address-street-bad = 详细地址请勿使用特殊符号和表情
address-street-short = 请填写到门牌号，以免无法送达
address-postcode = 邮政编码（选填）
address-postcode-bad = 邮政编码应为 6 位数字
address-postcode-tw = 邮递区号
address-postcode-tw-bad = 邮递区号应为 3、5 或 6 位数字
address-postcode-missing = 请填写邮政编码
address-postcode-hint = 选择地区后自动填写
address-tax-id = 纳税人识别号
address-email = 邮箱
address-email-missing = 请填写邮箱
phone-hint = 方便快递员联系您
field-email = 请输入正确的邮箱地址

## Paste and fill (智能填写)
address-paste = 粘贴并识别
address-paste-placeholder = 粘贴姓名、手机号、地址，自动识别填写
address-paste-done = 已自动填写，请核对
address-paste-unsure = 部分内容未能识别，请补充
address-paste-choose = 请选择您所在的地区
# $old (String) former name
# $new (String) present name
address-region-replaced = “{ $old }”现为“{ $new }”，已更新
