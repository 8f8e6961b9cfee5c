/** The pages of 数据共享 in the order of their tabs, each with the word it needs. */
export const SHARING_PAGES = [
  { path: '/desk/sharing/hits', title: '订阅命中', permission: 'sharing.subscribe' },
  { path: '/desk/sharing/subscriptions', title: '我的订阅', permission: 'sharing.subscribe' },
  { path: '/desk/sharing/usefulness', title: '来源采用情况', permission: 'sharing.subscribe' },
  { path: '/desk/sharing/panorama', title: '全景', permission: 'panorama.read' },
  { path: '/desk/sharing/exchange', title: '数据交换', permission: 'exchange.read' },
  { path: '/desk/sharing/dictionary', title: '标准采集数据', permission: 'sharing.read' },
] as const

export const firstPage = (may: ReadonlySet<string>): string | undefined =>
  SHARING_PAGES.find(({ permission }) => may.has(permission))?.path
