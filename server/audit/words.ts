/** What an auditor reads; a call without its own words is named by its route's summary. */
const KINDS: Readonly<Record<string, string>> = {
  'wall.masked': '大屏遮蔽',
  'wall.unmasked': '大屏解除遮蔽',
  'login.succeeded': '登录成功',
  'login.failed': '登录失败',
  'login.refused': '登录被拒（已锁定）',
  logout: '退出登录',
  'password.changed': '修改口令',
  'token.created': '新建令牌',
  'token.revoked': '吊销令牌',
  'wall-key.created': '新建大屏密钥',
  'wall-key.revoked': '吊销大屏密钥',
  refused: '越权或不当请求被拒',
  'window.filed': '窗口收到来件',
  'window.booked': '窗口收到律师预约',
  'window.progress': '凭回执查进展',
  'window.case-query': '案件查询',
  'window.code-revoked': '作废案件查询码',
  'window.contact-seen': '查看提交人姓名电话',
  export: '导出',
  'audit.archived': '审计记录归档',
  'retention.alerts': '清理已办结告警',
  'retention.events': '清除原始事件',
}

export const kindName = (kind: string, summaries: ReadonlyMap<string, string>): string =>
  KINDS[kind] ?? summaries.get(kind.replace(/^call\./, '')) ?? kind
