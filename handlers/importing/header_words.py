"""The words by which people head their columns and name their sheets, in both languages.

A key is a column's name, or `kind.column` where a word means something else in that kind. Words
are compared without case, width, spaces and punctuation; the column's own name always counts.
"""

from __future__ import annotations

HEADER_WORDS: dict[str, str] = {
    # who
    "account": "客户名称|客户|客户名|客户全称|客户公司|客户单位|公司|公司名称|公司名|企业|企业名称|单位|"
    "单位名称|甲方|甲方名称|签约客户|签约主体|客户简称|account name|customer|customer name|client|"
    "client name|company|company name|organization|organisation",
    "aliases": "别名|简称|曾用名|其他名称|alias|also known as|aka|short name",
    "industry": "行业|所属行业|行业类型|客户行业|sector|vertical",
    "segment": "客户等级|客户级别|等级|级别|客户分级|客户层级|客户类型|分层|tier|customer tier|"
    "customer segment|account tier|account segment|customer level|class",
    "csm": "客户成功|客户成功经理|成功经理|客户成功负责人|customer success|customer success manager|"
    "csm name|csm owner",
    "account_executive": "客户经理|大客户经理|销售经理|ae|account exec|account manager|am",
    "region": "地区|区域|大区|省份|所在地区|所属区域|客户区域|area|territory|geo",
    "external_id": "外部编号|外部id|客户编号|客户编码|客户id|客户代码|customer id|account id|client id|"
    "crm id|customer number|customer code|account number",
    "signed_up_on": "注册日期|注册时间|开户日期|首次签约日期|成为客户日期|合作开始日期|signup date|"
    "sign up date|signed up|customer since|registered on",
    # contract
    "contract_no": "合同编号|合同号|合同编码|合同代码|合同id|订单编号|订单号|协议编号|协议号|contract number|"
    "contract no|contract num|contract id|contract code|contract|contract #|agreement no|"
    "agreement number|order no|order number|subscription id",
    "product": "产品|产品名称|产品线|购买产品|产品版本|版本|套餐|服务|服务名称|服务内容|服务项目|合同内容|"
    "product name|plan|edition|package|sku|service|subscription|plan tier",
    "starts_on": "开始日期|开始日|开始时间|起始日期|起始日|起始时间|生效日期|生效日|生效时间|合同开始日期|"
    "合同开始日|合同开始时间|合同起始日期|合同起始日|合同生效日期|合同生效日|服务开始日期|服务开始时间|服务起始日期|"
    "起日|start|start date|starts|starts on|begin date|effective date|effective from|"
    "contract start|contract start date|term start|term start date|service start|"
    "service start date|valid from|from date|commencement date",
    "ends_on": "到期日期|到期日|到期时间|合同到期|合同到期日|合同到期日期|合同到期时间|截止日期|截止日|截止时间|"
    "结束日期|结束日|结束时间|合同结束日期|合同结束日|合同结束时间|合同截止日期|合同截止日|服务到期|服务到期日|"
    "服务到期日期|服务到期时间|服务结束日期|服务截止日期|有效期至|有效期止|续费日期|续费日|续约日期|续约日|"
    "续费到期日|终止时间|止日|失效日期|过期日期|end|end date|ends|ends on|expiry|expiry date|expires|"
    "expires on|expiration|expiration date|expire date|renewal date|renewal|renews on|due date|"
    "contract end|contract end date|contract expiry|contract expiry date|term end|"
    "term end date|service end|service end date|valid until|valid to|valid through",
    "arr": "年费|年度费用|年金额|年度金额|年合同额|年合同金额|年度合同额|年度合同金额|年服务费|年度服务费|年化金额|年化收入|"
    "年化合同额|年订阅费|annual recurring revenue|arr amount|annual fee|annual value|"
    "annual amount|annual contract value|acv|yearly fee|yearly amount|annual price|"
    "annual revenue|annualized value",
    "term_value": "合同金额|合同总金额|合同总额|合同额|合同价|合同价款|合同总价|总金额|金额|总价|总额|签约金额|"
    "成交金额|订单金额|服务费|服务费用|费用|contract value|contract amount|contract total|"
    "total contract value|tcv|amount|value|total amount|total value|price|contract price|"
    "deal value|deal size",
    "mrr": "月费|月服务费|每月费用|月金额|月租|月租费|monthly recurring revenue|mrr amount|monthly fee|"
    "monthly amount|monthly value|monthly price",
    "currency": "币种|货币|币别|结算币种|合同币种|currency code|ccy|cur",
    "seats": "席位|席位数|席位数量|坐席|坐席数|账号数|账号数量|用户数|用户数量|授权数|授权数量|许可数|人数|数量|"
    "seat|seat count|number of seats|licenses|licences|licence count|license count|users|"
    "number of users|quantity|qty",
    "owner": "负责人|跟进人|责任人|续约负责人|续费负责人|对接人|销售|销售负责人|销售人员|业务员|归属人|所属销售|"
    "客户负责人|我方负责人|account owner|contract owner|renewal owner|sales|sales rep|"
    "salesperson|sales owner|rep|responsible|assigned to|assignee",
    "auto_renew": "自动续约|自动续费|自动续签|是否自动续约|是否自动续费|是否自动续签|自动延续|autorenewal|"
    "auto renewal|auto renews|automatic renewal|auto renew flag|autorenew flag",
    "notice_days": "通知期|通知期限|通知天数|通知期天数|提前通知天数|提前通知|提前通知期|解约通知期|不续约通知期|"
    "notice|notice period|notice period days|notice days|days notice|cancellation notice|"
    "cancellation notice days|notice term",
    "contact_name": "联系人|客户联系人|联系人姓名|联系人名称|主要联系人|对方联系人|客户对接人|contact|"
    "contact person|primary contact|customer contact|main contact",
    "contact_email": "邮箱|联系人邮箱|电子邮箱|电子邮件|邮件|客户邮箱|联系邮箱|email|e-mail|mail|"
    "contact mail|email address|contact email address",
    "contact_phone": "电话|联系电话|联系人电话|手机|手机号|手机号码|电话号码|联系方式|客户电话|联系人手机|phone|"
    "telephone|tel|mobile|phone number|contact number|mobile number|cell",
    "contact_title": "联系人职务|联系人职位|联系人岗位|contact job title",
    "signed_on": "签约日期|签约日|签约时间|签订日期|签订时间|签署日期|签署时间|合同签订日期|合同签订时间|"
    "合同签署日期|合同签约日期|sign date|signed|signed date|signature date|signing date|"
    "date signed|contract signed|booking date",
    "cancelled_on": "终止日期|终止日|合同终止日期|合同终止日|解约日期|解约日|取消日期|流失日期|退订日期|"
    "提前终止日期|canceled on|cancelled|canceled|cancellation date|cancel date|"
    "termination date|terminated on|churn date|churned on",
    "status": "状态|合同状态|续约状态|当前状态|state|contract status|renewal status",
    "renewed_from": "续签自|续约自|原合同编号|原合同号|原合同|上期合同|上期合同编号|上一合同编号|前序合同|"
    "previous contract|previous contract no|previous contract number|prior contract|"
    "renewal of|renews|replaces|predecessor",
    "team": "团队|所属团队|部门|所属部门|小组|销售团队|业务线|事业部|department|group|squad|sales team",
    # steps, rates
    "from_on": "生效日期|生效日|起始日期|开始日期|自|from|from date|effective|effective date|"
    "effective from|start date|starts on",
    "arr_steps.arr": "年费|年化金额|年度金额|金额|annual fee|annual value|amount|value|acv",
    "on": "日期|汇率日期|date|rate date|as of|day",
    "rate": "汇率|折算率|兑换率|exchange rate|fx|fx rate|conversion rate",
    # contacts, people
    "name": "姓名|名字|名称|full name",
    "contacts.name": "姓名|名字|联系人|联系人姓名|contact|contact name|full name|person",
    "people.name": "姓名|名字|员工|员工姓名|人员|人员姓名|成员|full name|person|employee|member|user",
    "role": "角色|职能|contact role|决策角色|权限|permission",
    "title": "职务|职位|岗位|头衔|job title|position",
    "contacts.email": "邮箱|电子邮箱|电子邮件|邮件|联系人邮箱|e-mail|mail|email address|contact email",
    "email": "邮箱|电子邮箱|电子邮件|邮件|工作邮箱|e-mail|mail|email address|work email",
    "phone": "电话|联系电话|手机|手机号|手机号码|电话号码|联系方式|联系人电话|telephone|tel|mobile|phone number|"
    "mobile number|contact phone",
    "left_on": "离职日期|离职时间|离开日期|left|left date|departed on|leave date",
    "opted_out": "退订|是否退订|拒收|不再联系|opt out|opted out|unsubscribed|do not contact",
    "slack_id": "slack|slack 用户|slack账号|slack user|slack user id|slack member id",
    "wecom_id": "企业微信|企微|企业微信账号|企微账号|企业微信id|企微id|企业微信userid|wecom|wecom user|"
    "wecom userid|wechat work id|userid",
    "locale": "语言|界面语言|language|lang",
    "time_zone": "时区|timezone|tz",
    "manager": "上级|主管|直属上级|汇报对象|经理|reports to|supervisor|line manager",
    # goals, signals, tickets, payments
    "goal": "目标|期望|客户目标|客户期望|objective|expectation|success goal",
    "goals.due_on": "目标日期|截止日期|截止日|到期日期|计划完成日期|期限|due|due date|target date|deadline",
    "value_delivered": "交付价值|已交付价值|价值|达成情况|成果|完成情况|value|delivered|result|outcome|"
    "delivered value",
    "confirmed_by": "确认人|客户确认人|confirmed|confirmed by whom|acknowledged by",
    "signal": "信号|指标|指标名称|健康信号|信号名称|metric|measure|indicator|signal name|metric name",
    "observed_on": "日期|统计日期|观测日期|记录日期|数据日期|采集日期|date|observed|observation date|"
    "measured on|recorded on|as of",
    "value": "值|数值|指标值|信号值|measurement|metric value|signal value|score",
    "source": "来源|数据来源|渠道|origin|data source",
    "note": "备注|说明|备注说明|内容|跟进内容|跟进记录|notes|remark|remarks|comment|comments|description",
    "ticket_no": "工单号|工单编号|工单id|服务单号|问题编号|ticket|ticket number|ticket id|ticket no|"
    "ticket #|case number|case no|case id|issue id",
    "opened_on": "创建日期|创建时间|提交日期|提交时间|提单日期|提单时间|报告日期|打开日期|opened|open date|opened at|created|created on|"
    "created at|created date|submitted|submitted at|submitted on|date opened",
    "closed_on": "关闭日期|关闭时间|解决日期|解决时间|完成日期|结单日期|结单时间|closed|close date|closed at|resolved|"
    "resolved on|resolved at|date closed",
    "severity": "严重程度|严重级别|严重度|优先级|级别|等级|紧急程度|priority|urgency|sev",
    "subject": "主题|标题|问题|问题描述|问题标题|工单标题|summary|title|topic|issue",
    "csat": "满意度|满意度评分|评分|服务评分|satisfaction|satisfaction score|csat score|rating",
    "invoice_no": "发票号|发票编号|发票号码|账单号|账单编号|单据号|invoice|invoice number|invoice no|"
    "invoice id|invoice #|bill no|bill number",
    "payments.due_on": "应付日期|应收日期|应付款日期|应收款日期|付款到期日|到期日期|到期日|付款期限|应回款日期|"
    "计划回款日期|due|due date|payment due|payment due date|payable on",
    "paid_on": "付款日期|付款时间|支付日期|支付时间|回款日期|回款时间|到账日期|到账时间|实际回款日期|收款日期|paid|paid date|"
    "payment date|date paid|paid at|received on",
    "payments.amount": "金额|应付金额|应收金额|发票金额|账单金额|付款金额|回款金额|invoice amount|"
    "payment amount|total|amount due|value",
    # surveys, events, touches, outcomes
    "surveys.kind": "类型|调查类型|问卷类型|调研类型|survey|survey kind|survey type|type|question",
    "answered_on": "日期|回答日期|回复日期|填写日期|提交日期|调查日期|调研日期|answered|answer date|response date|"
    "responded on|date|submitted on|survey date",
    "score": "分数|得分|评分|打分|分值|rating|answer|points",
    "respondent": "受访人|填写人|答卷人|回答人|评价人|联系人|respondent name|contact|answered by|person",
    "surveys.comment": "评论|意见|反馈|建议|备注|comments|feedback|note|notes|remark|verbatim",
    "event": "活动|活动名称|事件|会议名称|event name|campaign|campaign name|webinar",
    "held_on": "日期|活动日期|举办日期|活动时间|举办时间|date|event date|held|date held|took place on",
    "response": "响应|回应|参与情况|参加情况|反馈|客户响应|参与状态|attendance|reaction|status",
    "touches.kind": "类型|方式|跟进方式|跟进类型|沟通方式|联系方式|type|touch type|channel|activity|"
    "activity type|touch kind",
    "at": "时间|日期|跟进时间|跟进日期|沟通时间|沟通日期|联系时间|date|time|when|touched at|activity date|on",
    "who": "跟进人|负责人|我方人员|销售|记录人|by|owner|rep|our person|logged by|person",
    "contact": "联系人|客户联系人|对方联系人|contact name|contact person|customer contact",
    "next_on": "下次跟进|下次跟进日期|下次跟进时间|下次联系|下次联系日期|下一步日期|next|next date|next touch|"
    "next step date|follow up|follow up date|follow up on|next contact",
    "decided_on": "决定日期|结果日期|确定日期|日期|date|decision date|outcome date|decided",
    "outcome": "结果|续约结果|续费结果|最终结果|result|renewal outcome|renewal result|decision",
    "new_arr": "新年费|续约金额|续费金额|续约年费|新金额|新合同金额|new annual value|new amount|new value|"
    "renewed arr|renewal amount|renewed amount",
    "reason": "原因|流失原因|降级原因|不续约原因|loss reason|churn reason|why|reason code",
}

