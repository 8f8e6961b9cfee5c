import type { Config } from '../../../config/load.ts'
import { officeDate } from '../../../config/zone.ts'
import type { Brief } from '../../../contract/brief/brief.ts'
import type { Figure } from '../../../contract/figures.ts'
import type { Principal, Records, TaskDesk, Turn } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import { findMeeting, note, type StoredMeeting } from '../repository.ts'
import { EDIT_WORDS, mayAct } from '../rules.ts'

export interface BookContext {
  records: Records
  config: Pick<Config, 'site'>
  tasks: Pick<TaskDesk, 'open' | 'close'>
  /** As the catalogue has it now; undefined = there is none of that name. */
  figure(name: string): Promise<Figure | undefined>
  newId(): string
  /** Reads all panels when no screen is connected: what a meeting looks at is kept. */
  sample(): Promise<void>
  /** @throws Refusal when nothing was recorded then */
  briefOf(at: number): Promise<Brief>
}

/** Departments and posts: 责任到岗，不到人. */
export const ownersOf = ({ site }: Pick<Config, 'site'>): { id: string; name: string }[] => [
  ...site.departments.map(({ id, name }) => ({ id, name })),
  ...site.posts.map(({ id, name }) => ({ id, name })),
]

export const today = (now: number): string => officeDate(now)

/** One act on a meeting in one transaction, with its line in the history. @throws Refusal */
export async function act(
  ctx: BookContext,
  id: string,
  what: Parameters<typeof mayAct>[1],
  person: Principal,
  work: (turn: Turn, meeting: StoredMeeting) => Promise<string | null>,
): Promise<void> {
  await ctx.records.write(async (turn) => {
    const meeting = await findMeeting(turn.tx, id)
    if (!meeting) throw new Refusal('not-found', '没有这次会议')
    const refused = mayAct(meeting.state as Parameters<typeof mayAct>[0], what)
    if (refused) throw new Refusal('conflict', EDIT_WORDS[refused])
    const words = await work(turn, meeting)
    if (words === null) return
    await note(turn.tx, id, { id: ctx.newId(), at: turn.now, actor: person.post || person.name, words })
  })
}
