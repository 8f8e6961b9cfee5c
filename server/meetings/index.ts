import type { Feature, WallPast } from '../feature.ts'
import type { BriefDeps } from './brief/routes.ts'
import { briefCalls } from './brief/routes.ts'
import { Recorder, type RecorderDeps } from './past/recorder.ts'
import { type Bounds, PastStore } from './past/store.ts'

export interface MeetingsDeps
  extends Pick<RecorderDeps, 'now' | 'sample' | 'failed'>,
    Pick<BriefDeps, 'office' | 'files'> {
  /** Where the hour files lie. */
  pastFolder: string
  bounds: Bounds
}

/** Meetings that close the loop: freeze and replay of the wall, brief, agenda, commitments. */
export function meetingsFeature(deps: MeetingsDeps): Feature & { past: WallPast } {
  const recorder = new Recorder({ ...deps, store: new PastStore(deps.pastFolder) })
  return {
    name: 'meetings',
    past: {
      shown: (state) => recorder.shown(state),
      wallAt: (at, panels) => recorder.wallAt(at, panels),
      frames: (ask, panels) => recorder.frames(ask, panels),
    },
    routes: briefCalls({ ...deps, recorder }, deps.now),
    start: async () => recorder.start(),
    stop: () => recorder.stop(),
  }
}