SHEET_WORDS: dict[str, str] = {
    "contracts": "合同|合同台账|合同清单|合同列表|合同信息|续约台账|续费台账|contract|renewals|subscriptions",
    "arr_steps": "年费阶梯|年费变动|阶梯价|年费调整|arr step|price steps|steps|ramps",
    "rates": "汇率|汇率表|exchange rates|fx|fx rates|currencies",
    "accounts": "客户|客户信息|客户列表|客户清单|客户资料|account|customers|customer|clients|companies",
    "contacts": "联系人|客户联系人|通讯录|contact|customer contacts",
    "goals": "目标|客户目标|客户期望|goal|objectives|success plan|success plans",
    "people": "人员|员工|成员|团队成员|同事|team|members|users|staff|person|team members",
    "signals": "信号|健康信号|指标|使用数据|使用情况|signal|health signals|metrics|usage",
    "tickets": "工单|服务工单|支持工单|ticket|cases|support tickets|support",
    "payments": "付款|回款|回款记录|付款记录|收款|发票|账单|payment|invoices|billing",
    "surveys": "调查|调研|问卷|满意度|满意度调查|survey|nps|csat|feedback",
    "events": "活动|活动记录|市场活动|event|campaigns|webinars",
    "touches": "跟进|跟进记录|沟通记录|拜访记录|联系记录|touch|activities|activity log|interactions",
    "outcomes": "续约结果|续费结果|结果|outcome|renewal outcomes|results",
}

