"""The English words that tell how a customer was contacted.

`call!` is a word that only somebody who did it writes; `call?` a noun that may as well be a plan or a
topic. `talk`, `parley` and `paper` are last resorts: talking is by telephone, negotiating face to
face, documents go by e-mail. `skip` is part of a longer word.
"""

from __future__ import annotations

from handlers.reading.lexicon import worded

_EN_GATHERING = (
    r"(?:conference|webinar|event|summit|expo|trade ?show|roundtable|user group|meetup|booth|gala"
    r"|forum|user day|user conf|launch event|reception|fair|party|kick-?off event|community day|drinks)"
)
_EN_PLACE = (
    r"(?:office|offices|hq|site|plant|factory|headquarters|store|campus|warehouse|place|lab)"
)
_EN_MEETING = (
    r"(?:meeting|mtg|zoom|demo|workshop|session|qbr|ebr|review|training|kick-?off|lunch|dinner"
    r"|coffee|breakfast|presentation)"
)
_FEW = r"(?:[a-z']+ ){0,2}"
_PAPER = (
    r"(?:报价|方案|合同|资料|文档|ppt|报告|材料|发票|协议|案例|清单|手册|白皮书|proposal|quote|deck"
    r"|contract|invoice|quotation|agreement|pricing)"
)

