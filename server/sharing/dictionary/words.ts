/**
 * Chinese words of which the names of fields are put together, in the order of the English ones: `closedBy` → 关闭人.
 * One line = `english 中文`. Fields themselves are nowhere listed: they are read from the schemas and the stores.
 */
const LINES = `
3d 三维|a 甲|abnormal 异常|absolute 绝对|accept 受理|accepted 受理|access 门禁|accident 事故|account 账号|accuracy 精度|ack 确认|acked 已确认|acknowledged 已确认
act 行为|action 动作|actions 动作|activated 启用|active 生效|actor 行为人|acts 事项|add 添加|added 添加|address 地址|addressee 对象|after 之后|again 再次|age 时长|agree 同意|agreed 达成|agreement 协议
alert 告警|alerted 已告警|alerts 告警|algorithm 算法|all 全部|amount 数额|anchor 锚定|anchored 已锚定|anonymous 匿名|answer 答复|answered 已答复|answers 答复|applied 应用|appointment 预约
approval 批准|approve 批准|approved 已批准|approver 批准人|archived 归档|area 区域|areas 区域|as 作为|ask 询问|asked 询问|assessment 评估|assign 分派|assigned 分案|assist 辅助|at 时刻|attachments 附件
attempts 次数|audit 审计|auto 自动|automatic 自动|avg 平均|away 离岗|back 返回|backfill 补采|backlog 积压|backup 备份|band 档位|base 基础|baseline 基准|bases 依据|basis 依据|batch 批|because 缘由|before 之前
began 开始|binding 绑定|birth 出生|births 新增|blind 盲区|blue 蓝|board 看板|body 正文|booked 已约|breached 违约|broken 破损|broker 消息代理|bucket 桶|buckets 桶|buffer 缓冲|by 人|bytes 字节数
calendar 日历|cancelled 取消|cap 上限|caps 能力|caption 说明|card 卡号|cards 卡片|case 案件|cases 案件|category 类别|cause 事由|ceiling 上限|cells 单元格|chain 链|challenge 口令|change 变动|changed 变动|changes 变动|channel 渠道
characters 字符|check 检查|checked 已检查|checker 检查人|checks 检查项|choices 选项|clause 条款|clearable 可消除|cleared 消除|client 客户端|clients 客户端|clock 时钟|clocks 期限|close 关闭|closed 关闭|closes 关闭|clue 线索
cluster 集群|code 代码|coercion 强制措施|collector 采集器|colour 颜色|coloured 定色|colours 颜色|column 列|columns 列|commit 提交|commitment 承诺|commitments 承诺|committee 检委会|compare 比较|completion 完成|computed 计算
condition 条件|conditions 条件|confidence 把握|confirm 确认|confirmation 确认|confirmed 已确认|conflict 冲突|consent 同意|consented 同意|contact 联系方式|contacts 联系方式|content 内容|contradictions 矛盾
contributions 贡献|contributors 贡献方|copies 副本|copy 副本|corrected 已改正|correction 更正|corridor 走廊|count 数量|counted 计数|counter 计数器|counts 数量|course 经过|covered 覆盖|coverage 覆盖|created 建立|credential 凭证
crime 罪名|critical 紧急|csrf 防伪令牌|current 当前|cursor 位置|custody 在押|data 数据|date 日期|day 日|days 天数|decide 决定|decided 已决定|decision 决定|decisions 决定|deductions 扣分|degrees 度
delivery 送达|delta 变化量|demand 诉求|demo 演示|denied 拒绝|department 部门|departments 部门|dept 部门|derived 推算|designated 指定|designation 指定|desk 办公桌|desks 岗位|detail 详情|details 详情|detention 羁押|device 设备|devices 设备
dev 偏差|difference 差异|differs 不一致|direction 方向|disabled 停用|dismissed 不予采纳|display 展示|disposal 处置|disputed 有争议|do 待办|document 文书|documents 文书|domain 领域|done 办毕|door 门|doors 门|down 下降|draft 草稿|draw 抽取|drawn 抽中
draws 抽取|drill 演练|drills 演练|dropped 丢弃|dry 试运行|dst 目的地址|due 到期日|dues 期限|dup 重复|duplicate 重复|duplicates 重复|duration 时长|duties 职责|duty 值守|e 事件|effective 生效
eid 事件编号|element 要素|elements 要素|eligible 符合条件|enabled 启用|end 结束|ended 结束|ends 结束|engine 引擎|entities 要素|entries 条目|entry 条目|errors 错误|escalated 升级|escalates 升级|est 估计|evaluate 评定|event 事件
events 事件|evidence 证据|excerpt 摘录|exclude 排除|excluded 已排除|exclusions 排除|exempt 免除|exhibit 展示物|exhibits 展示物|expected 应有|expires 到期|exported 导出|exporter 导出|extend 延长|extension 延长|external 外部|extract 提取|fact 事实|factor 因子|factors 因子
facts 事实|fails 失败|failed 失败|failure 失败|failures 失败|fairness 公平性|fallback 备用|family 族|fault 故障|feed 数据流|field 字段|fields 字段|figure 指标|figures 指标|file 文件|filed 归档|filename 文件名|files 文件|filing 来件
filters 条件|final 最终|finding 发现|findings 发现|finished 完成|fired 触发|firm 律所|first 首次|floor 下限|floors 楼层|flow 流程|follows 后续|for 用于|force 强制|forced 强行|form 表|format 格式|forms 表|formula 公式
found 发现|frames 帧|free 空闲|freeze 定格|freshness 新鲜度|from 起|frozen 定格|gap 缺口|gaps 缺口|gaps24h 近24小时缺口|gone 离开|grade 等次|grades 等次|grant 授权|granted 已授权|grants 授权|graph 图|green 绿|grey 灰|ground 理由|grounds 理由
group 组|groups 组|grp 组|h 散列|handed 移交|handle 办理|handled 已办理|handler 承办人|handlers 承办人|handover 交接|happened 发生|hard 硬性|hash 散列|head 头部|headline 标题|health 健康|heard 收到|heaviest 最重|height 高|held 保持
hidden 隐藏|highest 最高|highlight 高亮|highlights 高亮|hint 提示|hints 提示|history 经过|hit 命中|hits 命中|holder 持有者|holes 缺号|holidays 节假日|hop 跳|hops 跳|host 主机|hosts 主机|hour 小时|hourly 每小时|hours 小时数|id 编号|identity 身份
idle 静止|ids 编号|ignore 忽略|in 内|increments 增量|index 索引|inflight 在途|ingest 接入|initial 初始|inside 在内|instant 时刻|interference 过问|ip IP地址|is 是|issued 签发|issues 事项|item 项|items 条目|job 任务|joined 加入|k K值|key 键
keywords 关键词|kind 种类|kinds 种类|known 已知|label 标签|lag 滞后|language 语言|last 最近|lasts 持续|lat 纬度|late 迟到|latest 最新|law 法律|lawyer 律师|layer 层|layer1 第一层|layer2 第二层|layout 布局|leader 领导|leaders 领导|leads 主持|least 最少
leave 离岗|led 主持|ledger 台账|left 剩余|leftovers 遗留|legal 法律|level 级别|levels 级别|licence 执业证号|lightest 最轻|like 相似|likeness 相似度|limit 上限|limits 限度|line 行|lines 行|link 链接|links 链接|load 负荷|locked 锁定|log 日志|lon 经度|looked 看过
lower 下限|m 米|mac MAC地址|made 生成|main 主要|make 制作|managed 受管|manifestation 表现|manual 人工|mapped 对应|mapping 对应|mark 记号|marks 记号|masks 遮蔽|match 匹配|matched 匹配|matter 事项|matters 事项|max 最大|may 可以|mb 兆字节|me 本人|mean 均值
meant 本意|measure 措施|measures 措施|media 媒体|median 中位数|mediation 调解|mediator 调解员|mediators 调解员|meeting 会议|meetings 会议|mem 内存|member 成员|members 成员|mend 修复办法|mentions 提及|merged 合并|message 消息|messages 消息|met 满足|method 方法
metrics 指标|mime 类型|min 最小|mine 本人|minor 未成年|minors 未成年|minute 分钟|minutes 分钟|missed 漏检|missing 缺失|mitigated 减轻|mode 方式|monitoring 监控|month 月份|months 月数|more 更多|moved 变动|ms 毫秒|must 必须|n 序号|name 名称|names 名称
native 原始|need 需要|newest 最新|next 下一步|no 号|node 节点|nodes 节点|nonce 随机数|normal 恢复|nos 号|note 说明|notes 说明|nothing 无|notice 通知|notices 通知|now 现在|nth 第几次|number 编号|numbers 编号|object 对象|observed 观测|occurred 发生
occurrences 次数|ocr 文字识别|of 之|off 停|offline 离线|offset 偏移|ok 正常|old 旧|oldest 最早|on 日期|online 在线|op 比较|open 未结|opened 打开|opinion 意见|or 或|orange 橙|ord 次序|order 顺序|org 机构|original 原件|os 操作系统|other 其他
outbox 发件箱|outcome 结果|outdated 过时|outline 提纲|outreach 外联|over 超出|overdue 超期|own 本人|owner 归属|p 概率|p10 十分位|p25 四分之一位|p50 中位|p75 四分之三位|p90 九十分位|p95 九十五分位|p99 九十九分位|page 页|pages 页|painted 已显示|pairs 对|panel 面板|panels 面板
paragraph 段落|paragraphs 段落|params 参数|parent 上级|part 部分|parties 当事人|parts 组成|party 当事人|passed 通过|passes 通过|passport 证件|password 口令|past 既往|patch 补丁|patches 补丁|path 路径|pause 暂停|payload 载荷|pending 待定|people 人员
per 每|percent 百分比|performance 业绩|permission 权限|permissions 权限|person 人员|persons 人员|petitions 信访事项|petition 信访|phone 电话|pinned 钉住|pinyin 拼音|place 地点|places 地点|plan 计划|planned 计划|plate 车牌|point 点|points 分数|pool 抽取池|pools 抽取池|position 位置
positions 位置|post 岗位|posts 岗位|present 在场|presets 预设|prev 上一|previous 以往|print 指纹|problem 问题|problems 问题|product 产品|profiles 配置|progress 进度|proof 证明|proposal 提请|proposals 提请|proposed 已提请|proposer 提请人|protect 防护|protected 已防护
provisional 暂定|public 公开|published 公开|publisher 公开人|purpose 目的|q 检索词|quality 质量|quarantine 隔离|quarantined 已隔离|quarter 季度|quarters 季度|queries 查询|query 查询|question 问题|questions 问题|queue 队列|quote 引文|r 相关|raise 提出|raised 已提出|random 随机
range 范围|rank 次序|rate 比率|reached 到达|read 读取|reader 阅读者|reading 阅读|readings 阅读|ready 就绪|real 实际|reason 理由|reasons 理由|rebuild 重建|rebuilding 重建中|receipt 回执|receipts 回执|received 收到|recent 最近|rechecker 复核人|record 记录|recorded 登记|recording 记录|records 记录
recovery 恢复|rectified 已整改|rectify 整改|recusals 回避|red 红|ref 引用|refs 引用|refusal 拒绝|refusals 拒绝|refused 拒绝|registered 登记|rejected 被拒|relation 关系|relative 相对|remaining 剩余|remove 移除|removed 移除|repeated 重复|replacement 替换|replacements 替换|replies 答复
replay 回放|reply 答复|report 报告|reports 报告|requested 申请|requesters 申请人|required 必需|resolved 已解决|responsible 责任人|restricted 限制查看|restore 恢复|restored 已恢复|restudier 重新研判人|restudy 重新研判|result 结果|results 结果|resubmit 重报|resume 恢复|retry 重试|return 退回|returned 退回|rev 修订号|revealed 揭示
review 评查|reviewer 评查人|reviews 评查|revisit 回访|revisits 回访|revoked 作废|rights 权利|risk 风险|risks 风险|role 角色|roles 角色|roll 顺延|rolled 顺延|room 房间|rooms 房间|round 轮次|rounds 轮次|route 线路|routes 线路|row 行|rows 行|rss 内存|rule 规则
rules 规则|run 轮次|rung 档|running 运行|runs 游程|s 秒|said 陈述|same 相同|sample 样本|sampled 抽样|samples 样本|sash 绶带|saved 已存|scan 扫描|scanned 已扫描|scene 现场|scenes 场景|schema 格式|scope 范围|scopes 范围|score 得分|scored 得分|screen 屏幕
screens 屏幕|search 检索|second 第二|secret 密钥|section 章节|sections 章节|seed 种子|seen 看到|selftest 自测|send 发送|sensitive 敏感|sent 发出|sentence 刑期|seq 顺序号|serial 序列号|server 服务器|servers 服务器|session 会话|settled 化解|severity 级别|sha1 SHA-1|sha256 SHA-256
share 占比|shift 班次|shown 显示|side 方|sides 双方|sig 签名|signal 信号|signals 信号|signature 签名|signatures 签名|signed 已签名|silenced 静默|silences 静默|silent 静默|similar 相似|since 自|single 单一|site 单位|size 大小|skew 偏差|slow 缓慢|small 小|smoothing 平滑
snippet 片段|soon 将到|sort 排序|source 来源|sources 来源|spans 位置段|speaker 讲解|speakers 讲解人|specialities 专长|spool 暂存|spread 离散|sql 语句|src 出处|stable 稳定|stage 阶段|stages 阶段|stale 过期|standing 常驻|stands 所处|start 开始|started 开始|starts 开始|state 状态
statement 陈述|statements 陈述|statistic 统计|status 状态|statutory 法定|step 步骤|steps 步骤|stood 停留|stopped 停止|stored 存储|storm 风暴|strokes 划次|stuck 卡住|subject 主题|submit 提交|submitted 提交|submitter 提交人|subscription 订阅|subtitle 副标题|suggestion 建议|suggestions 建议
suitability 适合性|sum 合计|summary 摘要|suspect 存疑|suspects 嫌疑人|suspend 中止|suspended 中止|tail 尾部|tags 标签|target 目标|task 任务|tasks 任务|template 模板|templates 模板|terminal 终端|terminals 终端|terms 条件|tests 检验|text 文字|thing 事物|this 本次|threads 线程|tickets 签号|tier 层级
time 时间|timeline 时间线|times 次数|title 标题|titles 标题|tls 加密|to 止|today 今日|token 令牌|told 告知|tool 工具|took 耗时|topic 主题|topics 主题|total 合计|totals 合计|trace 痕迹|trail 痕迹|trend 趋势|trigger 触发|triggers 触发|trip 行程|trouble 故障|truncated 截断|type 类型|types 类型
unack 未确认|unacknowledged 未确认|unassessed 未评估|unassigned 待分案|unified 统一|unit 单位|units 单位|unknown 未知|unmapped 未对应|unpatched 未打补丁|unprocessable 无法处理|unread 未读|unresolved 未解决|unrolled 未顺延|until 至|unused 未用|unverified 未验证|up 上升|updated 更新|urgency 紧急程度
uri 网址|url 网址|use 采用|used 已用|user 用户|username 用户名|uses 次数|v 版本|valid 有效|value 值|values 值|vanished 消失|ver 版本|verdict 结论|verified 已验证|verify 验证|version 版本|versions 版本|vertical 竖向|veto 否决|vetoes 否决|via 方式|view 视图|views 视图|virus 病毒
void 作废|w 宽|waiting 等待|wall 大屏|walls 大屏|wand 巡更棒|wanted 期望|warn 提醒|warned 已提醒|warning 重要|warnings 提醒|was 曾|week 周|weekday 星期|weekdays 星期|weight 权重|what 内容|when 何时|where 位置|who 人员|whole 整体|why 理由|width 宽|window 窗口|wing 检察业务
winner 抽中人|withdraw 撤回|withdrawn 撤回|word 词|words 文字|workday 工作日|works 可用|wrong 错误|x 横坐标|y 纵坐标|yaml 配置文本|year 年|years 年|yellow 黄|zero 零项|zeros 三零
b 乙|c 丙|d 丁|beat 心跳|beats 心跳|complete 已齐备|dim 分类|dims 分类|good 可收|bad 不可收|hold 封存|holds 封存|judged 裁判|lifted 解除|lift 解除|near 临近|older 旧版本|newer 新版本|only 仅|options 选项|option 选项|out 离开|purge 清除|purged 已清除|raw 原样|shape 形状|standard 标准|standards 标准|unmatched 无对应|matched 匹配|custom 自定|default 默认|defaults 默认|fixed 已改正|discarded 不再处理|discard 丢弃|bound 界限|bounds 界限|cold 冷|hot 热|warm 热|copied 已复制|deleted 已删除|delete 删除|dest 目的|size 大小|ratio 比值|total 合计|minimum 最少|maximum 最多|average 平均|zone 时区|language 语言|locale 语言|theme 主题|speaker 讲解人|speech 讲解|chapter 章|print 打印|printed 已打印|printer 打印机|sheet 表|sheets 表|slot 时段|slots 时段|seat 席位|seats 席位|chair 主持人|chaired 主持|recorder 记录人|minute 分钟|topic 主题|guide 指南|guides 指南|help 帮助|health 健康|probe 探测|warnings 提醒|success 成功|succeeded 成功|skipped 跳过|running 运行|finish 完成|expire 到期|expired 已到期|remind 提醒|reminder 提醒|reminders 提醒|rehearsal 演练|rehearsals 演练|walls 大屏|paint 显示|paints 显示|hopped 经过|measured 实测|threshold 阈值|thresholds 阈值|quota 定额|rotation 轮换|rotate 轮换|rotated 已轮换|sealed 封存|carried 结转|comparison 比较|named 已命名|owners 归属|verdicts 结论|write 写入|writes 写入|compared 比较|agenda 议程|brief 简报|minutes 分钟|attendee 参会人|attendees 参会人|carousel 轮播|dwell 停留|scrubber 时间轴|mask 遮蔽|calibration 校准|viewer 查看人|distance 距离|latency 时延|latencies 时延|emitted 发出|broadcast 播发|probe 探测|probes 探测|disk 磁盘|cpu 处理器|free 空闲|usage 占用|loop 循环|delay 延迟|node 节点|primary 主|standby 备|follower 从|term 任期|lease 租约|epoch 纪元|fence 栅栏|certificate 证书|certificates 证书|restorable 可恢复|schedule 计划|scheduled 计划|retention 保留|retained 保留|pruned 清理|archive 归档|archives 归档|upgrade 升级|downgrade 降级|migration 迁移|migrations 迁移|release 版本|commit 提交|charge 罪名|charges 罪名|defendant 被告人|defendants 被告人|victim 被害人|witness 证人|circumstance 情节|circumstances 情节|statistics 统计|distribution 分布|quantile 分位|quantiles 分位|contradiction 矛盾|timeline 时间线|matrix 矩阵|citation 引用|citations 引用|quoted 引用|paragraphs 段落|chapter 章|heading 标题|template 模板|placeholder 占位|placeholders 占位|bold 加粗|align 对齐|ordinal 序|sequence 顺序|weights 权重|similarity 相似度|band 档位|bands 档位|proposed 已提请|recommendation 建议|recommendations 建议|exhibited 已展示|slide 页|slides 页|pdf PDF文件|docx 文书文件|xlsx 表格文件|csv 表格文本|json 结构文本|html 网页|png 图片|image 图片|images 图片|thumbnail 缩略图|suggested 建议|reply 答复|tested 已试|test 试验|proven 已证明|prove 证明|passphrase 口令|encrypted 已加密|exit 退出|stdout 输出|stderr 错误输出|pid 进程号|uptime 运行时长|alive 存活|lost 丢失|lead 主持|leading 主持|heartbeat 心跳|heartbeats 心跳|told 告知|shared 共享|folder 文件夹|folders 文件夹|dir 目录|secretary 书记员|judge 法官|court 法院|clerk 书记员|prosecutor 检察官|prosecutors 检察官|synonym 同义词|synonyms 同义词|term 词|chips 条件|chip 条件|ranked 排序|relevance 相关度|docs 文档|doc 文档|indexed 已索引|tokens 词元|bigram 双字|bigrams 双字|initials 首字母|snippets 片段|dictionary 字典|dataset 数据集|datasets 数据集|placement 位置|cell 单元格|sees 可见人员|filled 已填|empty 空|style 样式|pieces 片段|refresh 刷新|sheet 表|boundary 分界|heads 链头|promises 承诺|promise 承诺|given 移交|taken 接收|take 接收|give 移交|video 视频|bind 绑定|center 中心
looked 看过|looks 看过|expire 到期|mappings 对应|keep 保留|kept 保留|conflicts 冲突|quarantines 隔离|imported 导入|imports 导入|skipped 跳过|upload 上传|uploads 上传|unchanged 未变|superseded 已取代|interval 间隔|late 迟到|rows 行数|days 天数|cut 截取|parsed 解析|parse 解析|bar 柱|bars 柱|usual 常态|low 低|high 高|section 章节|drill 下钻|trends 趋势|structure 结构|structures 结构|ratio 比值|ratios 比值|filter 条件|group 组|asset 资产|assets 资产|property 财物|items 条目
`

