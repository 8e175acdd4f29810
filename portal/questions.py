"""The questions people ask at the desk, with their answers (TT 32/2017/TT-BTTTT asks for such a page)."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Question:
    question: Any
    answer: tuple[Any, ...]


QUESTIONS = (
    Question(
        _("Tôi không biết tên thủ tục thì tìm thế nào?"),
        (
            _(
                "Bạn gõ việc cần làm bằng lời thường ngày, có dấu hay không dấu đều được, ví dụ “lam giay khai "
                "sinh cho con”."
            ),
            _("Không thấy thì chọn theo lĩnh vực, hoặc gọi số điện thoại ở cuối trang."),
        ),
    ),
    Question(
        _("Bốn mức độ khác nhau thế nào?"),
        (
            _(
                "Mức độ 1: xem hướng dẫn. Mức độ 2: điền tờ khai trên cổng rồi in ra, hoặc tải mẫu trống. "
                "Mức độ 3: điền và nộp hồ sơ qua mạng. Mức độ 4: nộp, trả phí qua mạng và nhận kết quả tại nhà."
            ),
            _("Hiện nay mức độ 4 thường được gọi là dịch vụ công toàn trình, mức độ 3 là một phần."),
        ),
    ),
    Question(
        _("Tôi muốn nộp giấy thì lấy tờ khai ở đâu?"),
        (
            _(
                "Ở trang thủ tục, bạn bấm “Điền và in tờ khai”: điền trên máy, tải về, in, ký tên rồi nộp. Muốn viết "
                "tay thì tải mẫu trống ở mục “Giấy tờ cần có”."
            ),
            format_lazy(
                _(
                    "Cổng không lưu tờ khai điền để in. Bạn đánh dấu giữ lại thì cổng giữ {days} ngày dưới một mã in "
                    "trên tờ khai, để cán bộ một cửa khỏi nhập lại."
                ),
                days=settings.KEPT_FORM_DAYS,
            ),
        ),
    ),
    Question(
        _("Nộp trực tuyến có phải tạo tài khoản không?"),
        (
            _("Không bắt buộc. Sau khi nộp, bạn nhận mã hồ sơ và mã tra cứu; có hai mã này là mở lại được hồ sơ."),
            _("Bạn giữ kín mã tra cứu như giữ chìa khóa: ai có nó thì xem được hồ sơ của bạn."),
        ),
    ),
    Question(
        _("Đang điền dở thì có mất không?"),
        (
            format_lazy(
                _("Không. Bạn bấm “Lưu, làm tiếp sau”; bản khai được giữ {days} ngày để bạn mở lại."),
                days=settings.DRAFT_DAYS,
            ),
        ),
    ),
    Question(
        _("Chụp ảnh giấy tờ bằng điện thoại được không?"),
        (
            _("Được. Bạn đặt giấy trên nền phẳng, đủ sáng, chụp thẳng và lấy đủ bốn góc, đọc rõ từng chữ."),
            format_lazy(
                _("Cổng nhận ảnh JPG, PNG, HEIC và tệp PDF, mỗi tệp tối đa {size} MB."),
                size=settings.UPLOAD_FILE_BYTES // (1024 * 1024),
            ),
        ),
    ),
    Question(
        _("Nộp lúc 23 giờ hoặc ngày nghỉ thì hồ sơ được nhận khi nào?"),
        (
            _(
                "Bạn nộp lúc nào cũng được. Cán bộ kiểm tra trong giờ làm việc và trả lời trong 8 giờ làm việc; "
                "hồ sơ nộp ngoài giờ tính từ buổi làm việc kế tiếp."
            ),
        ),
    ),
    Question(
        _("Ngày hẹn trả tính từ lúc nào?"),
        (
            _(
                "Tính từ khi cán bộ tiếp nhận hồ sơ đầy đủ, không tính ngày tiếp nhận. Thứ Bảy, Chủ nhật và ngày "
                "lễ không phải ngày làm việc."
            ),
            _("Ngày hẹn trả ghi trên giấy tiếp nhận và ở trang hồ sơ của bạn."),
        ),
    ),
    Question(
        _("Hồ sơ bị yêu cầu bổ sung thì tôi phải làm lại từ đầu không?"),
        (
            _(
                "Không. Cán bộ nêu rõ giấy tờ còn thiếu trong một lần. Bạn chỉ bổ sung phần đó, những phần khác "
                "giữ nguyên."
            ),
        ),
    ),
    Question(
        _("Tôi nộp thay cha mẹ, con cái hoặc người khác được không?"),
        (
            _(
                "Được, nếu thủ tục cho phép. Ở bước “Người nộp” bạn đánh dấu nộp thay, ghi tên chủ hồ sơ và quan "
                "hệ; có thủ tục cần giấy ủy quyền, danh mục giấy tờ sẽ ghi rõ."
            ),
        ),
    ),
    Question(
        _("Phải trả những khoản tiền nào?"),
        (
            _(
                "Chỉ những khoản phí, lệ phí ghi trên trang của thủ tục, kèm đối tượng được miễn. Nhận kết quả "
                "qua bưu điện thì trả thêm cước cho bưu điện."
            ),
            _("Không ai được thu thêm khoản khác. Mức ghi “dữ liệu mẫu” là chưa đối chiếu, bạn hỏi lại nơi nộp."),
        ),
    ),
    Question(
        _("Nộp phí, lệ phí qua mạng thế nào?"),
        (
            _(
                "Đến lúc nộp, trang hồ sơ của bạn có số tiền và nút “Nộp tiền”. Bạn chọn thanh toán trực tuyến, chuyển "
                "khoản bằng mã VietQR, hoặc nộp tiền mặt tại quầy."
            ),
            _(
                "Thanh toán trực tuyến được ghi nhận sau vài phút, chuyển khoản sau một ngày làm việc. Nộp xong, trang "
                "hồ sơ có phiếu xác nhận thanh toán."
            ),
            _("Cán bộ không gọi điện, nhắn tin đòi chuyển tiền vào tài khoản khác. Chỉ nộp theo trang hồ sơ của bạn."),
        ),
    ),
    Question(
        _("Ngân hàng đã trừ tiền mà cổng chưa ghi nhận thì sao?"),
        (
            _(
                "Bạn đừng nộp lần nữa. Mở trang “Nộp tiền” của hồ sơ và bấm “Xem lượt nộp này”: cổng tự hỏi lại ngân "
                "hàng, thường có kết quả sau vài phút."
            ),
            _("Quá một ngày làm việc vẫn chưa thấy thì bạn gọi nơi nhận hồ sơ và đọc mã lượt nộp ghi trên trang đó."),
        ),
    ),
    Question(
        _("Khi nào tôi được hoàn tiền?"),
        (
            _(
                "Khi bạn nộp hai lần hoặc nộp thừa; khi cơ quan từ chối tiếp nhận, hoặc bạn rút hồ sơ trước khi được "
                "tiếp nhận; khi bạn thuộc diện miễn mà đã nộp."
            ),
            _(
                "Bạn không phải làm đơn: cán bộ hoàn theo cách bạn đã nộp, hoặc liên hệ để hoàn tiền mặt, chuyển "
                "khoản. Trang hồ sơ cho biết đã hoàn đến đâu."
            ),
        ),
    ),
    Question(
        _("Tôi quên mã tra cứu thì sao?"),
        (
            _(
                "Bạn xem lại tin nhắn, thư điện tử hoặc giấy xác nhận lúc nộp. Không còn thì mang giấy tờ tùy "
                "thân đến nơi nộp, cán bộ giúp bạn xem hồ sơ."
            ),
        ),
    ),
    Question(
        _("Muốn rút hồ sơ đã nộp thì làm thế nào?"),
        (_("Khi hồ sơ chưa giải quyết xong, bạn mở trang hồ sơ và chọn “Rút hồ sơ”, hoặc đến nơi nộp đề nghị rút."),),
    ),
)
