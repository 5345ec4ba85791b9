#!/usr/bin/env python3
"""Writes good inputs for every fuzz target into corpus/, the same in every run but for the key file.

    python3 fuzz/seeds.py

A target that begins with what is accepted finds more than one that begins with nothing. Sources: the
published vectors and samples under tests/, and bills as the gateways write them.
"""

import base64
import io
import re
import shutil
import subprocess
import tempfile
import urllib.parse
import zipfile
import zlib
from pathlib import Path

HERE = Path(__file__).resolve().parent
TESTS = HERE.parent / "tests"
MOMENT = (2026, 1, 2, 9, 0, 0)


def constants(path):
    """The string constants of a Rust file of vectors."""
    text = path.read_text(encoding="utf-8")
    found = dict(re.findall(r'pub const (\w+): &str\s*=\s*r#"(.*?)"#;', text, re.DOTALL))
    for name, content in re.findall(r'pub const (\w+): &str\s*=\s*"((?:[^"\\]|\\.)*)";', text, re.DOTALL):
        found[name] = re.sub(r"\\\n\s*", "", content).replace("\\n", "\n")
    return found


def seed(target, name, content):
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"seed-{name}").write_bytes(content)


def alipay_bill(kind):
    """A day's bill in GBK: a payment and a part of it returned."""
    if kind == "trade":
        title, columns = "业务明细", (
            "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
            "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,"
            "商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
        )
        row = (
            "2026010122001400000000000001\t,LD1\t,{}    \t,\"红茶,一件\t\",2026-01-01 03:04:05\t,2026-01-01 03:05:09\t,\t,\t,"
            "\t,\t,a***@example.com\t,{}\t,{}\t,0.00\t,0.00\t,0.00\t,0.00\t,0.00\t,\t,0.00\t,0.00\t,{}\t,{}\t,0.00\t,\t"
        )
        rows = [row.format("交易", "88.80", "88.80", "", "-0.53"), row.format("退款", "-10.00", "-10.00", "R1", "0.06")]
        totals = ["交易合计：1笔，商家实收共88.80元，商家优惠共0.00元", "退款合计：1笔，商家实收退款共-10.00元，商家优惠退款共0.00元"]
    else:
        title, columns = "账务明细", (
            "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,"
            "交易渠道,业务类型,备注"
        )
        row = "2026010100000000{}\t,2026010122001400000000000001\t,LD1\t,红茶\t,2026-01-01 03:05:09\t,a***@example.com\t,{}\t,{}\t,{}\t,支付宝\t,{}\t,\t"
        rows = [row.format(1, "88.80", "0.00", "88.80", "在线支付"), row.format(2, "0.00", "-0.53", "88.27", "收费")]
        totals = ["支出合计：1笔，共-0.53元", "收入合计：1笔，共88.80元"]
    lines = [
        f"#支付宝{title}查询",
        "#账号：[20880000000000010156]",
        "#起始日期：[2026年01月01日 00:00:00]   终止日期：[2026年01月02日 00:00:00]",
        f"#-----------------------------------------{title}列表----------------------------------------",
        columns,
        *rows,
        f"#-----------------------------------------{title}列表结束------------------------------------",
        *(f"#{line}" for line in totals),
        "#导出时间：[2026年01月02日 09:00:00]",
    ]
    return "".join(line + "\r\n" for line in lines).encode("gb18030")


def archive(files, compression):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", compression) as writer:
        for name, content in files:
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.compress_type = compression
            writer.writestr(entry, content)
    return packed.getvalue()


def wechat_bill():
    columns = (
        "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
        "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,"
        "订单金额,申请退款金额,费率备注"
    )
    rows = [
        "2026-01-01 12:00:00,wx,1,0,,42,LD1,o,NATIVE,SUCCESS,OTHERS,CNY,1.00,0.00,0,0,0.00,0.00,,,茶,,0.01000,0.60%,1.00,0.00,",
        "2026-01-01 12:00:00,wx,1,0,,42,LD1,o,NATIVE,REFUND,OTHERS,CNY,0.00,0.00,5,R1,0.40,0.00,ORIGINAL,SUCCESS,茶,,-0.01000,0.60%,0.00,0.40,",
    ]
    totals = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
    ticked = lambda row: "`" + row.replace(",", ",`")
    lines = [columns, *map(ticked, rows), totals, ticked("2.0,1.00,0.40,0.00,0.00000,1.00,0.40")]
    return b"\xef\xbb\xbf" + "".join(line + "\r\n" for line in lines).encode()


def key_file():
    """A .pfx as old tools write it, if there is an openssl; its key is thrown away with it."""
    if shutil.which("openssl") is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        run = lambda *arguments: subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)
        subject = "/CN=041@Z2014-11-11@777290058110048:SIGN@00000062"
        run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "own.pem", "-subj", subject)
        old = ["-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1", "-iter", "1"]
        exported = ["-export", "-inkey", "key.pem", "-in", "own.pem", "-passout", "pass:000000", "-out", "own.pfx"]
        run("pkcs12", *exported, "-legacy", *old)
        return (Path(folder) / "own.pfx").read_bytes()