/** Names that the words do not give well. */
const WHOLE = `
caseNo 案号|case_no 案号|case_key 案号比对键|caseId 案件编号|case_id 案件编号|at 时刻|by 经办人|on 日期|no 文号|q 检索词|n 序号|v 格式版本|in 进入|of 组成|h 散列值|w 宽|x 横坐标|y 纵坐标|to 止|from 起
daysLeft 剩余日数|observed_at 观测时刻|staleAfter 过期秒数|staleAfterS 过期秒数|escalatedTo 升级至|escalated_to 升级至|videoHosts 视频主机|user_h 人员散列|person_h 人员散列|handler_h 承办人散列|handler_hash 承办人散列|handler_no 承办人工号|handlerNo 承办人工号
unifiedNo 统一受案号|unified_no 统一受案号|employeeNo 工号|employee_no 工号|idNumber 身份证号|mayDo 可否办理|doneBy 办毕人|done_by 办毕人|actedBy 经办人|asOf 截至时刻|lastIn 最近进入|hasMore 还有更多|nodeName 节点名称
met 满足的条件|when 条件|may 可做的事|ask 可询问的角色|own 是否本人的|all 是否全部|is 是否|or 或|off 停用日期|up 是否在运行|ok 是否正常|p 显著性|r 规则号|k 分组数|d 偏差
`

const table = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split(/[|\n]/)
      .filter(Boolean)
      .map((line) => {
        const [word = '', ...name] = line.trim().split(' ')
        return [word, name.join(' ')]
      }),
  )

export const WORDS = table(LINES)
export const NAMES = table(WHOLE)
