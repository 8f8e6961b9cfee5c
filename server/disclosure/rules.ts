import type { DisclosureRules } from '../../config/redaction.ts'
import type { DocumentKind, DocumentState, FileFormat, Leftover, Party } from '../../contract/http/disclosure.ts'
import type { RefusalId } from '../../contract/http/problem.ts'

/**
 * Pure rules of 审核 → 导出 → 复核 → 发布 (domain.md E). Who proposes does not approve; who exports does not recheck; a
 * document is published only when a second person has compared it and the machine has found nothing left over.
 */
export interface Disclosure {
  id: string
  title: string
  type: string
  kind: DocumentKind
  caseNo: string | null
  department: string
  /** Person ids. */
  submitter: string
  reviewer: string | null
  exporter: string | null
  rechecker: string | null
  publisher: string | null
  parties: Party[]
  readyDay: string | null
  state: DocumentState
  /** Last day of publication, `YYYY-MM-DD`; null when nothing is awaited. */
  due: string | null
  provisional: boolean
  lateSubmit: boolean
  ground: string | null
  /** SHA-256 of the original. */
  file: string
  copy: Copy | null
  publishedMs: number | null
}
export interface Copy {
  hash: string
  format: Extract<FileFormat, 'docx' | 'pdf'>
  size: number
  exportedMs: number
  /** Version of the redaction rules. */
  rules: string
}

export type Action =
  | { do: 'review'; by: string; decision: 'publish' | 'exclude' | 'return'; ground: string | null }
  | { do: 'mask'; by: string }
  | { do: 'export'; by: string; copy: Copy; leftovers: readonly Leftover[] }
  | { do: 'recheck'; by: string; passed: boolean; leftovers: readonly Leftover[] }
  | { do: 'publish'; by: string; leftovers: readonly Leftover[]; now: number }
  | { do: 'withdraw'; by: string }
  | { do: 'reopen'; by: string }

export type Verdict = { ok: true; next: Disclosure } | { ok: false; refusal: RefusalId; why: string }
const no = (why: string, refusal: RefusalId = 'unprocessable'): Verdict => ({ ok: false, refusal, why })

/** Which states an action belongs to. */
export const STATES_OF: Readonly<Record<Action['do'], readonly DocumentState[]>> = {
  review: ['review'],
  mask: ['export', 'recheck'],
  export: ['export'],
  recheck: ['recheck'],
  publish: ['publish'],
  withdraw: ['published'],
  reopen: ['withdrawn'],
}

/** Who may not do it, being who they are. */
export function barred(action: Action['do'], one: Disclosure, person: string): boolean {
  if (action === 'review' || action === 'publish') return person === one.submitter
  if (action === 'recheck') return person === one.submitter || person === one.exporter
  return false
}
const BARRED: Readonly<Partial<Record<Action['do'], string>>> = {
  review: '不能审核自己提交的文书',
  recheck: '复核人须是提交人与导出人以外的人',
  publish: '不能发布自己提交的文书',
}

export function act(rules: DisclosureRules, one: Disclosure, action: Action): Verdict {
  if (!STATES_OF[action.do].includes(one.state)) return no('这一步已由他人完成，或还没有轮到', 'conflict')
  if (barred(action.do, one, action.by)) return no(BARRED[action.do] ?? '', 'same-person')
  const to = (state: DocumentState, change: Partial<Disclosure> = {}): Verdict => ({
    ok: true,
    next: { ...one, ...change, state },
  })
  switch (action.do) {
    case 'review':
      return reviewed(rules, one, action, to)
    case 'mask':
      // The copy is no longer what the masks say.
      return to('export', { copy: null, exporter: null })
    case 'export':
      return leftText(action.leftovers) ?? to('recheck', { exporter: action.by, copy: action.copy, rechecker: null })
    case 'recheck':
      if (!action.passed) return to('review', { copy: null, exporter: null, rechecker: null, reviewer: null })
      return leftText(action.leftovers) ?? to('publish', { rechecker: action.by })
    case 'publish':
      if (!one.copy || !one.rechecker || one.rechecker === one.exporter)
        return no('尚未由第二个人复核，不能发布', 'conflict')
      return leftText(action.leftovers) ?? to('published', { publisher: action.by, publishedMs: action.now, due: null })
    case 'withdraw':
      return to('withdrawn')
    case 'reopen':
      return to('review', { copy: null, exporter: null, rechecker: null, reviewer: null, publishedMs: null })
  }
}

type To = (state: DocumentState, change?: Partial<Disclosure>) => Verdict

function reviewed(rules: DisclosureRules, one: Disclosure, action: Action & { do: 'review' }, to: To): Verdict {
  if (action.decision === 'return') return to('returned', { reviewer: action.by, due: null })
  if (action.decision === 'exclude') {
    const known = rules.grounds.some(({ id }) => id === action.ground)
    return known ? to('excluded', { reviewer: action.by, ground: action.ground, due: null }) : no('不公开须选定理由')
  }
  const against = absoluteGround(rules, one)
  if (against) return no(`${against.name}，不得公开`)
  const type = rules.types.find(({ id }) => id === one.type)
  if (!type) return no('这种文书不在公开范围内')
  if (one.readyDay === null) return no(READY_WORDS[type.ready])
  return to('export', { reviewer: action.by, ground: null })
}

export const READY_WORDS = {
  'effective-judgment': '判决尚未生效（缺少生效日期），不能公开',
  served: '文书尚未送达（缺少送达日期），不能公开',
  answered: '尚未收到回复（缺少回复日期），不能公开',
} as const

/** A ground that leaves no choice: proposed by the handler, or a minor among the accused. */
export function absoluteGround(
  rules: DisclosureRules,
  { parties, ground }: Pick<Disclosure, 'parties' | 'ground'>,
): { id: string; name: string } | undefined {
  const minor = parties.some(({ role, minor }) => minor && (role === 'suspect' || role === 'defendant'))
  const wanted = minor ? rules.minorGround : ground
  return rules.grounds.find(({ id, absolute }) => id === wanted && absolute)
}

function leftText(leftovers: readonly Leftover[]): Verdict | undefined {
  const [first] = leftovers
  if (!first) return undefined
  const more = leftovers.length > 1 ? `，另有 ${leftovers.length - 1} 处` : ''
  return no(`读回副本时发现残留：${first.where} ${first.kind} ${first.count} 处${more}`)
}

const OPEN: readonly DocumentState[] = ['review', 'export', 'recheck', 'publish']
export const isOpen = (state: DocumentState): boolean => OPEN.includes(state)
/** The last day itself is in time. */
export const isOverdue = ({ state, due }: Pick<Disclosure, 'state' | 'due'>, today: string): boolean =>
  isOpen(state) && due !== null && due < today
