import type { PetitionReply } from '../../contract/http/petitions.ts'
import type { Principal, Reader, Turn, Tx } from '../feature.ts'
import { type PetitionDeps, personOf } from './context.ts'
import { type NewMatter, register } from './register.ts'
import { findMatter } from './repository.ts'

/** What the 12309 window hands over when it takes up a filing; handed in by main.ts. */
interface Filed {
  kind: string
  receipt: string
  title: string
  demand: string
  object: string | null
  caseNo: string | null
  anonymous: boolean
  contact: { name: string; phone: string } | null
  receivedOn: string
  files: readonly { name: string; hash: string }[]
}
const KINDS: Readonly<Record<string, string>> = {
  petition: 'criminal-appeal',
  accusation: 'accusation',
  report: 'report',
}

/** The clock runs from the day on which the filing came in, not from the day on which it was taken up. */
export const petitionRegister = (deps: PetitionDeps) => ({
  async register(turn: Turn, filed: Filed, by: Principal): Promise<{ id: string; no: string }> {
    const { kinds } = deps.config.petitions
    const wanted = KINDS[filed.kind] ?? filed.kind
    const files = filed.files.map(({ name, hash }) => `附件（存 12309 窗口）${name}，SHA-256 ${hash}`)
    const matter: NewMatter = {
      title: filed.title,
      demand: [filed.demand, ...files].join('\n'),
      kind: (kinds.find(({ id }) => id === wanted) ?? kinds.at(-1))?.id ?? wanted,
      channel: 'web',
      receivedOn: filed.receivedOn,
      people: 1,
      anonymous: filed.anonymous,
      contact: filed.contact ?? undefined,
      object: filed.object ?? undefined,
      caseNo: filed.caseNo ?? undefined,
      externalNo: filed.receipt,
    }
    const [moved] = await register(deps, turn, [matter], personOf(deps, by))
    if (!moved) throw new Error('nothing registered')
    return { id: moved.matter.id, no: moved.matter.no }
  },
  /** What the one who filed it may know: that a reply was given, which, and when. */
  async repliesOf(db: Reader | Tx, matterId: string): Promise<{ on: string; what: string }[]> {
    const matter = await findMatter(db, matterId)
    return (matter?.replies ?? [])
      .flatMap(({ kind, doneOn }) => (doneOn === null ? [] : [{ on: doneOn, what: REPLIED[kind] }]))
      .sort((a, b) => a.on.localeCompare(b.on))
  },
})

/** 信访工作条例 第二十二条、第三十四条: whether it is taken up, then its course or result. */
const REPLIED: Readonly<Record<PetitionReply, string>> = {
  procedural: '已作程序性回复（是否受理、由谁办理）',
  substantive: '已答复办理过程或者结果',
  monthly: '已通报办理进展',
}
