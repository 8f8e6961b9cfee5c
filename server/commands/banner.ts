import type { DemoFile } from './data.ts'

/** What a newcomer is told: where to look, as whom to sign in, where the data lies. */
export function announce(demo: DemoFile, dataDir: string): string {
  const width = Math.max(...demo.accounts.map(({ username }) => username.length))
  const accounts = demo.accounts.map(
    ({ username, password, roles }) => `    ${username.padEnd(width)}  ${password}  ${roles.join('、')}`,
  )
  return [
    '',
    '三零智慧指挥中心（演示）已启动，全部数据均为虚构。',
    '',
    `  大屏    ${demo.wallUrl}`,
    `  工作台  ${demo.url}/desk`,
    `  接口    ${demo.url}/api/v1/openapi.json`,
    `  MQTT    ${demo.mqtt.url}（用户 probe，口令见 demo.json）`,
    `  数据    ${dataDir}`,
    '',
    '  演示账号（用户名  口令  角色）：',
    ...accounts,
    '',
    '按 Ctrl+C 结束。',
  ].join('\n')
}
