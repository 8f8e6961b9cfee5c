import type { AlertItem } from '../../contract/panels/alerts.ts'

export type Alert = AlertItem
export const sampleAlert = (id: string): AlertItem => ({
  id,
  version: 1,
  cause: `door.forced:${id}`,
  severity: 'critical',
  state: 'unacknowledged',
  step: 'new',
  domain: 'access',
  object: 'door:E1',
  title: '一号门被强行开启',
  why: '未授权而门开',
  count: 1,
  firstAt: 0,
  lastAt: 0,
  owner: null,
  escalatesAt: null,
  returnedAt: null,
  silencedUntil: null,
  demo: true,
  next: null,
  facts: [],
})
