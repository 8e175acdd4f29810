"""Signed texts of VNPAY 2.1.0 that two other programs agree on: one secret, a request to pay and its notice."""

SECRET = "HL-TEST-SECRET-0123456789ABCDEF"
PAY = (
    "vnp_Amount=5000000&vnp_Command=pay&vnp_CreateDate=20260217093000&vnp_CurrCode=VND&vnp_ExpireDate=20260217094500"
    "&vnp_IpAddr=127.0.0.1&vnp_Locale=vn&vnp_OrderInfo=Nop+le+phi+ho+so+HL26000123&vnp_OrderType=other"
    "&vnp_ReturnUrl=https%3A%2F%2Fdvc.example.vn%2Fthanh-toan%2Fvnpay%2Fve&vnp_TmnCode=HLTEST01"
    "&vnp_TxnRef=HL26000123-1&vnp_Version=2.1.0"
)
PAY_HASH = (
    "2c2d940abd53127bd6e32f219f6bbd5c3c40057dcc2d22902d91275eb09d64d7"
    "cedee8775a6a929a9a292ce29939b38e7c145df31beca0a4d37cddb80a4b06a5"
)
IPN = (
    "vnp_Amount=5000000&vnp_BankCode=NCB&vnp_BankTranNo=VNP14226112&vnp_CardType=ATM"
    "&vnp_OrderInfo=Nop+le+phi+ho+so+HL26000123&vnp_PayDate=20260217093512&vnp_ResponseCode=00&vnp_TmnCode=HLTEST01"
    "&vnp_TransactionNo=14226112&vnp_TransactionStatus=00&vnp_TxnRef=HL26000123-1"
)
IPN_HASH = (
    "59908fcf7ddd6a12f42311ab20f00ea3717c929557817fb136892b0e33891e01"
    "99a3cd03a339deae09488d17dc6207cb04ae4ea358341d0283c693e3a287a725"
)
