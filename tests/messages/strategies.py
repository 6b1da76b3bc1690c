"""Messages as hypothesis draws them: Chinese, emoji, huge and hostile text in every place."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from messages.model import (
    Block,
    Bullets,
    Button,
    ButtonStyle,
    Choice,
    Confirm,
    Divider,
    FieldKind,
    Fields,
    Form,
    FormField,
    Heading,
    Line,
    Mention,
    Message,
    Note,
    Paragraph,
    Span,
    Table,
)

HOSTILE = (
    "<!channel>",
    "<!here|x>",
    "<@U0LAN0Z89>",
    "<@zhangwei>",
    "<https://evil.example|click>",
    "[click](https://evil.example)",
    "![x](https://evil.example/p.png)",
    "https://evil.example/?a=1",
    "*x*",
    "_x_",
    "~x~",
    "~~x~~",
    "**x**",
    "`x`",
    "```\nx\n```",
    "# x",
    "#x",
    "> x",
    "- x",
    "1. x",
    "---",
    "===",
    "| a | b |\n| --- | --- |\n| c | d |",
    '<font color="warning">x</font>',
    "</font>",
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "]]>",
    "&lt;!channel&gt;",
    "&#60;b&#62;",
    ":tada:",
    "\u202egnp.exe",
    "\x1b[31mred",
    "a\x00b",
    "x\r\ny\u2028z",
    "\\*x\\*",
    "@all",
    "$userName=zhangwei$",
    "=1+1",
    "👨‍👩‍👧‍👦🇨🇳✅",
    "é̂̃" * 4,
    "华为技术有限公司（深圳）",
    "&" * 50,
    "﷽",
    "",
    " ",
    "\n",
)

texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.lists(st.sampled_from(HOSTILE), min_size=2, max_size=4).map("".join),
    st.text(max_size=30),
    st.text("续约到期客户年费。，ab *_`<>[]&\n", max_size=30),
    st.builds(lambda unit, times: unit * times, st.sampled_from(HOSTILE), st.integers(20, 300)),
)
links = st.sampled_from(
    ("https://crm.example/r/42", "http://x.example/a(b)*c_d?e=[f]&g='h'", "javascript:alert(1)")
)
mentions = st.builds(
    Mention,
    name=texts,
    slack_id=st.sampled_from((None, "U0LAN0Z89", "U1> <!channel")),
    wecom_id=st.sampled_from((None, "zhangwei", "x> <@all")),
)
plain_spans = st.builds(Span, texts)
spans = st.builds(
    Span,
    texts,
    bold=st.booleans(),
    code=st.booleans(),
    muted=st.booleans(),
    link=st.none() | links,
    mention=st.none() | mentions,
)


def lines(span: st.SearchStrategy[Span]) -> st.SearchStrategy[Line]:
    """Lines of up to three spans."""
    return st.lists(span, max_size=3).map(tuple)


def blocks(span: st.SearchStrategy[Span]) -> st.SearchStrategy[Block]:
    """Any block."""
    line = lines(span)
    tables = st.integers(0, 22).flatmap(
        lambda columns: st.builds(
            Table,
            st.lists(texts, min_size=columns, max_size=columns).map(tuple),
            st.lists(st.lists(line, max_size=columns + 1).map(tuple), max_size=4).map(tuple),
        )
    )
    return st.one_of(
        st.builds(Heading, texts),
        st.builds(Paragraph, line),
        st.builds(Bullets, st.lists(line, max_size=4).map(tuple)),
        st.builds(Fields, st.lists(st.tuples(texts, line), max_size=12).map(tuple)),
        tables,
        st.builds(Note, line),
        st.just(Divider()),
    )


words = st.text("abcdefghij", min_size=1, max_size=6)
chat_lines = st.sampled_from(("claim R-42", "snooze R-42", "lost R-7", "show 华为"))
fields = st.builds(
    FormField,
    name=st.sampled_from(("until", "why", "kind", "who")),
    label=texts,
    kind=st.sampled_from(FieldKind),
    required=st.booleans(),
    choices=st.lists(st.builds(Choice, texts, texts | words), max_size=24).map(tuple),
    initial=st.none() | texts | st.just(date(2026, 12, 1)),
    hint=texts,
)
forms = st.builds(
    Form,
    title=texts,
    line=chat_lines,
    submit=texts,
    cancel=texts,
    fields=st.lists(fields, max_size=4).map(tuple),
    intro=lines(spans),
)
buttons = st.builds(
    Button,
    label=texts,
    line=chat_lines | st.just("x" * 3000),
    style=st.sampled_from(ButtonStyle),
    confirm=st.none() | st.builds(Confirm, texts, texts, texts, texts),
    form=st.none() | forms,
)


def messages(span: st.SearchStrategy[Span]) -> st.SearchStrategy[Message]:
    """Any message whose words are drawn from `span`."""
    return st.builds(
        Message,
        summary=texts,
        blocks=st.lists(blocks(span), max_size=6).map(tuple),
        buttons=st.lists(buttons, max_size=9).map(tuple),
        form=st.none() | forms,
    )
