"""The pages of the sandbox: plain HTML, marked as a test, readable on a small phone, without a script."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

Row = Mapping[str, Any]

MARK = "THỬ NGHIỆM – không phải tiền thật, không phải bưu điện thật"
STYLE = """
*{box-sizing:border-box}
body{margin:0;font:1.0625rem/1.6 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif;color:#1b1f24;background:#eef1f4}
header{background:#7a4f00;color:#fff;padding:.75rem 1rem;font-weight:600;text-align:center}
main{max-width:34rem;margin:1rem auto;padding:1.25rem;background:#fff;border:1px solid #c9d0d8;border-radius:8px}
main.wide{max-width:72rem}
h1{font-size:1.375rem;line-height:1.3;margin:0 0 1rem}
h2{font-size:1.125rem;margin:1.5rem 0 .5rem}
dl{margin:0 0 1.25rem;display:grid;grid-template-columns:auto 1fr;gap:.35rem 1rem}
dt{color:#4b5563}
dd{margin:0;overflow-wrap:anywhere}
.sum{font-size:1.5rem;font-weight:700;white-space:nowrap;font-variant-numeric:tabular-nums}
form{margin:0}
.choices{display:grid;gap:.75rem}
button,.button{display:block;width:100%;min-height:48px;padding:.5rem 1rem;font:inherit;text-align:center;
border:2px solid #0b4f9e;border-radius:6px;background:#fff;color:#0b4f9e;text-decoration:none;cursor:pointer}
.main{background:#0b4f9e;color:#fff;font-weight:600}
button:focus-visible,.button:focus-visible,a:focus-visible,input:focus-visible,select:focus-visible
{outline:3px solid #f4b400;outline-offset:2px}
a{color:#0b4f9e}
nav{text-align:center;padding:.5rem 1rem 1.5rem}
nav a{display:inline-block;padding:.6rem .75rem}
article{border-top:1px solid #c9d0d8;padding:1rem 0}
.row{display:flex;flex-wrap:wrap;gap:.5rem}
.row button{width:auto;font-size:1rem}
label{display:block;margin:.75rem 0 .25rem}
input,select{width:100%;min-height:44px;font:inherit;padding:.35rem .5rem;border:1px solid #6b7280;border-radius:4px}
.note{color:#4b5563}
p,li{overflow-wrap:anywhere}
"""


def document(title: str, body: str, *, wide: bool = False) -> str:
    return (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)} – THỬ NGHIỆM</title><style>{STYLE}</style></head><body>"
        f"<header>{MARK}</header><main{' class=wide' if wide else ''}><h1>{escape(title)}</h1>{body}</main>"
        '<nav aria-label="Các trang thử nghiệm"><a href="/vnpay/">Thanh toán</a> <a href="/ems/">Bưu chính</a> '
        '<a href="/faults">Lỗi thử</a></nav></body></html>'
    )


def dong(hundredths: int) -> str:
    """VNPAY's amount (đồng × 100) as people write it."""
    return f"{hundredths // 100:,}".replace(",", ".") + " đồng"


def day_and_time(stamp: str) -> str:
    """Of yyyyMMddHHmmss."""
    return f"{stamp[8:10]}:{stamp[10:12]} ngày {stamp[6:8]}/{stamp[4:6]}/{stamp[:4]}"


def _listed(pairs: Iterable[tuple[str, str]]) -> str:
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{value}</dd>" for name, value in pairs) + "</dl>"


def _order(order: Row) -> str:
    return _listed(
        [
            ("Số tiền", f'<span class="sum">{dong(order["amount"])}</span>'),
            ("Nội dung", escape(order["info"])),
            ("Mã đơn hàng", escape(order["ref"])),
            ("Trả trước", escape(day_and_time(order["expires"]))),
        ]
    )


def choose(order: Row, choices: Mapping[str, str]) -> str:
    buttons = "".join(
        f'<button name="choice" value="{key}"{" class=main" if key == "pay" else ""}>{escape(words)}</button>'
        for key, words in choices.items()
    )
    note = '<p class="note">Đây là cổng thanh toán giả để thử. Hãy chọn điều sẽ xảy ra với đơn này.</p>'
    form = f'<form class="choices" method="post" action="/vnpay/pay/{escape(order["token"])}">{buttons}</form>'
    return document("Cổng thanh toán VNPAY thử nghiệm", _order(order) + note + form)


def _back(address: str) -> str:
    return f'<a class="button main" href="{escape(address)}">Quay lại trang của bạn</a>'


def decided(order: Row, back: str) -> str:
    return document("Đơn này đã xong", _order(order) + "<p>Bạn đã chọn rồi, không cần làm lại.</p>" + _back(back))


def too_late(order: Row) -> str:
    form = (
        f'<form class="choices" method="post" action="/vnpay/pay/{escape(order["token"])}">'
        '<button class="main" name="choice" value="expire">Quay lại trang của bạn</button></form>'
    )
    return document("Đã hết giờ trả tiền", _order(order) + "<p>Không trừ tiền. Bạn có thể bắt đầu lại.</p>" + form)


def refused(code: str, why: str) -> str:
    words = f"<p>{escape(why)}</p><p>Không trừ tiền. Hãy quay lại trang trước và thử lại.</p>"
    return document("Không mở được giao dịch", words + f'<p class="note">Mã lỗi: <b>{escape(code)}</b></p>')


def wrong(why: str) -> str:
    return document("Không làm được", f"<p>{escape(why)}</p>")


def browser_closed(order: Row) -> str:
    words = "<p>Theo lỗi thử đã đặt, trình duyệt không được đưa về. Kết quả vẫn được báo cho cổng dịch vụ công.</p>"
    return document("Trình duyệt dừng ở đây", _order(order) + words)


# --- lists ---------------------------------------------------------------------------------------


def home(portal: str) -> str:
    words = (
        "<p>Máy chủ này đóng vai cổng thanh toán VNPAY và bưu điện EMS để bạn thử từ nộp tiền đến nhận kết quả.</p>"
        '<p><a class="button" href="/vnpay/">Các đơn thanh toán</a></p>'
        '<p><a class="button" href="/ems/">Các bưu gửi</a></p><p><a class="button" href="/faults">Lỗi thử</a></p>'
    )
    told = f'<p>Kết quả được báo cho <a href="{escape(portal)}/">{escape(portal)}</a></p>' if portal else ""
    return document("Thanh toán và bưu chính thử nghiệm", words + told)


def orders(rows: Iterable[Row], choices: Mapping[str, str]) -> str:
    articles = "".join(
        f"<article>{_order(o)}<p>Đã chọn: {escape(choices.get(o['choice'], 'chưa'))}"
        f'{_refunded(o)}</p><p><a href="/vnpay/pay/{escape(o["token"])}">Mở trang trả tiền</a></p></article>'
        for o in rows
    )
    return document("Đơn thanh toán thử", articles or "<p>Chưa có đơn nào.</p>", wide=True)


def _refunded(order: Row) -> str:
    total = sum(r["amount"] for r in order["refunds"])
    return f"; đã hoàn {dong(total)}" if total else ""


def shipments(rows: Iterable[Row], buttons: Mapping[str, str]) -> str:
    articles = "".join(_shipment(row, buttons) for row in rows)
    return document("Bưu gửi thử", articles or "<p>Chưa có bưu gửi nào.</p>", wide=True)


def _shipment(row: Row, buttons: Mapping[str, str]) -> str:
    facts = _listed(
        [
            ("Mã bưu gửi", f"<b>{escape(row['code'])}</b>"),
            ("Mã nhãn", escape(row["order_code"])),
            ("Người nhận", f"{escape(row['to_name'])}, {escape(row['to_address'])}"),
            ("Trạng thái", f"{escape(row['status_name'])} ({escape(row['status_code'])})"),
        ]
    )
    moves = "".join(f'<button name="status" value="{key}">{escape(words)}</button>' for key, words in buttons.items())
    code = f'<input type="hidden" name="code" value="{escape(row["code"])}">'
    return f'<article>{facts}<form class="row" method="post" action="/ems/">{code}{moves}</form></article>'


def _select(name: str, label: str, options: Mapping[str, str]) -> str:
    listed = "".join(f'<option value="{escape(key)}">{escape(words)}</option>' for key, words in options.items())
    return f'<label for="{name}">{label}</label><select id="{name}" name="{name}">{listed}</select>'


def _number(name: str, label: str, value: int) -> str:
    return f'<label for="{name}">{label}</label><input id="{name}" name="{name}" inputmode="numeric" value="{value}">'


def faults(
    channels: Mapping[str, str], kinds: Mapping[str, str], tampers: Mapping[str, str], waiting: list[str]
) -> str:
    questions = (
        _select("channel", "Ở đâu", channels),
        _select("fault", "Lỗi gì", kinds),
        _select("what", "Sửa gì (khi sửa nội dung)", tampers),
        _number("times", "Xảy ra mấy lần", 1),
        _number("n", "Trùng thêm mấy lần (khi gửi trùng)", 1),
        _number("seconds", "Mấy giây (khi chậm)", 5),
    )
    forms = (
        f'<form method="post" action="/faults">{"".join(questions)}<p><button class="main">Đặt lỗi</button></p></form>'
        '<form method="post" action="/faults"><button name="clear" value="1">Bỏ hết lỗi đang chờ</button></form>'
    )
    listed = "".join(f"<li>{escape(words)}</li>" for words in waiting)
    shown = f"<ul>{listed}</ul>" if listed else "<p>Không có lỗi nào.</p>"
    return document("Lỗi thử", f"{forms}<h2>Đang chờ xảy ra</h2>{shown}")
