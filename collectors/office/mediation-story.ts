import type { Strokes } from '../../contract/http/mediations.ts'
import type { Chance } from './random.ts'

/** Disputes of the simulated office: what they are about and what they end in. Names and numbers belong to nobody. */
interface Story {
  title: string
  kind: string
  facts: string
  terms: string[]
  duty: string
}
const STORIES: readonly Story[] = [
  {
    title: '相邻排水致墙面渗水的赔偿争议（演示）',
    kind: 'compensation',
    facts: '楼上排水改造后楼下墙面渗水，双方对修缮方式和赔偿数额有争议。',
    terms: ['被申请人负责修复渗水墙面。', '被申请人一次性赔偿三千元，双方就此事不再争议。'],
    duty: '修复墙面并支付三千元',
  },
  {
    title: '民间借贷监督案的和解（演示）',
    kind: 'civil-supervision',
    facts: '当事人对还款凭证认定有异议而申请监督，双方有和解意愿。',
    terms: ['双方确认尚欠本金二万元。', '被申请人分两期付清，申请人撤回监督申请。'],
    duty: '支付第一期一万元',
  },
  {
    title: '轻伤害案的刑事和解（演示）',
    kind: 'criminal-settlement',
    facts: '邻里口角引发轻伤，被申请人认罪并愿意赔偿，申请人愿意谅解。',
    terms: ['被申请人当面赔礼道歉并赔偿医疗费用。', '申请人自愿谅解，赔偿不作为量刑的交换条件。'],
    duty: '支付医疗费用八千元',
  },
  {
    title: '农民工欠薪争议（演示）',
    kind: 'civil',
    facts: '工程结算后部分工资未付，双方对工时核算有争议。',
    terms: ['双方确认未付工资总额。', '被申请人按期足额支付，申请人不再主张利息。'],
    duty: '付清所欠工资',
  },
  {
    title: '小区噪声与围挡纠纷（演示）',
    kind: 'civil',
    facts: '施工噪声和围挡影响出行，业主与施工方多次冲突。',
    terms: ['施工限于八时至十八时。', '围挡留出两米通道并设照明。'],
    duty: '调整围挡并设照明',
  },
]
/** A dispute that the register of petitions holds goes under its own title. */
export const PETITION_STORY: Pick<Story, 'kind' | 'facts' | 'terms' | 'duty'> = {
  kind: 'petition',
  facts: '信访事项排查中双方表示愿意调解，由承办人登记。',
  terms: ['双方就诉求达成一致，被申请人限期落实。', '申请人对处理结果表示认可，不再就同一事项信访。'],
  duty: '落实答复中承诺的事项',
}

const SURNAMES = Array.from('申柏贺卞娄耿莫裴席游')
export function officeDispute(chance: Chance, matter: { id: string; title: string } | null) {
  const story = chance.pick(STORIES)
  const [from, on] = [chance.pick(SURNAMES), chance.pick(SURNAMES)]
  const phone = () => `199-0000-${chance.int(1000, 9999)}`
  return {
    title: matter ? `${matter.title}（演示）` : story.title,
    kind: matter ? PETITION_STORY.kind : story.kind,
    facts: matter ? PETITION_STORY.facts : story.facts,
    ...(matter ? { matter: matter.id } : {}),
    handlers: [],
    parties: [
      { name: `${from}某甲`, role: 'applicant', phone: phone() },
      { name: `${on}某乙`, role: 'respondent', phone: phone() },
    ],
  }
}
/** What is agreed in a dispute of this title. */
export const storyOf = (title: string): Pick<Story, 'terms' | 'duty'> =>
  STORIES.find((story) => story.title === title) ?? PETITION_STORY

/** A pen that wanders over the sheet of 600 × 240: long enough to be a signature. */
export const officeSignature = (chance: Chance): Strokes =>
  Array.from({ length: 3 }, (_, stroke) =>
    Array.from({ length: 8 }, (_, n): [number, number] => [
      60 + 160 * stroke + 18 * n,
      Math.min(220, Math.max(20, 120 + chance.int(-80, 80))),
    ]),
  )
