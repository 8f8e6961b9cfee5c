import { BrokenPanel } from '../../contract/panels/common.ts'
import { PANELS, type PanelName } from '../../contract/panels/index.ts'

export const isPanelName = (name: string): name is PanelName => Object.hasOwn(PANELS, name)

/** What is wrong with a panel's newest word, and when it was last right and is tried again (epoch ms). */
export interface Problem {
  cause: string
  lastOkAt: number | null
  retryAt: number | null
}
export type Checked = { ok: true; data: unknown } | { ok: false; problem: Problem }

/** What the server says about a panel is believed only if it has the shape of the contract. */
export function checkPanel(name: string, data: unknown): Checked {
  const { data: failed } = BrokenPanel.safeParse(data)
  if (failed) return { ok: false, problem: failed.broken }
  if (!isPanelName(name)) return { ok: true, data }
  const result = PANELS[name].safeParse(data)
  if (result.success) return { ok: true, data: result.data }
  const [first] = result.error.issues
  const cause = `字段不符：${first?.path.join('.') || name}，未采用本次数据`
  return { ok: false, problem: { cause, lastOkAt: null, retryAt: null } }
}
