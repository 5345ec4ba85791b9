//! Reading a bill of a million rows, against finding the ends of its lines; its memory, against the bill's size.

use std::hint::black_box;
use std::io::{BufRead, BufReader, Read};
use std::time::Instant;

use luodi::gateways::statement::StatementKind;
use luodi::gateways::wechatpay::statement::bill::Bill;

use crate::Plan;
use crate::table::Table;

const HEADER: &str = "\u{feff}交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,\
    付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,\
    商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n";
const SUMMARY: &str = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n\
    `1.0,`0.00,`0.00,`0.00,`0.00,`0.00,`0.00\r\n";

/// A bill that is made as it is read: a source of a million rows must not itself lie in memory.
pub struct Made<R> {
    rows_left: usize,
    row: R,
    end: &'static str,
    part: Vec<u8>,
    read: usize,
    is_over: bool,
}

impl<R: FnMut(usize, &mut Vec<u8>)> Made<R> {
    /// `row` writes the one of a number.
    pub fn of(rows: usize, begin: &str, row: R, end: &'static str) -> BufReader<Self> {
        let made = Self { rows_left: rows, row, end, part: begin.as_bytes().to_vec(), read: 0, is_over: false };
        BufReader::with_capacity(64 * 1024, made)
    }
}

fn wechat_bill(rows: usize) -> impl BufRead {
    Made::of(rows, HEADER, |at, part| part.extend_from_slice(row(at).as_bytes()), SUMMARY)
}

impl<R: FnMut(usize, &mut Vec<u8>)> Read for Made<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.read == self.part.len() && !self.is_over {
            (self.read, self.is_over) = (0, self.rows_left == 0);
            self.part.clear();
            if self.rows_left == 0 {
                self.part.extend_from_slice(self.end.as_bytes());
            }
            for _ in 0..self.rows_left.min(100) {
                (self.row)(self.rows_left, &mut self.part);
                self.rows_left -= 1;
            }
        }
        let length = (self.part.len() - self.read).min(buffer.len());
        buffer[..length].copy_from_slice(&self.part[self.read..self.read + length]);
        self.read += length;
        Ok(length)
    }
}

fn row(at: usize) -> String {
    format!(
        "`2026-01-01 12:00:00,`wx2421b1c4370ec43b,`1900007291,`0,`,`42000000002026010100{at:08},`LD20260101{at:08},\
         `oUpF8uMuAJO_M2pxb1Q9zNjWeS6o,`NATIVE,`SUCCESS,`OTHERS,`CNY,`12.34,`0.00,`0,`0,`0.00,`0.00,`,`,\
         `西湖龙井,一壶,`order-{at},`0.07000,`0.60%,`12.34,`0.00,`\r\n"
    )
}

pub fn measure(plan: &Plan, table: &mut Table) {
    let read = |rows: usize| {
        let lines = Bill::new(StatementKind::Trade, wechat_bill(rows));
        assert_eq!(lines.inspect(|line| assert!(black_box(line).is_ok())).count(), rows + 1);
    };
    compare("bill", plan, table, (wechat_bill, 3), read);
}

/// Reading all rows against finding the ends of the lines. `made` makes what is read, and says how many lines
/// are none of its rows; `read` must read them all.
pub fn compare<B: BufRead>(
    name: &str,
    plan: &Plan,
    table: &mut Table,
    (made, other_lines): (impl Fn(usize) -> B, usize),
    read: impl Fn(usize),
) {
    let rows = if plan.quick { 100_000 } else { 1_000_000 };
    let (mut lines, mut size_mb) = (Vec::new(), Vec::new());
    let (mut reading, mut grown_mb) = (Vec::new(), Vec::new());
    for _ in 0..plan.rounds() {
        let started = Instant::now();
        let ends = made(rows).split(b'\n').map_while(Result::ok).map(|line| black_box(line).len() + 1);
        let (counted, bytes) = ends.fold((0, 0), |(lines, bytes), length| (lines + 1, bytes + length));
        assert_eq!(counted, rows + other_lines);
        lines.push(rows as f64 / started.elapsed().as_secs_f64());
        size_mb.push(bytes as f64 / 1e6);

        let before_mb = forget_peak_mb();
        let started = Instant::now();
        read(rows);
        reading.push(rows as f64 / started.elapsed().as_secs_f64());
        grown_mb.push((peak_mb("VmHWM:") - before_mb).max(0.0));
    }
    let note = format!("{rows} rows, 1 thread");
    table.baseline(&format!("{name}: lines counted"), &lines, "rows/s", &note);
    table.ratio(&format!("{name}: rows read"), &reading, "rows/s", ("lines counted", &lines), &note);
    table.baseline(&format!("{name}: its size"), &size_mb, "MB", "made as it is read, nowhere kept");
    table.ratio(
        &format!("{name}: memory that reading adds"),
        &grown_mb,
        "MB",
        ("its size", &size_mb),
        "the highest of the whole run",
    );
}

/// Linux forgets the highest memory of this process when told so.
fn forget_peak_mb() -> f64 {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    peak_mb("VmRSS:")
}

fn peak_mb(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or_default() * 1024.0 / 1e6
}
