import type { Chance } from '../../../collectors/office/random.ts'
import type { DocumentKind, Party, PartyRole } from '../../../contract/http/disclosure.ts'
import * as make from './people.ts'

/** A piece of a document; `kind` says what sort of secret it is. Text without a kind must stay. */
export interface Piece {
  text: string
  kind?: string
}
export type Line = Piece[]
export interface Story {
  kind: DocumentKind
  parties: Party[]
  staff: string[]
  title: string
  header: Line
  body: Line[]
  table: Line[][]
  footnotes: Line[]
  /** What only lies in the file's corners: properties, comments, hidden text, deleted text. */
  corners: string[]
}

const REGION = '示例省示例市示例区'
const LAW = [
  '本院认为，上述行为触犯了《中华人民共和国刑法》第二百三十四条第一款，犯罪事实清楚，证据确实、充分。',
  '根据《中华人民共和国刑事诉讼法》第一百七十六条的规定，提起公诉，请依法判处。',
  '案发后双方于2025年12月11日达成协议，赔偿人民币12 000元，另支付3 450.50元，合计15450.5元。',
  '经示例市公安司法鉴定中心鉴定，损伤程度为轻伤二级，鉴定文号为示公鉴（法）字〔2025〕1024号。',
  '（2024）晋0105刑初233号刑事判决书认定其犯盗窃罪，判处有期徒刑八个月，并处罚金二千元。',
  '和平路派出所出具的到案经过、示例区人民医院的诊断证明、现场照片12张、视频光盘3张在案佐证。',
  '该公司2023年度营业额为1234567元，2024年度为2345678元，2025年1月至6月为980000元，均已纳税申报。',
  '扣押型号为HW-Mate60的黑色手机1部、现金35 600元、账本2册，随案移送物证室第12号柜保管。',
  '据统计，2024年全区受理此类案件1 024件，同比上升12.5%；2025年1至10月受理936件，批捕率78.3%。',
  '现场位于城市道路与乡村公路交叉口以东30米，路面为沥青，限速每小时60公里，夜间有路灯照明。',
  '其在某小区门口等候时，听到楼上有人呼喊，遂上到3层查看，随后报警，民警于10时25分到场。',
  '审计报告（示审字〔2025〕第88号）载明：合同编号HT-2023-0456，价税合计1130000元，税率13%。',
  '办案人员提示：如有疑问，可拨打12309检察服务热线或者登录中国检察网查询案件程序性信息。',
]
const CRIMES = ['故意伤害', '盗窃', '诈骗', '危险驾驶', '寻衅滋事', '掩饰、隐瞒犯罪所得']
const KINDS: readonly DocumentKind[] = ['indictment', 'non-prosecution', 'protest', 'other']
const ROLES: readonly PartyRole[] = ['victim', 'witness', 'other', 'witness', 'guardian', 'victim']

export function storyOf(chance: Chance): Story {
  const kind = chance.pick(KINDS)
  const accused: PartyRole = kind === 'non-prosecution' ? 'suspect' : 'defendant'
  const { parties, staff } = make.castOf(chance, [accused, ...ROLES.slice(0, chance.int(2, 6))], 3)
  const keeps = kind === 'indictment' || kind === 'protest'
  const nameOf = (at: number): Piece => {
    const { name = '', role } = parties[at % parties.length] ?? {}
    return role === 'defendant' && keeps ? { text: name } : { text: name, kind: 'name' }
  }
  const secret = (kindId: string, text: string): Piece => ({ text, kind: kindId })
  const crime = chance.pick(CRIMES)
  const others = parties.length - 1
  const other = (): Piece => nameOf(1 + chance.int(0, others - 1))
  const line = (...pieces: (Piece | string)[]): Line =>
    pieces.map((piece) => (typeof piece === 'string' ? { text: piece } : piece))
  const words = kind === 'non-prosecution' ? '被不起诉人' : '被告人'
  const sentences: (() => Line)[] = [
    () => line('被害人', other(), `陈述：${chance.int(8, 22)}时许，`, nameOf(0), '将其打伤后离开现场。'),
    () => line('证人', other(), '、', other(), '的证言，证实案发当日的经过。'),
    () =>
      line(
        '联系电话',
        secret('phone', make.phone(chance)),
        '，微信号',
        secret('wechat', make.wechat(chance)),
        '，QQ：',
        secret('qq', make.qq(chance)),
        '。',
      ),
    () =>
      line(
        '被害人',
        other(),
        '，公民身份号码',
        secret('id-card', make.idNumber(chance)),
        '，邮箱',
        secret('email', make.email(chance)),
        '。',
      ),
    () =>
      line(
        nameOf(0),
        '向',
        other(),
        '的银行卡',
        secret('bank-card', make.bankCard(chance)),
        `转账${chance.int(1, 90)}000元。`,
      ),
    () => line(nameOf(0), '驾驶', secret('plate', make.plate(chance)), '号小型轿车离开。'),
    () => line(other(), '持护照', secret('passport', make.passport(chance)), '入境。'),
    () =>
      line(`在${REGION}`, secret('address', make.homeAddress(chance)), '，', nameOf(0), '与', other(), '发生争执。'),
    () => line(chance.pick(LAW)),
    () => line(chance.pick(LAW)),
    () => line(chance.pick(LAW), chance.pick(LAW)),
  ]
  const body: Line[] = [
    line(`示检刑诉〔${chance.int(2024, 2026)}〕${chance.int(1, 999)}号`),
    line(
      words,
      nameOf(0),
      '，男，',
      secret('birth-date', make.birthDate(chance)),
      '出生，公民身份号码',
      secret('id-card', make.idNumber(chance)),
      `，汉族，初中文化，住${REGION}`,
      secret('address', make.homeAddress(chance)),
      '。',
    ),
    line(
      `因涉嫌${crime}罪，于${chance.int(2024, 2026)}年${chance.int(1, 12)}月${chance.int(1, 28)}日被示例市公安局示例分局刑事拘留。`,
    ),
    ...Array.from({ length: chance.int(8, 18) }, () => chance.pick(sentences)()),
    line('此致'),
    line('示例区人民法院'),
    line(`检察员　${staff[0] ?? ''}`),
    line(`检察官助理　${staff[1] ?? ''}`),
    line(`书记员　${staff[2] ?? ''}`),
  ]
  return {
    kind,
    parties,
    staff,
    title: '起诉书',
    header: line('示例区人民检察院 承办卷 ', other()),
    body,
    table: [
      [line('姓名'), line('证件'), line('电话')],
      ...Array.from({ length: 3 }, () => [
        line(other()),
        line(secret('id-card', make.idNumber(chance))),
        line(secret('phone', make.phone(chance))),
      ]),
    ],
    footnotes: [line('注：', other(), '的联系方式为', secret('phone', make.phone(chance)), '。')],
    corners: [nameOf(1).text, `${nameOf(1).text} ${make.idNumber(chance)}`, make.phone(chance)],
  }
}
