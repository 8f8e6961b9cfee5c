import { chanceOf } from '../../collectors/office/random.ts'
import type { EntityType } from '../../contract/http/assist.ts'

/**
 * A held corpus: paragraphs as they stand in opinions of review, indictments and records, made from sentence frames whose
 * slots are the entities. Frames, names and numbers differ from those the finder was written with; the truth is known
 * because the frame says it. A name without a role, an amount in Chinese numerals, a date in the middle of a word are in.
 */
export interface Paragraph {
  text: string
  truth: { type: EntityType; start: number; end: number }[]
}

const CHECKS = '10X98765432'
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
type Chance = ReturnType<typeof chanceOf>

const FAMILY = [
  '王',
  '李',
  '张',
  '刘',
  '陈',
  '杨',
  '赵',
  '黄',
  '周',
  '吴',
  '徐',
  '孙',
  '胡',
  '朱',
  '高',
  '林',
  '何',
  '郭',
  '马',
  '罗',
  '欧阳',
  '上官',
  '诸葛',
]
const GIVEN = [
  '建国',
  '秀英',
  '伟',
  '敏',
  '静',
  '磊',
  '洋',
  '志强',
  '桂兰',
  '晓明',
  '雪',
  '浩然',
  '梓涵',
  '国庆',
  '文博',
  '丽娟',
  '海波',
  '一鸣',
  '军',
  '霞',
]
const PLACES = [
  '示例区迎春街道光明路12号',
  '示例区青年路与和平街交叉口',
  '某市示例区惠民小区3号楼2单元501室',
  '示例县城关镇东大街',
  '示例区万达广场',
  '示例区南关村',
]
const ORGS = [
  '示例区公安局',
  '示例区人民法院',
  '示例市宏达商贸有限公司',
  '示例区第一人民医院',
  '示例区看守所',
  '中国建设银行',
  '示例司法鉴定中心',
]
const CHARGES = [
  '盗窃罪',
  '故意伤害罪',
  '危险驾驶罪',
  '诈骗罪',
  '帮助信息网络犯罪活动罪',
  '掩饰、隐瞒犯罪所得、犯罪所得收益罪',
  '寻衅滋事罪',
  '非法持有毒品罪',
  '开设赌场罪',
  '交通肇事罪',
  '敲诈勒索罪',
  '职务侵占罪',
  '拒不支付劳动报酬罪',
  '容留他人吸毒罪',
]
const LAWS = [
  '《中华人民共和国刑法》第二百六十四条',
  '刑法第六十七条第一款',
  '《中华人民共和国刑事诉讼法》第一百七十七条第二款',
  '《中华人民共和国刑法》第一百三十三条之一',
  '刑法第二十五条第一款、第二十七条',
  '《人民检察院刑事诉讼规则》第三百六十五条',
]
const CIRCUMSTANCES = ['自首', '坦白', '累犯', '从犯', '认罪认罚', '立功', '退赃', '刑事和解', '取得谅解', '未遂']
const MEASURES = ['刑事拘留', '取保候审', '监视居住', '逮捕']
const EVIDENCE = ['鉴定意见', '证人证言', '监控录像', '现场勘验笔录', '电子数据', '书证', '辨认笔录']
const DRUGS = ['甲基苯丙胺0.8克', '冰毒12.5克', '海洛因3克', '依托咪酯5克', '大麻20.35克']
const pad = (n: number) => String(n).padStart(2, '0')
const digits = (chance: Chance, count: number) => Array.from({ length: count }, () => chance.int(0, 9)).join('')

function id(chance: Chance): string {
  const body = `149999${chance.int(1955, 2006)}${pad(chance.int(1, 12))}${pad(chance.int(1, 28))}${digits(chance, 3)}`
  // The demo's rule: numbers of nobody, so the check digit is wrong as often as right.
  const check = CHECKS[WEIGHTS.reduce((sum, weight, at) => sum + weight * Number(body[at]), 0) % 11] ?? 'X'
  return body + (chance.hit(0.5) ? check : check === '1' ? '2' : '1')
}

