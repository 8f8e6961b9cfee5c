import { byPattern, type Detector } from './types.ts'

/** Numbers that say themselves what they are. Sources: GB 11643 (ID), GB/T 7064-like shapes are left out on purpose. */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECKS = '10X98765432'

/** GB 11643 (ISO 7064 MOD 11-2). */
export const idFits = (id: string): boolean =>
  CHECKS[WEIGHTS.reduce((sum, weight, at) => sum + weight * Number(id[at]), 0) % 11] === id[17]?.toUpperCase()

/** ISO/IEC 7812 (Luhn). */
export const cardFits = (card: string): boolean =>
  [...card].reverse().reduce((sum, digit, at) => {
    const twice = Number(digit) * (at % 2 === 1 ? 2 : 1)
    return sum + (twice > 9 ? twice - 9 : twice)
  }, 0) %
    10 ===
  0

const DIGITS = '[〇零一二三四五六七八九十百千万两\\d]'
const DATE = `(?:${DIGITS.replace('百千万两', '')}{2,4}年)(?:${DIGITS}{1,3}月(?:${DIGITS}{1,3}[日号])?)?`
const CLOCK = `(?:凌晨|清晨|早上|上午|中午|下午|傍晚|晚上|晚|深夜|夜间)?${DIGITS}{1,3}(?:时|点)(?:${DIGITS}{1,3}分|半|许)?(?:许|左右)?`

export const numberDetectors: readonly Detector[] = [
  byPattern(
    'id-number',
    /(?<!\d)[1-9]\d{5}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![\dA-Za-z])/gu,
    (id) => (idFits(id) ? 0.99 : 0.9),
  ),
  byPattern('phone', /(?<![\d.])(?:\+?86[ -]?)?1[3-9]\d{9}(?!\d)/gu, 0.95),
  byPattern('phone', /(?<!\d)0\d{2,3}-\d{7,8}(?!\d)/gu, 0.9),
  byPattern('bank-card', /(?<!\d)(?:62|4\d|5[1-5])\d{13,17}(?!\d)/gu, (card) => (cardFits(card) ? 0.97 : 0.75)),
  byPattern(
    'plate',
    /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][·• ]?[A-Z0-9]{4,5}[A-Z0-9挂学警港澳]/gu,
    0.95,
  ),
  byPattern(
    'amount',
    /(?:人民币)?(?<![第〔[\d.,一二三四五六七八九十百千万亿两零〇])(?:\d[\d,]{0,20}(?:\.\d{1,6})?|[一二三四五六七八九十百千万亿两零〇]{1,20})(?:余|多)?[百千万亿]{0,3}(?:余|多)?元(?:人民币)?/gu,
    0.95,
  ),
  byPattern('time', new RegExp(`${DATE}(?:${CLOCK})?`, 'gu'), 0.95),
  byPattern(
    'time',
    new RegExp(`(?:同日|当日|次日|同年|当晚|次年)(?:${DIGITS}{1,3}月${DIGITS}{1,3}[日号])?(?:${CLOCK})?`, 'gu'),
    0.85,
  ),
  byPattern(
    'drug',
    /(?:甲基苯丙胺|冰毒|海洛因|大麻|氯胺酮|K粉|摇头丸|麻古|可卡因|吗啡|鸦片|依托咪酯|杜冷丁|美沙酮|γ-羟丁酸)(?:[（(][^（()）]{1,12}[）)])?(?:\s*(?:\d{1,8}(?:\.\d{1,6})?|[一二三四五六七八九十百]{1,8})(?:余)?(?:克|千克|公斤|毫克|粒|片|包))?/gu,
    0.93,
  ),
  byPattern(
    'drug',
    /(?<![\d.])\d{1,8}(?:\.\d{1,6})?(?:余)?(?:克|千克|公斤|毫克|粒|片)(?:甲基苯丙胺|冰毒|海洛因|大麻|氯胺酮|K粉|摇头丸|麻古|可卡因|吗啡|鸦片|依托咪酯)/gu,
    0.93,
  ),
  byPattern(
    'alcohol',
    /(?<![\d.])\d{1,4}(?:\.\d{1,4})?\s*(?:mg\s*\/\s*100\s*ml|毫克\s*[/／每]\s*100\s*毫升|毫克\/百毫升)/giu,
    0.98,
  ),
]
