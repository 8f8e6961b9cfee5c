import type { Found } from './types.ts'

/** Persons, organisations and places: shapes that only their surroundings make likely. */
const ROLES = [
  '犯罪嫌疑人',
  '被告人',
  '被害人',
  '证人',
  '辩护人',
  '承办人',
  '承办检察官',
  '鉴定人',
  '法定代理人',
  '委托诉讼代理人',
  '诉讼代理人',
  '同案犯',
  '上诉人',
  '被害单位诉讼代表人',
  '见证人',
  '报案人',
  '举报人',
  '申诉人',
  '被申诉人',
  '检察官',
  '侦查人员',
  '翻译人员',
]
const COMPOUND = '欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|夏侯|轩辕|端木|南宫|百里|呼延|澹台'
const SINGLE =
  '赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊甄曲封芮羿储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰鄂索咸籍赖卓蔺屠蒙池乔阴胥苍闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍却璩桑桂濮牛寿边扈燕冀郏浦尚农温别庄晏柴瞿阎充慕连茹习宦艾鱼容古易慎戈廖庾终暨居衡耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛阚那简饶空曾毋沙乜鞠丰巢关蒯查荆红游竺权逯盖益桓公仉督岳帅缑亢况郈琴归海墨哈谯笪年爱阳佟闫付肖代涂邸'
/** What follows a name of two characters and is no part of it. */
const AFTER =
  '于在因系的和与及对将以到被向从持自是为称说供辩等曾未已又并后前同共及驾酒使用利伙窜至乘趁经用、，。；：（）()“”《》\\s'
/** Characters that stand in nobody's name. */
/** Sounds of other languages are written with some of them: 买买提, 艾力. */
const NEVER_ABROAD = '窜趁于在被因系的将并向持驾与及证供称载变饮其从等不出且则即又'
const NEVER = '窜趁于在被因系的将并向持驾与及对证供称提载变饮其从等到不出且则即又'
/** Words that follow names: their first character may stand in a name, the word does not. */
const VERBS =
  '提出|提供|对其|对被|发生|发现|实施|主动|进入|来到|承认|作案|作证|如实|交代|受伤|死亡|经预|经审|经传|经鉴|酒后|伙同|殴打|先后|多次|负责|担任|拒绝|使用|利用|通过|骗取|盗走|盗窃|抢走|购买|贩卖|容留|以非|以虚|主张|认为|表示|自动|和被|和犯|和证|为获|为牟|自愿|自首|同意|已经|曾因|曾在|前往|共同|乘坐|乘人|用刀|用手'
const GIVEN = '[\\u4e00-\\u9fa5]'
const FIRST_GIVEN = `(?![${NEVER}])${GIVEN}`
const NAME = `(?:${COMPOUND})${GIVEN}{1,2}|[${SINGLE}]某(?:某|[甲乙丙丁戊己庚辛]|\\d)?|[${SINGLE}]${FIRST_GIVEN}${GIVEN}?|(?:(?![${NEVER_ABROAD}])[\\u4e00-\\u9fa5]){1,6}(?:[·•](?:(?![${NEVER_ABROAD}]|${VERBS})[\\u4e00-\\u9fa5]){1,6}){1,3}`

const INTRODUCED = new RegExp(
  `(?:${[...ROLES].sort((a, b) => b.length - a.length).join('|')})(?:[：:]|(?=[^\\s]))(?<x>${NAME})`,
  'gu',
)
/** Nobody's role, but a decision that is taken about a person. */
const DECIDED = new RegExp(`[对将](?<x>${NAME})(?=不起诉|作出|批准逮捕|取保候审|监视居住|提起公诉|刑事拘留)`, 'gu')
const CUT = new RegExp(`^(?:${VERBS})`)
const STOP = new RegExp(`^[${AFTER}]`)

/** `张三于` → `张三`: the third character goes when it is a word that follows names and nothing speaks for it. */
function trimmed(name: string, text: string, end: number): string {
  if (/[·•某]/.test(name)) return name
  const base = new RegExp(`^(?:${COMPOUND})`).test(name) ? 2 : 1
  if (name.length - base < 2) return name
  const last = name.at(-1) ?? ''
  const short = name.slice(0, -1)
  if (NEVER.includes(last) || CUT.test(text.slice(end - 1, end + 1))) return short
  // Written elsewhere without that character: the shorter one is the name.
  const alone = text.split(short).length - text.split(name).length
  if (alone > 0) return short
  const next = text.slice(end, end + 1)
  return STOP.test(last) && !(next === '' || STOP.test(next)) ? short : name
}

