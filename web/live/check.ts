import { PANELS, type PanelName } from '../../contract/panels/index.ts'

export const isPanelName = (name: string): name is PanelName => Object.hasOwn(PANELS, name)

export type Checked = { ok: true; data: unknown } | { ok: false; cause: string }

/** What the server says about a panel is believed only if it has the shape of the contract. */
export function checkPanel(name: string, data: unknown): Checked {
  if (!isPanelName(name)) return { ok: true, data }
  const result = PANELS[name].safeParse(data)
  if (result.success) return { ok: true, data: result.data }
  const [first] = result.error.issues
  return { ok: false, cause: `字段不符：${first ? first.path.join('.') || name : name}，未采用本次数据` }
}