def unionpay():
    vectors = constants(TESTS / "unionpay" / "vectors.rs")
    answer = base64.b64decode(vectors["ANSWER"])
    # As the rule says: a name ends at the first equal sign, brackets keep their ampersands.
    fields = re.findall(r"([^=&]+)=((?:\{[^}]*\}|\[[^\]]*\]|[^&{\[])*)(?:&|$)", answer.decode())
    seed("unionpay_message", "answer", answer)
    seed("unionpay_message", "braced", b"{" + answer + b"}")
    seed("unionpay_message", "notification", urllib.parse.urlencode(fields).encode())
    seed("unionpay_message", "refused", "encoding=UTF-8&respCode=34&respMsg=查无此交易[2600000]&signMethod=01&version=5.1.0".encode())
    for name in ("LEAF", "MIDDLE", "ROOT"):
        seed("unionpay_certificate", name.lower(), vectors[name].strip().replace("\n", "\r\n").encode())
    content = vectors["FILE_CONTENT"]
    packed = zlib.decompress(base64.b64decode(content))
    rows = zipfile.ZipFile(io.BytesIO(packed)).read("INN26010288ZM_777290058110048")
    for which, part in enumerate([content.encode(), packed, rows]):
        seed("unionpay_file", f"published-{which}", bytes([which]) + part)
    seed("unionpay_rows", "published", rows)
    if (pfx := key_file()) is not None:
        seed("unionpay_key_file", "old", pfx)
    tests = (HERE.parent / "src" / "emv" / "tests.rs").read_text(encoding="utf-8")
    for name, code in re.findall(r'const (DYNAMIC|STATIC): &str = "(.*?)";', tests):
        seed("merchant_code", name.lower(), code.encode())
        seed("merchant_code", f"{name.lower()}-bare", code[6:-8].encode())


def main():
    unionpay()
    alipay = constants(TESTS / "alipay" / "vectors.rs")
    error = '{"error_response":%s,"sign":"%s"}' % (alipay["E_NODE"], alipay["E_SIGN"])
    sealed = '{"alipay_trade_query_response":%s,"sign":"%s"}' % (alipay["H_ANSWER"], alipay["H_ANSWER_SIGN"])
    for name, body in [("d1", alipay["D1_BODY"]), ("d2", alipay["D2_BODY"]), ("e", error), ("h", sealed)]:
        seed("alipay_answer", name, body.encode())
    refund = alipay["F_BODY"].replace("TRADE_SUCCESS", "TRADE_CLOSED") + "&refund_fee=88.80&gmt_refund=2026-01-02+04%3A00%3A00.123&out_biz_no=R1"
    for name, body in [("f", alipay["F_BODY"]), ("g", alipay["G_BODY"]), ("refund", refund)]:
        seed("alipay_notification", name, body.encode())
    for kind in ("trade", "signcustomer"):
        seed("alipay_bill", kind, alipay_bill(kind))
        files = [("summary.csv", "#支付宝业务汇总查询\r\n".encode("gbk")), ("details.csv", alipay_bill(kind))]
        for label, compression in [("stored", zipfile.ZIP_STORED), ("deflated", zipfile.ZIP_DEFLATED)]:
            seed("alipay_archive", f"{kind}-{label}", archive(files, compression))
    pem = lambda der: f"-----BEGIN CERTIFICATE-----\n{der}\n-----END CERTIFICATE-----\n"
    roots = (HERE.parent / "src" / "sandbox" / "alipay" / "production_roots.pem").read_text()
    seed("alipay_certificates", "roots", roots.encode())
    for name in ("ROOT", "APP", "ALIPAY"):
        seed("alipay_certificates", name.lower(), pem(alipay[f"{name}_CERTIFICATE"]).encode())

    seed("wechatpay_bill", "all", wechat_bill())
    paid = (
        '{"mchid":"1900007291","appid":"wx2421b1c4370ec43b","out_trade_no":"LD0001","transaction_id":"42","trade_type":"NATIVE",'
        '"trade_state":"SUCCESS","success_time":"2026-01-01T12:00:00+08:00","payer":{"openid":"o"},'
        '"amount":{"total":100,"payer_total":90,"currency":"CNY"}}'
    )
    refunded = (
        '{"mchid":"1900007291","out_trade_no":"LD0001","transaction_id":"42","out_refund_no":"R1","refund_id":"5",'
        '"refund_status":"SUCCESS","success_time":"2026-01-01T12:00:00+08:00",'
        '"amount":{"total":100,"refund":40,"payer_total":90,"payer_refund":36}}'
    )
    # The first byte says what the rest is: a whole message, a sealed order, a sealed refund.
    seed("wechatpay_notification", "order", b"\x01" + paid.encode())
    seed("wechatpay_notification", "refund", b"\x02" + refunded.encode())
    seed("wechatpay_notification", "message", b'\x00{"id":"EV-1","event_type":"TRANSACTION.SUCCESS","resource_type":"encrypt-resource","resource":{}}')

    for name in ("first", "second", "third", "fourth"):
        lines = (TESTS / "addresses" / f"{name}.txt").read_text(encoding="utf-8").splitlines()
        texts = [line.split("‖")[0].strip() for line in lines if "‖" in line and not line.startswith("#")]
        for at, text in enumerate(texts[:40]):
            seed("address_parser", f"{name}-{at:02}", text.replace("\\n", "\n").encode())


main()