/** People who are introduced by their role, and every further place where one of them stands. */
export function findPersons(text: string): Found[] {
  const names = new Set<string>()
  const found: Found[] = []
  for (const match of text.matchAll(INTRODUCED)) {
    const said = match.groups?.x ?? ''
    const start = match.index + match[0].length - said.length
    const name = trimmed(said, text, start + said.length)
    names.add(name)
    found.push({ type: 'person', start, end: start + name.length, confidence: 0.95 })
    found.push(...listed(text, start + name.length, names))
  }
  for (const match of text.matchAll(DECIDED)) {
    const name = match.groups?.x ?? ''
    const start = match.index + 1
    names.add(name)
    found.push({ type: 'person', start, end: start + name.length, confidence: 0.85 })
  }
  for (const name of names)
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length))
      found.push({ type: 'person', start: at, end: at + name.length, confidence: 0.9 })
  return found
}

const NEXT = new RegExp(`^[、和与及](?<x>${NAME})`, 'u')
/** `被告人张三、李四`: the role goes on. */
function listed(text: string, from: number, names: Set<string>): Found[] {
  const found: Found[] = []
  for (let at = from; ; ) {
    const said = NEXT.exec(text.slice(at, at + 24))?.groups?.x
    if (!said) return found
    const start = at + 1
    const name = trimmed(said, text, start + said.length)
    names.add(name)
    found.push({ type: 'person', start, end: start + name.length, confidence: 0.85 })
    at = start + name.length
  }
}

const ORG =
  /(?:[\u4e00-\u9fa5A-Za-z0-9（）()]{2,24}?)(?:有限责任公司|股份有限公司|有限公司|人民检察院|人民法院|公安局|公安分局|派出所|看守所|司法局|司法鉴定中心|鉴定中心|信用社|银行|医院|学校|中学|小学|大学|幼儿园|合作社|经营部|网吧|酒店|宾馆|饭店|超市|村民委员会|居民委员会|律师事务所|监察委员会|街道办事处)/gu
/** Words that stand before a name and are no part of it. */
const LEAD =
  /^.*(?:移送|送往|送至|进入|来到|位于|窜至|前往|到达|经由|经|由|被|在|向|至|到|从|于|系|为|与|及|对|以|是|因|该)(?=[\u4e00-\u9fa5A-Za-z0-9]{4,})/u

export function findOrganisations(text: string): Found[] {
  return [...text.matchAll(ORG)].map((match) => {
    const lead = LEAD.exec(match[0])?.[0].length ?? 0
    return { type: 'organisation', start: match.index + lead, end: match.index + match[0].length, confidence: 0.85 }
  })
}

const PLACE =
  /(?:[\u4e00-\u9fa5]{2,8}?(?:省|自治区))?(?:[\u4e00-\u9fa5]{2,6}?市)?(?:[\u4e00-\u9fa5]{2,6}?[区县])(?:[\u4e00-\u9fa5]{1,10}?(?:街道|镇|乡|村|社区))?(?:[\u4e00-\u9fa5A-Za-z0-9]{1,12}?(?:路|街|大道|巷|小区|花园|广场|商城|市场|公寓|家园))?(?:(?:与|和)[\u4e00-\u9fa5]{1,8}?(?:路|街|大道|巷))?(?:\d{1,5}号(?:院|楼)?)?(?:\d{1,3}号?楼)?(?:\d{1,3}单元)?(?:\d{1,5}[室号])?(?:附近|门口|门前|路段|交叉口|路口)?/gu

/** A crossing is two streets with 与 between them: that word leads no place. */
const PLACE_LEAD = new RegExp(LEAD.source.replace('与|及|', ''), 'u')

export function findPlaces(text: string): Found[] {
  return [...text.matchAll(PLACE)].flatMap((match) => {
    const lead = PLACE_LEAD.exec(match[0])?.[0].length ?? 0
    const start = match.index + lead
    const end = match.index + match[0].length
    // `示例区人民检察院` is an organisation, and `本区` nobody's address.
    if (end - start < 3 || /^[人公司法]/.test(text.slice(end, end + 1))) return []
    return [{ type: 'place' as const, start, end, confidence: 0.8 }]
  })
}
