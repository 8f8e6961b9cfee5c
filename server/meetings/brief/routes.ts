import { Readable } from 'node:stream'
import { type Brief, briefOf } from '../../../contract/brief/brief.ts'
import { type BriefFormat, briefRoutes } from '../../../contract/http/meetings.ts'
import { PANELS } from '../../../contract/panels/index.ts'
import { PAST_REFUSALS } from '../../../contract/past.ts'
import { type BoundRoute, bind, type StreamAnswer } from '../../feature.ts'
import { markOf } from '../../mark.ts'
import { Refusal } from '../../refusal.ts'
import type { Recorder } from '../past/recorder.ts'
import { type BriefFiles, MEDIA } from './files.ts'
import { type Appendix, briefBlocks, briefSheets, momentWords } from './tables.ts'

export interface BriefDeps {
  recorder: Recorder
  office: Pick<Brief, 'unit' | 'demo'>
  files: BriefFiles
  /** Reads all panels now when no screen is connected, so that «now» is now. */
  sample(): Promise<void>
}

/** @throws Refusal when nothing was recorded at that instant */
export async function readBrief(deps: BriefDeps, at: number): Promise<Brief> {
  const wall = await deps.recorder.wallAt(at, Object.keys(PANELS))
  if ('refused' in wall) throw new Refusal('not-found', PAST_REFUSALS[wall.refused])
  const panels = Object.fromEntries(Object.entries(wall.panels).map(([name, { data }]) => [name, data]))
  return briefOf(at, panels, deps.office)
}

/** The brief of an instant, or of now. */
export async function briefAt(deps: BriefDeps, at: number | undefined, now: () => number): Promise<Brief> {
  if (at !== undefined) return readBrief(deps, at)
  await deps.sample()
  return readBrief(deps, now())
}

export async function briefFile(
  { files }: BriefDeps,
  brief: Brief,
  format: BriefFormat,
  /** Who takes it away and when. */
  mark: string,
  appendices: readonly Appendix[] = [],
  name = '大屏简报',
): Promise<StreamAnswer> {
  const bytes =
    format === 'xlsx'
      ? await files.xlsx(briefSheets(brief, appendices).map((sheet) => ({ ...sheet, mark })))
      : await files[format](briefBlocks(brief, appendices), mark)
  const moment = momentWords(brief.at).replace(' ', '-').replaceAll(':', '')
  return {
    stream: Readable.from([bytes]),
    contentType: MEDIA[format],
    filename: `${name}-${moment}${brief.demo ? '-演示' : ''}.${format}`,
  }
}

export const briefCalls = (deps: BriefDeps, now: () => number): BoundRoute[] => [
  bind(briefRoutes.brief, ({ query }) => briefAt(deps, query.at, now)),
  bind(briefRoutes.file, async ({ query, person, now: at }) =>
    briefFile(deps, await briefAt(deps, query.at, now), query.format, markOf(person, at)),
  ),
  bind(briefRoutes.spans, async ({ query: { from, to } }) => ({ items: await deps.recorder.spans(from, to) })),
]
