import type { Feature, WallPast } from '../feature.ts'
import type { BookContext } from './book/context.ts'
import { meetingFile } from './book/file.ts'
import { bookCalls } from './book/routes.ts'
import { type BriefDeps, briefCalls, readBrief } from './brief/routes.ts'
import { Recorder, type RecorderDeps } from './past/recorder.ts'
import { type Bounds, PastStore } from './past/store.ts'
import { meetingMigrations } from './tables.ts'

export interface MeetingsDeps
  extends Pick<RecorderDeps, 'now' | 'sample' | 'failed'>,
    Pick<BriefDeps, 'office' | 'files'>,
    Omit<BookContext, 'briefOf'> {
  /** Where the hour files lie. */
  pastFolder: string
  bounds: Bounds
}

/** Meetings that close the loop: freeze and replay of the wall, brief, agenda, commitments. */
export function meetingsFeature(deps: MeetingsDeps): Feature & { past: WallPast } {
  const recorder = new Recorder({ ...deps, store: new PastStore(deps.pastFolder) })
  const brief = { ...deps, recorder }
  const book: BookContext = { ...deps, briefOf: (at) => readBrief(brief, at) }
  return {
    name: 'meetings',
    past: {
      shown: (state) => recorder.shown(state),
      wallAt: (at, panels) => recorder.wallAt(at, panels),
      frames: (ask, panels) => recorder.frames(ask, panels),
    },
    migrations: meetingMigrations,
    routes: [...briefCalls(brief, deps.now), ...bookCalls(book), meetingFile(book, brief)],
    start: async () => recorder.start(),
    stop: () => recorder.stop(),
  }
}
