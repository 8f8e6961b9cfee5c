import type { SentencingRules } from '../../../config/sentencing.ts'
import { CHARGES } from './charges.ts'
import { byPattern, type Detector } from './types.ts'

/** Words of the law: closed lists, and shapes that the law's own numbering gives. */

const literal = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const anyOf = (words: readonly string[]): string =>
  [...words]
    .sort((a, b) => b.length - a.length)
    .map(literal)
    .join('|')

const MEASURES = ['刑事拘留', '先行拘留', '拘留', '逮捕', '取保候审', '监视居住', '指定居所监视居住', '拘传', '留置']
const EVIDENCE = [
  '物证',
  '书证',
  '证人证言',
  '被害人陈述',
  '犯罪嫌疑人供述和辩解',
  '被告人供述和辩解',
  '供述与辩解',
  '鉴定意见',
  '勘验笔录',
  '检查笔录',
  '辨认笔录',
  '侦查实验笔录',
  '现场勘验笔录',
  '视听资料',
  '电子数据',
  '监控录像',
  '讯问笔录',
  '询问笔录',
  '扣押清单',
  '价格认定结论书',
]
const INJURY = /(?:轻伤|重伤|轻微伤)(?:[一二]级)?/gu
const LAWS =
  '(?:中华人民共和国)?(?:刑法|刑事诉讼法|监察法|民法典|行政诉讼法|民事诉讼法|道路交通安全法|治安管理处罚法|未成年人保护法|预防未成年人犯罪法|禁毒法|反有组织犯罪法|人民检察院组织法|人民检察院刑事诉讼规则)'
const NUMBER = '[〇零一二三四五六七八九十百千\\d]+'
const ARTICLE = `第${NUMBER}条(?:之${NUMBER})?(?:第${NUMBER}款)?(?:第?[（(]?${NUMBER}[）)]?项)?`

/** Short name of the office, one or two characters; words before it are none of it. */
const OFFICE = '(?:(?![以经对与及和在于由将号])[\\u4e00-\\u9fa5]){1,2}'
const YEAR = '[\\[〔［(（](?:19|20)\\d\\d[\\]〕］)）]'

export const wordDetectors = (sentencing: Pick<SentencingRules, 'factors'>): readonly Detector[] => {
  const circumstances = sentencing.factors
    .flatMap(({ name, aliases }) => [name, ...aliases])
    .filter((word) => !/[（(]/.test(word))
  return [
    byPattern('charge', new RegExp(`(?:${anyOf(CHARGES)})罪`, 'gu'), 0.98),
    byPattern('charge', /(?:涉嫌|犯|构成)(?<x>[\u4e00-\u9fa5、]{2,20}?罪)/gu, 0.75),
    byPattern('law-article', new RegExp(`[《〈]?${LAWS}[》〉]?${ARTICLE}(?:[、和及]${ARTICLE})*`, 'gu'), 0.98),
    byPattern('circumstance', new RegExp(anyOf(circumstances), 'gu'), 0.9),
    byPattern('injury-grade', INJURY, 0.97),
    byPattern('coercive-measure', new RegExp(anyOf(MEASURES), 'gu'), 0.9),
    byPattern('evidence', new RegExp(anyOf(EVIDENCE), 'gu'), 0.93),
    byPattern('case-number', new RegExp(`${OFFICE}检[\\u4e00-\\u9fa5]{0,6}受${YEAR}\\d{1,14}号`, 'gu'), 0.98),
    byPattern(
      'document-number',
      new RegExp(`${OFFICE}(?:检|公|监)[\\u4e00-\\u9fa5]{0,8}?${YEAR}第?\\d{1,6}号`, 'gu'),
      0.97,
    ),
    byPattern(
      'document-number',
      /[（(](?:19|20)\d\d[）)][\u4e00-\u9fa5]{1,3}\d{0,4}(?:刑|民|行)(?:初|终|再|申)\d{1,6}号/gu,
      0.97,
    ),
  ]
}
