import type { PanelName } from './index.ts'

/** What a panel is called when it cannot speak for itself, and in a brief. */
export const PANEL_TITLES: Readonly<Record<PanelName, string>> = {
  terminal: '终端防护',
  access: '门禁',
  patrol: '巡查',
  zeros: '三零',
  map: '电子地图',
  alerts: '实时告警',
  flow: '流程节点',
  draw: '随机分案',
  review: '评查进度',
  petition: '五色预警',
  mediation: '矛盾纠纷化解',
  disclosure: '文书公开',
  sources: '采集与链路',
  cross: '门 × 终端 × 值守',
  'alert-load': '告警负荷',
  presence: '在场',
  duty: '值守与交接',
  'due-calendar': '两周到期',
  'case-trend': '受理与办结',
  structure: '四大检察结构比',
  fairness: '公平性检验',
  'review-grades': '评查等次与问题',
  'petition-changes': '五色变动',
  'petition-limits': '信访时限',
}
