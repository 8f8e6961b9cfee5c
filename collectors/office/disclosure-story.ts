import type { Chance } from './random.ts'

/** A made-up document of the simulated office, with its parties; names and numbers belong to nobody. */
export interface OfficeDocument {
  title: string
  type: 'indictment' | 'non-prosecution'
  caseNo: string
  parties: { name: string; role: 'defendant' | 'suspect' | 'victim' | 'witness' }[]
  text: string
}
const SURNAMES = Array.from('申柏贺卞娄耿莫裴席游')
const GIVEN = ['建国', '晓梅', '志远', '雪', '立新', '宇航', '美玲', '强', '文博', '丽华']
const CRIMES = ['故意伤害', '盗窃', '诈骗', '危险驾驶', '寻衅滋事']

const digits = (chance: Chance, count: number): string => Array.from({ length: count }, () => chance.int(0, 9)).join('')
/** Region 149999 does not exist. */
const idNumber = (chance: Chance): string =>
  `149999${chance.int(1960, 2003)}${String(chance.int(1, 12)).padStart(2, '0')}${String(chance.int(1, 28)).padStart(2, '0')}${digits(chance, 4)}`

export function officeDocument(chance: Chance, number: number): OfficeDocument {
  const surnames = chance.int(0, SURNAMES.length - 3)
  const [accused = '', victim = '', witness = ''] = [0, 1, 2].map(
    (at) => (SURNAMES[surnames + at] ?? '申') + chance.pick(GIVEN),
  )
  const crime = chance.pick(CRIMES)
  const type = chance.hit(0.8) ? 'indictment' : 'non-prosecution'
  const [what, word, mark] =
    type === 'indictment' ? ['起诉书', '被告人', '刑诉'] : ['不起诉决定书', '被不起诉人', '刑不诉']
  const caseNo = `示检${mark}〔2026〕${number}号`
  const text = [
    '示例区人民检察院',
    what,
    caseNo,
    `${word}${accused}，男，${chance.int(1960, 2003)}年${chance.int(1, 12)}月${chance.int(1, 28)}日出生，公民身份号码${idNumber(chance)}，汉族，高中文化，住示例省示例市示例区幸福路${chance.int(1, 200)}号${chance.int(1, 9)}号楼${chance.int(1, 4)}单元${chance.int(101, 1802)}室。因涉嫌${crime}罪，于2026年${chance.int(1, 6)}月${chance.int(1, 28)}日被示例市公安局示例分局刑事拘留。`,
    '本案由示例市公安局示例分局侦查终结，以上述人员涉嫌犯罪，移送本院审查起诉。本院受理后，已依法告知有关权利义务，讯问了上述人员，听取了值班律师和被害人的意见，审查了全部案件材料。',
    `经依法审查查明：2026年${chance.int(1, 6)}月${chance.int(1, 28)}日${chance.int(9, 22)}时许，${word}${accused}在示例区和平路${chance.int(1, 99)}号附近与被害人${victim}（电话199-0000-${digits(chance, 4)}，微信号wx_${digits(chance, 6)}）发生争执，后驾驶晋A${digits(chance, 5)}号小型轿车离开。证人${witness}证实上述经过。`,
    `认定上述事实的证据如下：1.书证：户籍信息、到案经过、银行卡622200${digits(chance, 10)}的交易记录；2.证人${witness}的证言；3.被害人${victim}的陈述；4.${word}${accused}的供述与辩解。`,
    type === 'indictment'
      ? `本院认为，被告人${accused}的行为触犯了《中华人民共和国刑法》，犯罪事实清楚，证据确实、充分，应当以${crime}罪追究其刑事责任。根据《中华人民共和国刑事诉讼法》第一百七十六条的规定，提起公诉，请依法判处。`
      : `本院认为，${accused}实施了上述行为，但犯罪情节轻微，根据《中华人民共和国刑法》第三十七条的规定，不需要判处刑罚。依据《中华人民共和国刑事诉讼法》第一百七十七条第二款的规定，决定对${accused}不起诉。`,
    '示例区人民检察院',
    '2026年11月',
  ].join('\n')
  return {
    title: `${accused}${crime}案${what}`,
    type,
    caseNo,
    parties: [
      { name: accused, role: type === 'indictment' ? 'defendant' : 'suspect' },
      { name: victim, role: 'victim' },
      { name: witness, role: 'witness' },
    ],
    text,
  }
}
