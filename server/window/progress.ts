import type { WindowRules } from '../../config/window.ts'
import type { CaseAnswer } from '../../contract/http/window.ts'
import type { KnownCase } from './context.ts'

/** Pure: the four things that a person who has to do with a case is told (案件信息公开规定 第七条), and nothing else. */
export function answerOf({ progress }: WindowRules, known: KnownCase): CaseAnswer {
  return {
    cause: known.cause ?? progress.noCause,
    acceptedOn: known.accepted,
    due: known.due ?? (known.state === 'closed' ? '已办结' : progress.stopped),
    progress: wordsOf(progress, known),
  }
}

/** In the office's words for outside: what is discussed or approved inside has none of its own. */
function wordsOf(progress: WindowRules['progress'], { state, node }: KnownCase): string {
  if (state !== 'open') return progress[state]
  return progress.nodes.find(({ nodes }) => node !== null && nodes.includes(node))?.text ?? progress.open
}