TOTAL_WORDS = frozenset(
    [
        "合计",
        "总计",
        "小计",
        "共计",
        "总和",
        "本页合计",
        "本页小计",
        "累计",
        "合计金额",
        "total",
        "totals",
        "subtotal",
        "grandtotal",
        "sum",
    ]
)
"""What the first filled cell of a totals row says; such a row is no customer."""

UNIT_WORDS: dict[str, tuple[int, str, str]] = {
    # word: factor, currency, period
    "元": (1, "", ""),
    "块": (1, "", ""),
    "千": (1_000, "", ""),
    "千元": (1_000, "", ""),
    "万": (10_000, "", ""),
    "万元": (10_000, "", ""),
    "百万": (1_000_000, "", ""),
    "百万元": (1_000_000, "", ""),
    "亿": (100_000_000, "", ""),
    "亿元": (100_000_000, "", ""),
    "k": (1_000, "", ""),
    "thousand": (1_000, "", ""),
    "thousands": (1_000, "", ""),
    "m": (1_000_000, "", ""),
    "mn": (1_000_000, "", ""),
    "million": (1_000_000, "", ""),
    "millions": (1_000_000, "", ""),
    "人民币": (1, "CNY", ""),
    "人民币元": (1, "CNY", ""),
    "人民币万元": (10_000, "CNY", ""),
    "万元人民币": (10_000, "CNY", ""),
    "rmb": (1, "CNY", ""),
    "cny": (1, "CNY", ""),
    "¥": (1, "CNY", ""),
    "rmb万元": (10_000, "CNY", ""),
    "美元": (1, "USD", ""),
    "万美元": (10_000, "USD", ""),
    "usd": (1, "USD", ""),
    "us$": (1, "USD", ""),
    "$": (1, "USD", ""),
    "$k": (1_000, "USD", ""),
    "k$": (1_000, "USD", ""),
    "k usd": (1_000, "USD", ""),
    "usd k": (1_000, "USD", ""),
    "欧元": (1, "EUR", ""),
    "万欧元": (10_000, "EUR", ""),
    "eur": (1, "EUR", ""),
    "€": (1, "EUR", ""),
    "k eur": (1_000, "EUR", ""),
    "英镑": (1, "GBP", ""),
    "gbp": (1, "GBP", ""),
    "£": (1, "GBP", ""),
    "港元": (1, "HKD", ""),
    "港币": (1, "HKD", ""),
    "hkd": (1, "HKD", ""),
    "新元": (1, "SGD", ""),
    "新加坡元": (1, "SGD", ""),
    "sgd": (1, "SGD", ""),
    "日元": (1, "JPY", ""),
    "jpy": (1, "JPY", ""),
    "年": (1, "", "year"),
    "每年": (1, "", "year"),
    "年化": (1, "", "year"),
    "year": (1, "", "year"),
    "yr": (1, "", "year"),
    "annual": (1, "", "year"),
    "pa": (1, "", "year"),
    "p.a.": (1, "", "year"),
    "per year": (1, "", "year"),
    "月": (1, "", "month"),
    "个月": (1, "", "month"),
    "每月": (1, "", "month"),
    "month": (1, "", "month"),
    "months": (1, "", "month"),
    "per month": (1, "", "month"),
}
"""What stands behind a header, in brackets or after a slash, and changes what its numbers mean."""

