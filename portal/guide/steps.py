"""The steps of filing online, as the page and the hand-out both tell them, with pictures of this very portal.

The pictures are made by tests/browser/screens.py; their sizes are checked against the files by a test.
"""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from portal.lib import pdf

FOLDER = "img/guide"
PICTURE_WIDTH = 405  # pixels of the file; shown at two thirds of that, sharp on a phone


@dataclass(frozen=True)
class Picture:
    """`alt` tells what can be seen to people who cannot see it."""

    name: str
    alt: Any
    height: int = 582
    width: int = PICTURE_WIDTH

    @property
    def path(self) -> str:
        return f"{FOLDER}/{self.name}.webp"


@dataclass(frozen=True)
class Step:
    title: Any
    lines: tuple[Any, ...]
    pictures: tuple[Picture, ...] = ()
    in_short: Any = ""


@functools.cache
def pictures_version() -> str:
    """Changes with the pictures themselves."""
    files = sorted((pdf.assets() / FOLDER).glob("*.webp"))
    return hashlib.sha256(b"".join(f.read_bytes() for f in files)).hexdigest()


def _filled(text: Any, **values: Any) -> str:
    return str(text) % values


filled = lazy(_filled, str)

HOME = Picture(
    "trang-chu",
    _("Trang chủ trên điện thoại: ô tìm “Bạn cần làm giấy tờ gì?”, bên dưới là bốn mức độ để chọn."),
    727,
)
LEVEL = Picture(
    "muc-do-3",
    _("Trang dịch vụ công trực tuyến mức độ 3: đang chọn mức độ 3 và phường Bắc Hồng."),
    665,
)
PROCEDURE = Picture("thu-tuc", _("Trang thủ tục đăng ký khai sinh với nút “Nộp hồ sơ trực tuyến” màu đỏ."))
ANSWERS = Picture(
    "khai-thong-tin",
    _("Bước khai thông tin người được khai sinh: mỗi ô có tên, ô bắt buộc có dấu sao và chữ “bắt buộc”."),
    665,
)
PAPERS = Picture("giay-to", _("Bước giấy tờ kèm theo: tệp anh-chup.jpg đã tải lên dưới mục Giấy chứng sinh."), 665)
CHECK = Picture("kiem-tra", _("Bước kiểm tra và gửi: những gì đã khai được liệt kê để đọc lại."))
DONE = Picture("da-gui", _("Trang “Đã gửi hồ sơ” với hai mã cần giữ: mã tra cứu và mã bí mật."))
LOOKUP = Picture("tra-cuu", _("Kết quả tra cứu: hồ sơ đang chờ tiếp nhận, nơi giữ hồ sơ và số điện thoại."))
DELIVERY = Picture(
    "nhan-tai-nha",
    _("Bước nhận kết quả: đang chọn “Nhận qua bưu điện tại nhà” và ghi họ tên, số điện thoại người nhận."),
    623,
)
# What the hand-out has room for.
SHOWN_ON_PAPER = (HOME, ANSWERS, DONE, LOOKUP)

