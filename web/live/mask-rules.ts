/**
 * Pure: what the privacy key takes off a wall. The wall shows no names by design; this is for what foreign systems may
 * have put into a title or a reason, and for the numbers by which an insider knows a case, a car, a machine. It rather
 * hides too much than too little.
 */
const HIDDEN = '●●●'

const NUMBERS: readonly [RegExp, string][] = [
  // 示检捕〔2026〕187号: kind and year stay.
  [/([〔[【(（]\d{4}[〕\]】)）])\s*(?:第\s*)?\d+(?=\s*号)/gu, `$1${HIDDEN}`],
  // GA 36-2018: a province, a letter, five or six signs; 警, 学, 领 … at the end.
  [
    /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使][A-HJ-NP-Z][·.\s-]?[A-HJ-NP-Z0-9]{4,6}[警学挂领港澳试超]?/gu,
    `车牌${HIDDEN}`,
  ],
  // GB 11643 identity number, 18 or 15 places.
  [/(?<!\d)\d{17}[\dXx](?![\dA-Za-z])|(?<!\d)\d{15}(?!\d)/gu, HIDDEN],
  [/(?<!\d)1[3-9]\d(?:[\s-]?\d{4}){2}(?!\d)/gu, HIDDEN],
  [/(?<!\d)0\d{2,3}-\d{7,8}(?!\d)/gu, HIDDEN],
  [/\b(?:\d{1,3}\.){3}\d{1,3}\b/gu, HIDDEN],
  [/\b(?:[0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}\b/gu, HIDDEN],
  // Machine names such as JCY-YB-001.
  [/\b[A-Z]{2,8}(?:-[A-Z0-9]{1,8}){1,3}-?\d{2,}\b/gu, HIDDEN],
  // Employee and card numbers; 12309 is an office.
  [/(?<![\d.:-])(?!12309(?!\d))\d{5,}(?![\d.:])/gu, HIDDEN],
]

const COMPOUND = '欧阳|司马|上官|诸葛|司徒|东方|皇甫|尉迟|公孙|慕容|令狐|夏侯|长孙|宇文|端木|南宫'
const SINGLE =
  '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文翟樊施'
/** What ends so is a place, a post or a count, not a person. */
const NOT_A_NAME = /[岗门室部库厅层院级件条台线班科处队组机区车电网号日天时分秒次楼]$/u
const NAME = new RegExp(
  `(?<=^|[\\s：:、，,（(·「“])((?:${COMPOUND})[\\u4e00-\\u9fff]{1,2}|[${SINGLE}][\\u4e00-\\u9fff]{1,2})(?=$|[\\s、，,（()）·。；;」”])`,
  'gu',
)
/** 申请人李某, 持卡人 张三: a role tells a name wherever it stands. */
const LABELLED =
  /(姓名|持卡人|当事人|申请人|被申请人|嫌疑人|被告人|被害人|来访人|申诉人|控告人|联系人|承办人|使用人|代理人|辩护人)([：:\s]*)[\u4e00-\u9fff·]{1,4}?(?=$|[\s、，,）)·。；;]|因|与|的|在|向|提)/gu

export const maskNumbers = (text: string): string =>
  NUMBERS.reduce((masked, [pattern, instead]) => masked.replace(pattern, instead), text)

export const maskText = (text: string): string =>
  maskNumbers(text.replace(LABELLED, `$1$2${HIDDEN}`).replace(NAME, (name) => (NOT_A_NAME.test(name) ? name : HIDDEN)))

/** Keys that machines read or that hold nothing of anybody. */
const KEPT = new Set([
  ...['id', 'cause', 'rule', 'object', 'hash', 'date', 'day', 'source', 'state', 'step', 'severity', 'domain', 'panel'],
  ...['newest', 'kind', 'colour', 'owner', 'post', 'phone', 'shift', 'place', 'nextHandover', 'unit', 'word'],
])
/** Keys whose text people or foreign systems have written. */
const FREE = new Set(['title', 'why', 'next', 'text', 'disposal', 'note', 'reason', 'person'])

/** A panel's data with every text masked; everything else as it is. */
export function maskData<Data>(data: Data, key = ''): Data {
  if (typeof data === 'string') {
    if (KEPT.has(key)) return data
    return (FREE.has(key) ? maskText(data) : maskNumbers(data)) as Data
  }
  if (Array.isArray(data)) return data.map((one) => maskData(one, key)) as Data
  if (data === null || typeof data !== 'object') return data
  return Object.fromEntries(Object.entries(data).map(([name, one]) => [name, maskData(one, name)])) as Data
}
