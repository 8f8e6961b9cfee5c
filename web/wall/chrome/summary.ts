import type { PanelData } from '../../../contract/panels/index.ts'
import { count } from '../../ui/format.ts'

/** 待处置 beside a section's heading: what waits for somebody, in words. Pure. */
export interface Waiting {
  word: string
  n: number | null
  /** Its source is silent or broken: the figure may not look fresh. */
  doubtful: boolean
}

export function securityWaiting(
  access: PanelData<'access'> | null,
  terminal: PanelData<'terminal'> | null,
  doubtful: { access: boolean; terminal: boolean },
  /** Named only where the alert list is not beside it. */
  unacknowledged: number | null = 0,
): Waiting[] {
  return keep([
    { word: '未确认', n: unacknowledged, doubtful: false },
    { word: '异常门', n: access?.abnormal.total ?? null, doubtful: doubtful.access },
    { word: '盲区', n: terminal?.blind.total ?? null, doubtful: doubtful.terminal },
    { word: '补丁', n: terminal?.patches.hosts ?? null, doubtful: doubtful.terminal },
  ])
}

export function casesWaiting(flow: PanelData<'flow'> | null, doubtful: boolean): Waiting[] {
  return keep([
    { word: '末日', n: flow?.byColour.red ?? null, doubtful },
    { word: '临近', n: flow?.byColour.orange ?? null, doubtful },
  ])
}

const keep = (all: Waiting[]) => all.filter((one) => one.n === null || one.n > 0)
export const waitingWords = (one: Waiting): string => `${one.word} ${count(one.n)}`
