"""The words around a day or a contact that change what it is: moved, until then, only planned."""

from __future__ import annotations

# 改到周五, moved to Friday: this day takes the place of the ones before.
MOVED_TO = (
    r"(?:改(?:到|成|为|在|约|约到|期到|至)?|推(?:迟)?(?:到|至)|延(?:期|后|迟)?(?:到|至)|挪(?:到|至)|顺延(?:到|至)"
    r"|提前(?:到|至)|调(?:整)?(?:到|至)|换(?:到|成)|不对|说错了|更正|应该是|而?是(?=$)"
    r"|(?:moved|rescheduled|pushed|postponed|changed|shifted|delayed|bumped|moving)[a-z0-9 ']{0,30}?"
    r"(?:to|till|until|for)|i mean|sorry|correction|make (?:it|that)|rather|instead)[了:, ]{0,2}(?:on )?$"
)
MOVED_FROM = (
    r"(?:原[定来本计]?(?:划|在|是|定)?|本来(?:约|定|说)?(?:在|是|的)?|从|instead of|from|not|不是|originally|was)"
    r"\s?$"
)
THEN = (
    r"到时|届时|那时|那会|之后|以后|然后再|过后|回来(?:后|再|就|,?[约联跟打])|后 ?再|后 ?(?:跟进|联系|follow|回访|约|拜访|见|上门|找|聊|谈|打|发|签|去|问|call|ping|meet)|完再|了再"
    r"|\bthen\b|\bafterwards?\b|\bafter that\b|\bwhen (?:he|she|they)|\bonce (?:he|she|they)|\bupon return"
)
# Not part of another word: 续约电话, 重要会议, 王先生电话, 需求会议 are no plans.
INTENT_ZH = (
    r"(?:(?<![重主纪摘概必首])要(?!点|素)|准备|打算|计划|安排|(?<!理)想(?!法)|(?<![续签合违节大])约[了好个]?|再"
    r"|(?<![接招期])待(?!遇)|(?<!等)等(?![等人级])|需(?!求)|记得|希望|建议|答应|(?<![申邀])请|改天|下次|回头|尽快|争取"
    r"|可以|能不能|能否|将|应该|邀(?!请函|请了)|先(?!生)|(?:回[国来]|结束|出院|上班|开学|假|节|忙完|[月年周天收复完线布货批付款])后"
    r"|不用|不要|别(?!人)|无需|下一步|取消了?|让我?|拉|组织)"
    r"(?: ?[^,。; 了]{0,6})? ?$"
)
INTENT_EN = (
    r"(?:\b(?:will|to|need|needs|should|must|plan|planning|planned|going|gonna|wants?|wanted|asked for"
    r"|asking for|requested|requests|requesting|schedule|scheduled|scheduling|set up|set|book|booked"
    r"|next|let's|lets|would like|would|try|trying|pls|please|propose|proposed|suggest|suggested"
    r"|prefers?|prefer|invited?|invite|about|re|confirmed|agreed|arrange|arranged|no|not|before|competitor|competitor's|mentioned"
    r"|haven't|havent|didn't|cancelled|canceled|upcoming|for|expects?|awaiting|waiting)|'ll)"
    r"(?: (?:the|a|an|our|my|his|her|their|on|for|up|in|him|do|have|another|quick|short|intro|follow|up"
    r"|[a-z]+))?(?: [a-z]+)? ?$"
)
