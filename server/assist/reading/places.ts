import type { Span } from './text.ts'

/** Places as people name them in a record: after 在, 到, 去, 从, with a word at the end that says what it is. */
const VENUE =
  '网吧|茶楼|茶馆|酒楼|饭庄|会所|歌厅|舞厅|游戏厅|足浴店|药店|诊所|加油站|洗车行|修理厂|营业厅|售楼部|写字楼|大厦|货场|料场|煤矿|养殖场|酒店|宾馆|饭店|饭馆|餐馆|餐厅|面馆|超市|便利店|商店|KTV|酒吧|烧烤摊|烧烤店|夜市|棋牌室|台球厅|洗浴中心|理发店|手机店|商场|广场|公园|车站|停车场|车库|菜市场|市场|学校|中学|小学|医院|工地|仓库|宿舍|厂房|工厂|公司|银行|门市部|废品站|收购站|店'
const HOME = '小区|家属院|花园|家园|公寓|号楼|单元|室|租住处|出租屋|出租房|老家|家里|家中|家'
const ROAD = '路口|路|大街|街|大道|巷|胡同|桥|村口|村'
const NEAR = '门口|门前|附近|楼下|楼道|旁边|旁|对面|后面|里面|里|内|外面|外|路边|边上'
const LETTER = '[\\u4e00-\\u9fa5A-Za-z0-9]'
const PLACE = new RegExp(
  `(?<=在|到|去|从|至|进|位于)(?<x>(?:(?!在|到|去了|，|和我|把|被|跟|问|说)${LETTER}){1,18}?(?:${VENUE}|${HOME}|${ROAD})(?:的?(?:(?!在|把|被|和|跟|说|的时)${LETTER}){0,8}(?:${VENUE}|号楼|单元|室|${NEAR}))?)`,
  'gu',
)

export interface PlaceName extends Span {
  /** Without province, district and the words around it. */
  core: string
  kind: 'venue' | 'home' | 'road'
}
const ADMIN =
  /^(?:[\u4e00-\u9fa5]{1,5}?(?:省|自治区))?(?:[\u4e00-\u9fa5]{1,5}?(?<![超菜夜早门集])市(?!场|政|民))?(?:[\u4e00-\u9fa5]{1,5}?[区县](?!域))?(?:[\u4e00-\u9fa5]{1,5}?(?:街道|镇|乡))?/u
const TAIL = new RegExp(`(?:的)?(?:${NEAR})+$`, 'u')

export function placesIn(text: string): PlaceName[] {
  return [...text.matchAll(PLACE)].flatMap((match) => {
    const said = match.groups?.x ?? ''
    const place = named(said)
    return place ? [{ start: match.index, end: match.index + said.length, ...place }] : []
  })
}

export function named(said: string): Pick<PlaceName, 'core' | 'kind'> | null {
  const bare = said.replace(/^(?:了|一家|一个|那个|那家|这个|我们|他们|我|他|她)+(?:的)?/u, '')
  const whole = bare.replace(TAIL, '').replaceAll('的', '')
  const core = whole.replace(/小区/.test(whole) ? /^[\u4e00-\u9fa5]{1,5}?(?:省|市|县)/u : ADMIN, '') || whole
  if (core.length < 2 || /^(?:现场|公司|商店|市场|工地|银行|家里|家中|老家|学校|医院|小区|对方|派出所)$/u.test(core))
    return null
  return {
    core,
    kind: new RegExp(`(?:${VENUE})$`, 'u').test(core)
      ? 'venue'
      : new RegExp(`(?:${ROAD})$`, 'u').test(core)
        ? 'road'
        : 'home',
  }
}

/** Two names of one place: one is the other with words left out. Names of different kinds say nothing about each other. */
export function samePlace(a: PlaceName, b: PlaceName): boolean | null {
  const bare = (text: string) => text.replaceAll(/[\d一二三四五六七八九十]+/g, '#')
  // 5号楼 and 9号楼: alike but for the number.
  if (a.core !== b.core && bare(a.core) === bare(b.core)) return false
  if (within(a.core, b.core) || within(b.core, a.core)) return true
  if (a.kind !== b.kind) return null
  return common(a.core, b.core) >= 0.6
}
function within(part: string, whole: string): boolean {
  let at = 0
  for (const one of whole) if (one === part[at]) at += 1
  return at === part.length
}
/** Share of two-character pieces in common (Dice). */
function common(a: string, b: string): number {
  const pairs = (text: string) =>
    new Set(Array.from({ length: Math.max(0, text.length - 1) }, (_, at) => text.slice(at, at + 2)))
  const [left, right] = [pairs(a), pairs(b)]
  const both = [...left].filter((one) => right.has(one)).length
  return (2 * both) / Math.max(1, left.size + right.size)
}
