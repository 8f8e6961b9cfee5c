import type { PetitionAct, PetitionColour, PetitionStage, PetitionStep } from '../../contract/http/petitions.ts'

/** Pure: 排查登记 → 研判 → 预警推送 → 交办 → 化解 → 反馈 → 降级/销号 → 回访 → 归档. What may be done, and where it leads. */

/** What the way of a matter depends on. */
export interface Standing {
  stage: PetitionStage
  open: boolean
  colour: PetitionColour | null
  pending: 'downgrade' | 'close' | null
}
export const START: Standing = { stage: 'assess', open: true, colour: null, pending: null }

/** One step as the history keeps it: enough to come to the same standing again. */
export interface Move {
  step: PetitionStep
  from: PetitionColour | null
  to: PetitionColour | null
  /** What the step was decided to. */
  outcome: 'done' | 'more' | 'unstable' | 'last' | null
}

const WORKING: readonly PetitionStage[] = ['assess', 'warn', 'assign', 'resolve', 'feedback', 'close']
const ALLOWED: Readonly<Record<PetitionAct, (standing: Standing) => boolean>> = {
  assess: ({ open }) => open,
  downgrade: ({ open, colour, pending }) => open && colour !== null && colour !== 'green' && pending === null,
  warn: ({ stage }) => stage === 'warn',
  assign: ({ open, colour }) => open && colour !== null,
  resolve: ({ stage }) => stage === 'warn' || stage === 'assign' || stage === 'resolve',
  feedback: ({ stage }) => stage === 'feedback',
  close: ({ stage, colour, pending }) => stage === 'close' && colour === 'green' && pending === null,
  revisit: ({ stage }) => stage === 'revisit',
  reopen: ({ open }) => !open,
  archive: ({ stage }) => stage === 'archive',
  reply: ({ open }) => open,
  attempt: ({ open }) => open,
  exempt: ({ open }) => open,
  send: ({ open }) => open,
}
export const mayDo = (standing: Standing, act: PetitionAct): boolean => ALLOWED[act](standing)
export const actsOf = (standing: Standing): PetitionAct[] =>
  (Object.keys(ALLOWED) as PetitionAct[]).filter((act) => mayDo(standing, act))

const REFUSALS: Partial<Record<PetitionAct, (standing: Standing) => string>> = {
  close: ({ stage, colour, pending }) =>
    pending !== null
      ? '已有提请等待批准'
      : stage !== 'close'
        ? '尚未反馈，不能销号'
        : colour !== 'green'
          ? '须先逐级降到绿色，才能销号'
          : '现在不能销号',
  downgrade: ({ open, colour, pending }) =>
    pending !== null
      ? '已有提请等待批准'
      : !open
        ? '已销号，没有颜色可降'
        : colour === null
          ? '还没有研判定色'
          : '已是绿色，不能再降；可提请销号',
  reopen: () => '事项仍在办理，不用重新启动',
}
export const refusalOf = (standing: Standing, act: PetitionAct): string =>
  REFUSALS[act]?.(standing) ?? '这一步还没有轮到，或已由他人完成'

/** Where a step leads. The caller has asked `mayDo`. */
export function after(standing: Standing, { step, from, to, outcome }: Move): Standing {
  const { stage } = standing
  switch (step) {
    case 'assess': {
      const risen = from !== to
      // Whoever is told of the new tier and who leads is decided anew with every rise.
      const next: PetitionStage = risen ? (to === 'green' ? 'assign' : 'warn') : stage === 'assess' ? 'assign' : stage
      return { ...standing, colour: to, stage: next, pending: risen ? null : standing.pending }
    }
    case 'warn':
      return { ...standing, stage: 'assign' }
    case 'assign':
      return { ...standing, stage: stage === 'assign' ? 'resolve' : stage }
    case 'resolve':
      return { ...standing, stage: stage === 'resolve' && outcome === 'done' ? 'feedback' : stage }
    case 'feedback':
      return { ...standing, stage: outcome === 'done' ? 'close' : 'resolve' }
    case 'downgrade-proposed':
      return { ...standing, pending: 'downgrade' }
    case 'downgrade':
      return { ...standing, colour: to, pending: null }
    case 'close-proposed':
      return { ...standing, pending: 'close' }
    case 'close':
      return { ...standing, stage: 'revisit', open: false, pending: null }
    case 'refused':
      return { ...standing, pending: null }
    case 'revisit':
      if (outcome === 'unstable') return { ...standing, stage: 'assess', open: true }
      return outcome === 'last' ? { ...standing, stage: 'archive' } : standing
    case 'reopen':
      return { ...standing, stage: 'assess', open: true, pending: null }
    case 'archive':
      return { ...standing, stage: 'archived' }
    default:
      return standing
  }
}

/** History told again from the beginning. */
export const replay = (moves: readonly Move[]): Standing => moves.reduce(after, START)
export const isWorking = (stage: PetitionStage): boolean => WORKING.includes(stage)