LEVEL_3 = (
    Step(
        _("Chọn thủ tục"),
        (
            _(
                "Mở cổng, gõ việc cần làm vào ô tìm, ví dụ “khai sinh”. Hoặc chọn mục “DỊCH VỤ CÔNG TRỰC TUYẾN "
                "MỨC ĐỘ 3”."
            ),
            _(
                "Nộp ở phường, xã thì chọn tên phường, xã. Nộp ở thị xã thì không cần chọn. Sau đó chọn lĩnh vực "
                "và thủ tục."
            ),
            _("Đọc phần “Tóm tắt” và “Giấy tờ cần có”. Đúng việc của bạn thì bấm “Nộp hồ sơ trực tuyến”."),
        ),
        (HOME, LEVEL, PROCEDURE),
        _("Chọn mức độ 3, chọn phường, xã (nộp ở thị xã thì không cần), chọn lĩnh vực rồi thủ tục."),
    ),
    Step(
        _("Khai thông tin, đính kèm giấy tờ rồi gửi"),
        (
            _(
                "Ô có dấu * là ô bắt buộc. Khai xong mỗi trang thì bấm “Lưu và tiếp tục”; chưa xong thì bấm "
                "“Lưu, làm tiếp sau”."
            ),
            _(
                "Chụp từng giấy tờ bằng điện thoại: đủ bốn góc, đọc được chữ. Mẫu tờ khai có ở trang thủ tục nếu "
                "bạn muốn xem trước."
            ),
            _("Ở bước cuối, đọc lại một lượt, đánh dấu cam đoan và bấm “Gửi hồ sơ”. Ghi lại mã tra cứu và mã bí mật."),
        ),
        (ANSWERS, PAPERS, CHECK, DONE),
        _("Điền các ô có dấu *, chụp ảnh giấy tờ để đính kèm, đọc lại rồi bấm “Gửi hồ sơ”. Giữ hai mã được cấp."),
    ),
    Step(
        _("Cán bộ kiểm tra và hẹn ngày trả"),
        (
            filled(
                _(
                    "Cán bộ Trung tâm Hành chính công, hoặc bộ phận tiếp nhận và trả kết quả ở phường, xã, kiểm tra "
                    "trong vòng %(hours)s giờ làm việc và liên hệ nếu cần hỏi thêm."
                ),
                hours=settings.REPLY_WORKING_HOURS,
            ),
            _(
                "Hồ sơ hợp lệ thì bạn nhận được mã hồ sơ và ngày hẹn trả. Thiếu thì cán bộ báo đúng chỗ thiếu; "
                "phần đã khai giữ nguyên."
            ),
            _("Lúc nào cũng xem được hồ sơ đang ở đâu: vào “Tra cứu hồ sơ” và nhập mã."),
        ),
        (LOOKUP,),
        _("Cán bộ xem hồ sơ, gọi lại nếu cần, rồi báo ngày trả kết quả. Tra cứu được bất cứ lúc nào."),
    ),
    Step(
        _("Mang bản chính đến đối chiếu và nhận kết quả"),
        (
            _("Đúng hẹn, bạn mang bản chính các giấy tờ đã gửi ảnh và căn cước đến nơi nhận."),
            _(
                "Hồ sơ cấp thị xã: Trung tâm Hành chính công thị xã. Hồ sơ cấp phường, xã: bộ phận tiếp nhận và trả "
                "kết quả của phường, xã."
            ),
            _("Phí, lệ phí (nếu có) nộp trước trên cổng hoặc nộp tại đó. Đây là lần đi duy nhất của bạn."),
        ),
        (),
        _("Mang giấy tờ bản chính đến nơi nhận, nộp lệ phí nếu có và nhận kết quả."),
    ),
)

LEVEL_4 = (
    Step(
        _("Làm như mức độ 3 đến bước “Nhận kết quả”"),
        (_("Chọn mục “DỊCH VỤ CÔNG TRỰC TUYẾN MỨC ĐỘ 4”, chọn thủ tục, khai thông tin và đính kèm giấy tờ như trên."),),
        (),
        _("Khai và đính kèm giấy tờ như mức độ 3."),
    ),
    Step(
        _("Chọn nhận qua bưu điện và ghi địa chỉ nhà"),
        (
            _(
                "Chọn “Nhận qua bưu điện tại nhà”, ghi họ tên, số điện thoại và địa chỉ người nhận; rồi kiểm tra "
                "và gửi."
            ),
            _("Bạn cũng có thể nhận bản điện tử trên cổng, hoặc đến nhận tại nơi nộp nếu tiện."),
        ),
        (DELIVERY,),
        _("Chọn nhận qua bưu điện, ghi địa chỉ nhà, rồi gửi hồ sơ."),
    ),
    Step(
        _("Nộp phí, lệ phí trên cổng, nếu có"),
        (
            _("Thủ tục miễn phí thì không có bước này. Có khoản phải nộp thì cổng báo số tiền và lúc nộp."),
            _(
                "Mở trang hồ sơ, bấm “Nộp tiền” và chọn một cách: thanh toán trực tuyến, chuyển khoản bằng mã "
                "VietQR, hoặc nộp tại quầy."
            ),
            _("Nộp xong, phiếu xác nhận thanh toán có ngay trên trang hồ sơ."),
        ),
        (),
        _("Có khoản phải nộp thì bấm “Nộp tiền” ở trang hồ sơ; miễn phí thì không có bước này."),
    ),
    Step(
        _("Chờ cán bộ xác minh, nhận kết quả tại nhà"),
        (
            _("Cán bộ kiểm tra hồ sơ và báo cho bạn. Nhân viên bưu điện mang kết quả đến địa chỉ bạn đã ghi."),
            _("Bạn trả cước chuyển phát cho bưu điện khi nhận, nếu có; không phải đến cơ quan lần nào."),
        ),
        (),
        _("Bưu điện mang kết quả đến nhà; bạn chỉ trả cước chuyển phát, nếu có."),
    ),
)
