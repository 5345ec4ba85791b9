# Words of every page of a shop (通用).

## Moving about (导航)
loading = 加载中…
next = 下一步
back = 返回
edit = 修改
apply = 使用
nav-toggle = 菜单
nav-skip = 跳到主要内容
not-found = 页面不存在
cookie-notice = 本站使用 Cookie 以提供更好的浏览体验
contact-title = 联系客服
home = 首页
menu = 菜单
previous = 上一页
go-home = 返回首页
# $name (String) name of the product or person
welcome-user = { $name }，欢迎回来！
page-current = 当前页

## Buttons (按钮)
save = 保存
cancel = 取消
close = 关闭
confirm = 确定
remove = 删除
delete = 删除
submit = 提交
update = 更新
continue = 继续
view = 查看
view-all = 查看全部
view-details = 查看详情
see-details = 查看详情
change = 修改
print = 打印
search = 搜索
clear = 清除
copy = 复制
retry = 重试
yes = 是
no = 否

## Forms (表单)
form-required-mark = * 为必填项
form-choose = 请选择
form-optional = 选填

## Contact form (联系客服)
contact-write = 在线留言
contact-name = 姓名
contact-email = 邮箱
contact-phone = 手机号
contact-message = 留言内容
contact-intro = 留下您的问题，我们会尽快回复
contact-failed = 提交失败，请稍后再试

## Notices (提示)
demo-store = 演示商店，订单不会发货
javascript-off = 浏览器未启用 JavaScript
offline = 网络已断开，请检查网络连接
copied = 已复制
language = 语言
currency = 币种

## Numbers and times (数量与时间)
# $amount (String) money, formatted
amount = ¥{ $amount }
# $from (String) lower end
# $to (String) upper end
date-range = { $from } 至 { $to }
today = 今天
tomorrow = 明天

## Footer (页脚)
footer-about = 关于我们
footer-service = 客户服务
footer-privacy = 隐私政策
footer-terms = 服务协议
footer-returns = 退换货政策
footer-shipping = 配送说明
# $year (String) year
# $shop (String) name of the shop
footer-copyright = © { $year } { $shop }
