"""The words that make a name: surnames, titles, common English first names, and what is none."""

from __future__ import annotations

from handlers.reading.lexicon import worded

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余"
    "潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊"
    "兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜詹"
    "关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜"
    "吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦"
    "迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥"
    "蔺水云昌凤酆鲍俞费廉岑薛雷贺倪汤滕殷罗毕安常乐于时傅皮卞齐康伍余元卜顾孟平黄穆萧尹姚邵湛汪祁毛"
)
COMPOUND_SURNAMES = (
    "欧阳",
    "司马",
    "上官",
    "诸葛",
    "司徒",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "令狐",
    "夏侯",
    "端木",
)
# Characters that are surnames but far more often something else in these lines.
RARE_SURNAMES = frozenset(
    "于时全都原应明计位成谈向单解强关连保水云元平官安常乐文方万金应台商盖木党衣查"
)

# Title, and what must not follow it: 周总结 is no 周总, 张工作 no 张工.
TITLES: tuple[tuple[str, str], ...] = (
    ("副总裁", ""),
    ("副总经理", ""),
    ("总经理", ""),
    ("董事长", ""),
    ("副总", "裁经"),
    ("总监", ""),
    ("总裁", ""),
    ("总助", ""),
    ("总工", "程"),
    ("总", "结部计共量价数额之算账而监经裁助体归"),
    ("副经理", ""),
    ("经理", ""),
    ("主任", ""),
    ("老师", ""),
    ("博士", ""),
    ("教授", ""),
    ("工程师", ""),
    ("院长", ""),
    ("校长", ""),
    ("处长", ""),
    ("局长", ""),
    ("科长", ""),
    ("部长", ""),
    ("行长", ""),
    ("厂长", ""),
    ("店长", ""),
    ("所长", ""),
    ("站长", ""),
    ("馆长", ""),
    ("园长", ""),
    ("书记", ""),
    ("主席", ""),
    ("主管", ""),
    ("主编", ""),
    ("组长", ""),
    ("队长", ""),
    ("助理", ""),
    ("秘书", ""),
    ("会计", ""),
    ("律师", ""),
    ("医生", ""),
    ("大夫", ""),
    ("女士", ""),
    ("先生", ""),
    ("小姐", ""),
    ("同学", ""),
    ("师傅", ""),
    ("老板", ""),
    ("阿姨", ""),
    ("工", "作单厂程期具人资商业行会艺时地况"),
    ("董", "事"),
    ("处", "理于置罚分境长"),
    ("局", "面部限势长"),
    ("院", "校区长士"),
    ("科", "技学室目长"),
    ("校", "园区长对验"),
    ("行", "业情程动不长政为吗的"),
    ("姐", ""),
    ("哥", ""),
    ("公", "司开告布众"),
    ("老", "师板客总"),
    ("博", "客文士"),
    ("导", "入出致航"),
    ("ceo", ""),
    ("cto", ""),
    ("cfo", ""),
    ("cio", ""),
)
# After 小 or 老 these read on into another word: 小程序, 老客户, 小时.
NICK_NOT_FOLLOWED = {
    "程": "序",
    "方": "案面向式法",
    "金": "额",
    "高": "峰",
    "时": "",
    "单": "",
    "平": "",
    "于": "",
    "毛": "病",
    "白": "板色天名皮",
    "路": "",
    "全": "",
    "包": "",
    "米": "",
    "万": "",
    "车": "",
    "明": "",
    "原": "",
    "来": "",
    "计": "",
    "位": "",
    "都": "",
    "应": "",
    "和": "",
    "保": "",
    "石": "",
    "成": "",
    "解": "",
    "查": "",
    "木": "",
    "房": "",
    "商": "",
    "康": "",
    "项": "目",
    "台": "",
    "元": "",
    "文": "",
    "乐": "",
    "党": "",
    "官": "",
    "盖": "",
    "强": "",
    "连": "",
    "衣": "",
    "常": "",
    "向": "",
    "关": "",
}
NOT_GIVEN = frozenset(
    "的了和跟与给约找在到从对向把被让请问说聊谈打发开见去来回就还都也不没有是要会能可想个们这那他她它我你您"
    "微电邮短信话总工今后昨下上周月号日年再先已正将及或但并而且很太更最又只各每另等中内外前之所以于因为"
    "，,。.、；;：:！!？?（）() "
)
# Two-character words that begin with a surname and are no name.
NOT_NAMES = frozenset(
    worded(
        "方案 方面 方式 方便 高层 高管 金额 时间 安排 安全 安装 成本 成功 产品 严重 "
        "常规 全部 全面 明确 明天 明年 黄页 万元 温馨 平台 平均 应用 应收 关系 关于 "
        "关键 关机 项目 计划 程序 程度 单位 单子 连接 席位 常见 任务 任何 向上 查询 "
        "查看 代理 华东 华南 华北 华中 江苏 江西 马上 易用 石油 田间 于是 支持 支付 "
        "经理 经费 解决 解释 何时 宣传 祝贺 包括 包装 左右 应该 管理 陆续 房产 段时 "
        "雷同 龙头 高价 高校 高级 文档 文件 白板 钱款 车间 车队 毛利 简单 商务 商量 "
        "商机 商城 甘肃 宁波 宁夏 金融 金蝶 万科 江浙 关注 应付 席间 华为 时候 官方 "
        "强调 成交 成都 项下 路上 广东 石家 武汉 温州 苏州 徐州 常州 安徽 云南 云端 "
        "谈判 谈话 谈了 谈的 计费 单价 原来 原定 全员 全年 都说 来电 来访 来我 来了 "
        "和他 和她 和客 和对 于工 水务 水电 明细 明早 明晚 高兴 高度 舒服 常用 保留 "
        "保持 保险 保证 文化 文字 安心 平时 平常 元旦 元宵 时机 花钱 花了 严格 乐意 "
        "和平 强烈 成员 成立 解约 连续 连锁 位置 边上 计算 查账 关停 向他 万一 景区 "
        "宫颈 白天 白跑 老板 童装 燕郊 金山 应届"
    )
)
ENGLISH_FIRST_NAMES = frozenset(
    worded(
        "adam alan albert alex alice alicia amanda amy ana andrea andrew andy angela anita ann "
        "anna anne annie anthony ashley barbara ben benjamin beth betty bill bob bobby brad "
        "brandon brenda brian bruce bryan carl carla carlos carol caroline catherine cathy "
        "charles charlie cheryl chloe chris christina christine christopher cindy claire colin "
        "craig cynthia dan dana daniel danielle dave david dean debbie deborah dennis derek diana "
        "diane diego don donald donna doug douglas dylan ed eddie edward elaine elena eli "
        "elizabeth ellen emily emma eric erica erik erin ethan eva evan eve fiona frank fred gary "
        "george gina gordon grace greg hannah harry harvey heather helen henry hugo ian irene "
        "isaac ivan jack jackie jacob jake james jamie jan jane janet janice jason jay jean jeff "
        "jen jennifer jenny jeremy jerry jess jesse jessica jill jim jimmy joan joe joel john "
        "johnny jon jonathan jordan jose joseph josh joshua joyce juan judy julia julian julie "
        "justin karen karl kate katherine kathy katie keith kelly ken kenny kevin kim kumar kyle "
        "lara larry laura lauren leah lee leo leon leslie liam lily linda lisa liz louis lucas "
        "lucy luis luke lynn mandy marco margaret maria marie mario martha martin marvin mary "
        "mateo matt matthew maya megan melissa michael michelle miguel mike mohammed monica nancy "
        "naomi natalie nathan neil nick nicole nina noah nora oliver olivia omar oscar owen pam "
        "pamela pat patricia patrick paul paula pedro pete peter phil philip priya rachel raj "
        "ralph ravi ray rebecca rick rita rob robert robin roger ron rosa rose ross roy ruth ryan "
        "sally sam samantha samuel sandra sandy sara sarah scott sean sergio seth shannon sharon "
        "sheila shirley simon sofia sophia sophie stacy stan stella stephanie stephen steve "
        "steven stuart sue susan tammy tanya ted teresa terry theresa thomas tim tina todd tom "
        "tommy tony tracy travis tyler vanessa vera vicky victor victoria vincent vivian walter "
        "wanda wayne wendy will william yuki yvonne zach zoe eason coco cherry candy echo ivy "
        "jasmine mia ella ruby yoyo"
    )
)
# Capitalised words that begin lines or stand for things, not people.
NOT_LATIN_NAMES = frozenset(
    worded(
        "a an the i we he she it they you my our his her their its this that these those there "
        "here who what when where why how and or but so if then also still just quick short long "
        "great good bad nice happy sad angry ok okay yes no not now new old next last first "
        "second had has have was were is are be been will would can could should may might must "
        "do does did done got get go going gone said says say asked asks wants want wanted needs "
        "need called call calls calling met meet meeting mtg emailed email emails mail sent send "
        "sending texted text texts message messaged msg dm pinged ping visited visit visiting "
        "site onsite on off at in by to for from with w about re via per over under into out up "
        "down all any some each every both few many more most other another same only left "
        "voicemail vm tried try spoke spoken talked talk chat chatted follow followed followup "
        "f/u check checked checking reach reached reaching touch touched circle back bumped ran "
        "into saw see seen demo demoed presented showed show walked trained training lunch dinner "
        "coffee breakfast zoom teams slack whatsapp wechat sms skype webex google linkedin "
        "telegram outlook gmail qbr ebr webinar conference event summit expo trade show booth "
        "workshop roundtable meetup forum gala internal note notes reminder todo update fyi asap "
        "eod eow eom eoq eoy tbd tbc wip ooo pto monday tuesday wednesday thursday friday "
        "saturday sunday mon tue tues wed thu thur thurs fri sat sun january february march april "
        "june july august september october november december jan feb mar apr jun jul aug sep "
        "sept oct nov dec q1 q2 q3 q4 h1 h2 today tomorrow yesterday week month quarter year "
        "spring summer autumn fall winter christmas easter thanksgiving cny usd rmb eur gbp hkd "
        "arr mrr acv tcv nps csat roi sla sso api crm erp hr it ai ml poc rfp rfi po sow msa nda "
        "gdpr iso soc vp svp evp ceo cto cfo coo cio cmo ciso dir director manager mgr head lead "
        "champion sponsor buyer procurement legal finance sales marketing support ops engineering "
        "customer client team company board user users admin everyone everybody nobody somebody "
        "someone anyone folks guys people staff boss assistant receptionist secretary gatekeeper "
        "account renewal renewed renewing contract deal pricing price quote proposal budget "
        "discount invoice license seats usage adoption churn risk upsell expansion escalate "
        "escalated waiting awaiting pending blocked positive negative sounds looks seems think "
        "maybe probably please pls thanks thank hi hello hey dear re fw fwd cc attn urgent "
        "important hot cold warm verbal verbally legal signed signing kickoff onboarding "
        "migration integration roadmap feature bug ticket phone video face person chinese english "
        "beijing shanghai shenzhen guangzhou hangzhou chengdu wuhan london berlin paris tokyo "
        "singapore york hong kong sydney munich sf nyc la uk us usa eu apac emea china asia "
        "europe germany france japan competitor competitors salesforce hubspot zendesk oracle sap "
        "microsoft amazon aws azure apple huawei alibaba tencent confirmed confirm agreed agree "
        "declined decline cancelled canceled rescheduled moved postponed delayed scheduled "
        "schedule booked book set setup prep prepare draft sign reviewed review discussed discuss "
        "shared share forwarded replied reply responded response answer answered no-show attended "
        "joined hosted dropped stopped swung went came come nothing something everything heard "
        "hear received receive chase chased nudge nudged remind reminded caught catch sync synced "
        "sat grabbed enjoyed had having after before during since until till because although "
        "while however unless whether than as like ring rang phoned left leave retry again later "
        "soon deck recap summary plan plans decision intro demo'd hold waiting gave give giving "
        "promised promise owe owes sat"
    )
)
HONORIFICS = ("mr", "mrs", "ms", "miss", "dr", "prof", "professor", "madam", "mdm", "sir")