KIND_WORDS_EN: dict[str, tuple[str, ...]] = {
    # Talk about a contact: the material for a meeting, the link for a call.
    "skip": (
        *(
            f"{noun}(?= (?:notes|time|link|room|account|prep|materials?|report|agenda|invite|slides|minutes"
            r"|recording|slot|request|feedback))"
            for noun in worded("meeting demo zoom qbr training visit call webinar workshop mtg")
        ),
        r"email (?:address|campaign|marketing|module|list)",
        r"text (?:field|module|file)",
        r"phone number",
        r"call cent(?:er|re)",
        r"message cent(?:er|re)",
    ),
    "call!": (
        r"conference call",
        r"got (?:a )?hold of",
        r"got through to",
        r"calling back and forth",
        r"called",
        r"calld",
        r"rang",
        r"phoned",
        r"dial+ed",
        r"left (?:a |an |him a |her a |them a |[a-z]+ a )?(?:vm|v/m|voice ?mail|voice message|message|msg)",
        r"left (?:message|msg|word|a note)",
        r"voice ?mails?",
        r"left (?:\d|two|three|a few|several|another) (?:vms?|voice ?mails|messages)",
        r"vm",
        r"no answer",
        r"no pick ?up",
        r"did ?n[o'o]?t (?:pick ?up|answer)",
        r"didnt (?:pick ?up|answer)",
        r"not picking up",
        r"not answering",
        r"line busy",
        r"hung up",
        r"tried (?:to call|calling|to reach|ringing|phoning)",
        r"had a " + _FEW + r"(?:call|phone)",
        r"had (?:an |our |my |the )?(?:[a-z]+ )?call",
        r"on (?:a|the|our|my|today's) " + _FEW + r"(?:call|phone)",
        r"after (?:a|the|our|my) (?:[a-z]+ )?call",
        r"just got off (?:a|the) " + _FEW + r"(?:call|phone)",
        r"got off (?:a|the) " + _FEW + r"(?:call|phone)",
        r"over the phone",
        r"by phone",
        r"phone call",
        r"via phone",
        r"quick call",
        r"(?:had|got) a call",
        r"got a call",
        r"huddle",
        r"slack (?:call|huddle)",
        r"wechat (?:call|voice)",
        r"whatsapp (?:call|voice)",
        r"call (?:w/|w |with)",
        r"call went",
        r"call done",
        r"call ok",
    ),
    "call?": (
        r"call",
        r"calls",
        r"calling",
        r"phone(?! number)",
        r"ring",
    ),
    "meeting!": (
        r"had (?:drinks|tea|a beer)",
        r"drinks (?:with|w/|w)",
        r"golf(?:ed)? (?:with|w/|w)",
        r"dined (?:with|w/)",
        r"met(?: up)?",
        r"had (?:a |an |our |the |my )?" + _FEW + _EN_MEETING,
        r"lunch (?:with|w/|w)",
        r"dinner (?:with|w/|w)",
        r"coffee (?:with|w/|w)",
        r"breakfast (?:with|w/|w)",
        r"over (?:lunch|coffee|dinner|zoom|breakfast)",
        r"for (?:a )?(?:lunch|coffee|dinner|breakfast)",
        r"grabbed (?:a )?(?:coffee|lunch|dinner|drinks)",
        r"presented",
        r"attended (?:the |a |an |our |their )?(?:[a-z]+ ){0,2}(?:meeting|qbr|training|kick-?off|demo|call)",
        r"demoed",
        r"walked " + _FEW + r"through",
        r"sat down",
        r"in person",
        r"(?:bumped|ran) into",
        r"face to face",
        r"f2f",
        r"video call",
        r"google meet",
        r"zoomed",
        r"(?:over|on|via) (?:a |the )?(?:zoom|teams|webex|video|google meet)",
        r"zoom (?:call|w/|w |with|meeting)",
        r"meeting (?:w/|w |with)",
        r"mtg (?:w/|w |with)",
        r"qbr (?:w/|w |with)",
        r"demo (?:w/|w |with|for|to)",
        *(
            rf"{noun} (?:went|done|was|is done|completed?|ok|good|held|finished|today|over)"
            for noun in ("meeting", "mtg", "demo", "qbr", "zoom", "workshop", "training", "ebr")
        ),
        *(
            rf"{lead} (?:the |our |a |today's |this |an )?(?:[a-z]+ )?(?:meeting|mtg|qbr|demo|zoom|ebr)"
            for lead in ("during", "after", "did", "ran", "held", "finished", "gave", "in", "from")
        ),
        r"ran (?:a |the )?" + _FEW + _EN_MEETING,
        r"gave (?:a |the |them |him |her )?" + _FEW + r"(?:demo|training|presentation)",
        r"trained",
    ),
    "meeting?": (
        r"zoom",
        r"meeting",
        r"mtg",
        r"demo",
        r"qbr",
        r"ebr",
        r"webex",
        r"teams(?= )",
        r"workshop",
        r"kick-?off",
        r"lunch",
        r"dinner",
        r"coffee",
    ),
    "visit!": (
        r"toured",
        r"site tour",
        r"hosted (?:them|him|her|the client|the customer) at",
        r"visited",
        r"on-?site(?: visit| at| with| w)?",
        r"on site",
        r"site visit",
        r"stopped by",
        r"dropped by",
        r"dropped in",
        r"swung by",
        rf"went (?:to|over to|by) (?:see |visit |the |their |his |her )?{_FEW}{_EN_PLACE}",
        rf"at (?:their|his|her|the customer'?s?|the client'?s?|client|customer) (?:[a-z]+ )?{_EN_PLACE}",
        r"in (?:their|his|her) (?:[a-z]+ )?(?:office|hq|plant|factory)",
        r"went to see",
        r"came (?:to|by) (?:our|the|us)(?: office| hq)?",
    ),
    "visit?": (
        r"visit",
        r"visits",
        r"visiting",
    ),
    "email!": (
        r"emailed",
        r"emailing",
        r"exchanged (?:[a-z]+ )?e?-?mails?",
        r"email (?:thread|exchange|chain|conversation)",
        r"e-mailed",
        r"emaild",
        r"mailed",
        r"sent (?:[a-z0-9'$%.-]+ ){0,6}(?:email|e-mail|mail|emails)",
        r"sent (?:over )?(?:an |a |the )?(?:email|e-mail)",
        r"(?:via|by|over) e-?mail",
        r"via e-?mail",
        r"by e-?mail",
        r"over e-?mail",
        r"in (?:an|his|her|their) e-?mail",
        r"got (?:an |a |his |her )?(?:[a-z]+ )?e-?mail",
        r"received (?:an |a )?(?:[a-z]+ )?e-?mail",
        r"replied (?:to|by|via) (?:[a-z]+ ){0,3}e-?mail",
        r"email(?: back)? (?:from|sent|out|went)",
        r"no (?:reply|response)(?: yet)? (?:to|on) (?:my|our|the|last) (?:[a-z]+ )?e?-?mail",
        r"cc'?d",
        r"per [a-z']+ email",
    ),
    "email?": (
        r"email",
        r"emails",
        r"e-mail",
        r"mail",
    ),
    "message!": (
        r"texted",
        r"texting",
        r"messaging",
        r"exchanged (?:[a-z]+ )?(?:messages|texts|msgs|dms)",
        r"txted",
        r"text(?:ed)? (?:from|back|with|w/)",
        r"got a (?:text|dm|message|msg|whatsapp|wechat|slack)",
        r"sent (?:him |her |them |[a-z]+ )?(?:a |an )?(?:quick )?(?:text|message|msg|dm|sms|whatsapp|wechat)",
        r"(?:on|via|over|through) (?:slack|whatsapp|wechat|linkedin|text|sms|imessage|teams chat)",
        r"on (?:slack|whatsapp|wechat|linkedin|imessage|telegram)",
        r"via (?:slack|whatsapp|wechat|linkedin|text|sms|dm|telegram)",
        r"over (?:slack|whatsapp|wechat|text|sms|dm)",
        r"messaged",
        r"msged",
        r"msg'?d",
        r"pinged",
        r"slacked",
        r"whatsapped",
        r"wechatted",
        r"slack dm",
        r"dm (?:w/|with|from|w)",
    ),
    "message?": (
        r"whatsapp",
        r"wechat(?! pay)",
        r"slack(?! integration)",
        r"text",
        r"sms",
        r"dm",
        r"msg",
        r"linkedin",
        r"imessage",
    ),
    "event!": (
        r"attended",
        rf"at (?:the |our |their |an? |this )?{_FEW}{_EN_GATHERING}",
        r"at (?:the |our |their |an? )[a-z]+ (?:dinner|party|drinks)",
        rf"attended (?:the |our |their |an? )?{_FEW}{_EN_GATHERING}",
        rf"joined (?:the |our |their |an? )?{_FEW}{_EN_GATHERING}",
        rf"came to (?:the |our |their |an? )?{_FEW}{_EN_GATHERING}",
        rf"showed up (?:at|to|for) (?:the |our )?{_FEW}{_EN_GATHERING}",
        rf"visited (?:the |our )?{_FEW}(?:booth|stand)",
        rf"hosted (?:the |our |a )?{_FEW}{_EN_GATHERING}",
        rf"during (?:the |our |an? )?{_FEW}{_EN_GATHERING}",
    ),
    "event?": (
        *["webinar", "conference", "summit", "expo", "trade ?show", "roundtable", "meetup", "gala"],
    ),
    "talk": (
        r"confirmed with",
        r"spoke(?:n)?",
        r"reached(?! (?:out|the|an|agreement))",
        r"connected with",
        r"in touch with",
        r"talked",
        r"chatted",
        r"chat (?:w/|with|w)",
        r"(?:had a |great |good |quick |nice )chat",
        r"had a " + _FEW + r"(?:chat|conversation)",
        r"had a (?:chat|conversation)",
        r"caught up",
        r"checked in (?:with|w)",
        r"followed up (?:with|w)",
        r"reached out",
        r"touched base",
        r"discussed",
        r"heard back from",
    ),
    # Whoever tries again has tried before.
    "again": (
        r"call (?:him |her |them |[a-z]+ )?again",
        r"ring (?:him |her |them )?again",
    ),
    "paper": (
        rf"sent (?:over )?(?:[a-z0-9'$%.-]+ ){{0,6}}{_PAPER}",
        r"sent (?:it|them|over)",
        r"forwarded",
        r"wrote (?:to|back)?",
        r"replied",
        r"sent",
        r"shared (?:the |a |our )?" + _FEW + r"(?:deck|proposal|quote|pricing|roadmap)",
    ),
}
