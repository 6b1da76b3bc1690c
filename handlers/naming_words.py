"""Words inside company names that are not the name: legal forms, trades, places, readings."""

from __future__ import annotations

import re

LEGAL_ZH = re.compile(
    r"(?:(?:股份)?有限(?:责任)?(?:总|分)?公司|有限合伙|(?:总|分)公司|公司|集团|控股|股份|事务所)+$"
)
"""Legal forms at the end of a Chinese name, several in a row too: 集团股份有限公司."""

LEGAL_EN = frozenset(
    {
        "inc",
        "incorporated",
        "ltd",
        "limited",
        "llc",
        "llp",
        "lp",
        "plc",
        "co",
        "company",
        "corp",
        "corporation",
        "gmbh",
        "ag",
        "kg",
        "se",
        "sa",
        "sas",
        "sarl",
        "srl",
        "spa",
        "bv",
        "nv",
        "ab",
        "as",
        "asa",
        "oy",
        "oyj",
        "kk",
        "pte",
        "pty",
        "pvt",
        "sdn",
        "bhd",
        "group",
        "holding",
        "holdings",
    }
)
"""Legal forms at the end of a Latin name, without dots."""

TRADES_ZH = re.compile(
    r"(?:科技|技术|信息|网络|软件|电子|智能|数据|实业|贸易|商贸|工业|制造|机械|电气|通信|通讯|传媒|文化"
    r"|教育|咨询|服务|管理|投资|发展|建设|工程|物流|能源|环保|生物|医药|医疗|食品|餐饮|服饰|材料|化工"
    r"|汽车|电器|设备|国际|产业|健康|金融|银行|保险|证券|酒店|旅游|农业|零售|百货|供应链|半导体|新能源)+$"
)
"""What a company does, at the end of its name: nobody searches by it, too many share it."""

PLACES_ZH = re.compile(
    r"^(?:中国|北京|上海|天津|重庆|广东|广州|深圳|东莞|佛山|珠海|中山|惠州|江苏|南京|苏州|无锡|常州|南通"
    r"|浙江|杭州|宁波|温州|嘉兴|绍兴|山东|济南|青岛|烟台|福建|福州|厦门|泉州|四川|成都|湖北|武汉|湖南"
    r"|长沙|河南|郑州|河北|石家庄|陕西|西安|辽宁|沈阳|大连|吉林|长春|黑龙江|哈尔滨|安徽|合肥|江西|南昌"
    r"|云南|昆明|贵州|贵阳|广西|南宁|海南|海口|山西|太原|甘肃|兰州|内蒙古|新疆|西藏|宁夏|青海|香港|澳门"
    r"|台湾)[省市]?(?=.{2})"
)
"""Where a company sits, at the start of its name: people leave it out."""

READINGS_ZH = {
    "重庆": ("chong", "qing"),
    "厦门": ("xia", "men"),
    "成都": ("cheng", "du"),
    "银行": ("yin", "hang"),
    "长安": ("chang", "an"),
    "长春": ("chang", "chun"),
    "长江": ("chang", "jiang"),
    "长城": ("chang", "cheng"),
    "长沙": ("chang", "sha"),
    "成长": ("cheng", "zhang"),
    "音乐": ("yin", "yue"),
    "会计": ("kuai", "ji"),
    "蚌埠": ("beng", "bu"),
    "东莞": ("dong", "guan"),
    "六安": ("lu", "an"),
    "西藏": ("xi", "zang"),
    "重工": ("zhong", "gong"),
    "重型": ("zhong", "xing"),
    "大厦": ("da", "sha"),
}
"""Pairs of characters whose reading is certain."""

TWO_READINGS = {
    "长": ("chang", "zhang"),
    "重": ("zhong", "chong"),
    "厦": ("xia", "sha"),
    "行": ("hang", "xing"),
    "乐": ("le", "yue"),
    "都": ("du", "dou"),
    "曾": ("zeng", "ceng"),
    "单": ("dan", "shan"),
    "盛": ("sheng", "cheng"),
    "晟": ("sheng", "cheng"),
    "朝": ("chao", "zhao"),
    "藏": ("cang", "zang"),
    "调": ("tiao", "diao"),
    "解": ("jie", "xie"),
    "柏": ("bai", "bo"),
    "莞": ("guan", "wan"),
    "翟": ("zhai", "di"),
    "查": ("cha", "zha"),
    "朴": ("pu", "piao"),
    "区": ("qu", "ou"),
    "仇": ("chou", "qiu"),
    "尉": ("wei", "yu"),
    "贾": ("jia", "gu"),
    "泊": ("bo", "po"),
    "弹": ("dan", "tan"),
    "奇": ("qi", "ji"),
    "校": ("xiao", "jiao"),
    "宿": ("su", "xiu"),
    "角": ("jiao", "jue"),
    "率": ("lv", "shuai"),
    "参": ("can", "shen"),
    "陆": ("lu", "liu"),
    "传": ("chuan", "zhuan"),
    "会": ("hui", "kuai"),
    "洗": ("xi", "xian"),
}
"""Characters read in two ways in names; the first is the usual one there."""