SUFFIX_UNITS = frozenset(
    [
        "元",
        "千元",
        "万元",
        "百万元",
        "亿元",
        "人民币",
        "美元",
        "万美元",
        "欧元",
        "港币",
        "usd",
        "cny",
        "rmb",
        "eur",
        "gbp",
        "hkd",
        "sgd",
        "jpy",
        "k",
    ]
)
"""Units that are understood as a header's last word without brackets: `金额 万元`, `ARR USD`."""

HINT_WORDS = frozenset(
    [
        "天",
        "日",
        "days",
        "day",
        "d",
        "个",
        "席",
        "席位",
        "人",
        "人数",
        "位",
        "户",
        "份",
        "个数",
        "seats",
        "seat",
        "users",
        "必填",
        "必填项",
        "选填",
        "可选",
        "非必填",
        "可空",
        "required",
        "optional",
        "mandatory",
        "must",
        "含税",
        "不含税",
        "未税",
        "税前",
        "税后",
        "incltax",
        "excltax",
        "是/否",
        "y/n",
        "yes/no",
        "是否",
        "日期",
        "date",
        "text",
        "文本",
        "数字",
        "number",
        "公历",
        "中文",
        "全称",
        "分号分隔",
        "多个用分号分隔",
        "1-5",
        "0-10",
        "1–5",
        "0–10",
        "1~5",
        "0~10",
        "如有",
    ]
)
"""What stands in brackets behind a header and changes nothing."""