const MAKERS: Readonly<Record<EntityType, (chance: Chance) => string>> = {
  person: (chance) =>
    chance.weighted([
      [60, chance.pick(FAMILY) + chance.pick(GIVEN)],
      [25, `${chance.pick(FAMILY.filter((name) => name.length === 1))}某${chance.pick(['', '某', '甲', '乙'])}`],
      [8, '买买提·艾力'],
      [7, `${chance.pick(FAMILY.filter((name) => name.length === 1))}${chance.pick(['宁', '涛', '刚'])}`],
    ]),
  'id-number': id,
  organisation: (chance) => chance.pick(ORGS),
  time: (chance) => {
    const day = `${chance.int(2019, 2026)}年${chance.int(1, 12)}月${chance.int(1, 28)}日`
    return chance.hit(0.4) ? `${day}${chance.pick(['凌晨', '晚', '下午', '上午'])}${chance.int(1, 11)}时许` : day
  },
  place: (chance) => chance.pick(PLACES),
  amount: (chance) =>
    chance.pick([
      `人民币${chance.int(1, 999)}00元`,
      `${chance.int(1, 90)}万元`,
      `${chance.int(1, 9)},${digits(chance, 3)}元`,
      '三千余元',
      `${chance.int(10, 99)}.5万余元`,
    ]),
  charge: (chance) => chance.pick(CHARGES),
  'law-article': (chance) => chance.pick(LAWS),
  circumstance: (chance) => chance.pick(CIRCUMSTANCES),
  'injury-grade': (chance) => chance.pick(['轻伤二级', '轻伤一级', '重伤二级', '轻微伤']),
  drug: (chance) => chance.pick(DRUGS),
  alcohol: (chance) => `${chance.int(81, 299)}${chance.pick(['.6', ''])}mg/100ml`,
  'document-number': (chance) =>
    `示检${chance.pick(['刑诉', '刑不诉', '批捕', '刑抗'])}〔${chance.int(2024, 2026)}〕${chance.int(1, 400)}号`,
  'case-number': (chance) => `示检刑受[${chance.int(2024, 2026)}]149999${digits(chance, 5)}号`,
  'coercive-measure': (chance) => chance.pick(MEASURES),
  evidence: (chance) => chance.pick(EVIDENCE),
  plate: (chance) =>
    `晋${chance.pick(['A', 'B', 'K'])}${chance.pick(['·', ''])}${digits(chance, 2)}${chance.pick(['C', 'F', 'H'])}${digits(chance, 2)}`,
  'bank-card': (chance) => `6222${digits(chance, 15)}`,
  phone: (chance) => `1${chance.pick(['38', '59', '86', '99'])}${digits(chance, 8)}`,
}

const FRAMES = [
  '被告人{person}，男，公民身份号码{id-number}，联系电话{phone}，因涉嫌{charge}于{time}被{organisation}{coercive-measure}。',
  '经依法审查查明：{time}，被告人{person}窜至{place}，趁被害人{person}不备，盗走现金{amount}。',
  '{time}，犯罪嫌疑人{person}在{place}因琐事与被害人{person}发生口角，持木棍将其打伤。经鉴定，被害人的伤情构成{injury-grade}。',
  '被告人{person}于{time}饮酒后驾驶{plate}小型轿车，行至{place}时被查获。经检测，其血液中酒精含量为{alcohol}。',
  '公安人员从其随身物品中查获{drug}，并依法扣押。',
  '上述事实，有{evidence}、{evidence}等证据予以证实，证据之间能够相互印证。',
  '被告人{person}以非法占有为目的，其行为触犯了{law-article}，应当以{charge}追究其刑事责任。',
  '案发后，被告人{person}主动投案，如实供述，系{circumstance}，可以从轻处罚。',
  '被告人{person}系{circumstance}，应当从重处罚；其到案后{circumstance}，可以从宽处理。',
  '证人{person}证实：其银行卡{bank-card}被借给他人使用，转入资金{amount}。',
  '本院以{document-number}起诉书提起公诉，案件编号{case-number}。',
  '{organisation}以{case-number}移送审查起诉，本院于{time}受理后，依法告知了被害人诉讼权利。',
  '辩护人{person}提出：涉案金额应认定为{amount}，请求对被告人从宽处理。',
  '犯罪嫌疑人{person}、{person}经预谋后，于{time}在{place}实施诈骗，骗得人民币若干。',
  '鉴定人{person}出具的{evidence}载明，被害人损伤程度为{injury-grade}。',
  '经{organisation}鉴定，涉案物品价值{amount}。',
  '对犯罪嫌疑人{person}变更强制措施为{coercive-measure}，并责令其不得离开居住的市、县。',
  '依照{law-article}之规定，决定对{person}不起诉。',
]

/** @returns paragraphs of one to three sentences with what is in them */
export function corpus(count: number, seed = 'entities-held'): Paragraph[] {
  const chance = chanceOf(seed)
  return Array.from({ length: count }, (_, n) => {
    const frames = Array.from(
      { length: chance.int(1, 3) },
      (_, at) => FRAMES[(n * 7 + at * 5 + chance.int(0, 3)) % FRAMES.length] ?? '',
    )
    const truth: Paragraph['truth'] = []
    let text = ''
    for (const frame of frames)
      for (const part of frame.split(/(\{[a-z-]+\})/)) {
        const type = /^\{([a-z-]+)\}$/.exec(part)?.[1] as EntityType | undefined
        const said = type ? MAKERS[type](chance) : part
        if (type) truth.push({ type, start: text.length, end: text.length + said.length })
        text += said
      }
    return { text, truth }
  })
}
